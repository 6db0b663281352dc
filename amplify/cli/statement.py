"""`amplify statement`: a joint statement's words, who signed them and who withdrew, and which posts use it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.output import print_json
from amplify.model.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amplify.ledger.queries.published import PublishedDelivery
    from amplify.model.workspace import Workspace as WorkspaceFiles
    from amplify.planning.statement_report import StatementReport
    from amplify.rules.plan.statements import SignatoryName


def command(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Which; without it, the list of all.")] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="LANG", help="In this language; without it, as it was written.")
    ] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Show a joint statement: its words, who stands under them with the day, who withdrew, which posts use it, and
    what is out with the name of somebody who has withdrawn."""
    from amplify.ledger.queries.published import PublishedFilter, find_published_deliveries

    app = open_context(workspace, read_only_clock())
    try:
        words = app.workspace()
        if id is None:
            return _list(words, lang, as_json)
        found = _find(words, id, lang)
        out: list[PublishedDelivery] = []
        if found.gone:
            with app.ledger.read() as connection:
                out = find_published_deliveries(connection, PublishedFilter(subjects=found.gone))
    finally:
        app.close()
    if as_json:
        print_json(found.as_json() | {"out_with_withdrawn": [asdict(one) for one in out]})
    else:
        _show(found, out)
    return 0


def _find(words: WorkspaceFiles, id: str, lang: str | None) -> StatementReport:
    from amplify.planning.statement_report import report_statement
    from amplify.workspace.suggest import did_you_mean

    statement = words.statements.get(id)
    if statement is None:
        raise WrongUse(f"no statement is called `{id}`" + did_you_mean(id, words.statements))
    found = report_statement(words, statement, lang)
    if found is None:
        raise WrongUse(f"`{id}` has no words in `{lang}`: it has them in {', '.join(statement.texts)}")
    return found


def _list(words: WorkspaceFiles, lang: str | None, as_json: bool) -> int:
    from rich.text import Text

    from amplify.planning.statement_report import report_statement

    found = [one for each in words.statements.values() if (one := report_statement(words, each, lang)) is not None]
    if as_json:
        print_json({"statements": [one.as_json() for one in found]})
        return 0
    for one in found:
        line = Text(f"{one.statement.id}  ", style="bold").append(one.title, style="not bold")
        line.append(f"  {_counts(one)}", style="dim")
        output.console().print(line, soft_wrap=True)
    if not found:
        output.console().print("no statement stands in statements/ yet" + (f" in `{lang}`" if lang else ""))
    return 0


def _counts(one: StatementReport) -> str:
    counts = {"signed": one.signed, "withdrawn": one.withdrawn, "asked": one.asked}
    return ", ".join(f"{len(names)} {what}" for what, names in counts.items() if names) or "nobody signed"


def _show(found: StatementReport, out: Sequence[PublishedDelivery]) -> None:
    from rich.text import Text

    console, statement = output.console(), found.statement
    console.print(Text(found.title, style="bold"), soft_wrap=True)
    dated = f", dated {statement.head.dated}" if statement.head.dated is not None else ""
    console.print(Text(f"{statement.id}, in {found.lang}{dated}; hash of these words {found.text_hash[:16]}", "dim"))
    if statement.head.embargo_until is not None:
        console.print(Text(f"embargo until {statement.head.embargo_until:%Y-%m-%d %H:%M %z}", "yellow"))
    console.print(Text(f"\n{found.text}\n"), soft_wrap=True)
    _names("signed", found.signed)
    _names("withdrawn", found.withdrawn)
    _names("asked, no answer", found.asked)
    console.print(Text(f"used by: {', '.join(found.posts) or 'no post'}", "dim"), soft_wrap=True)
    if out:
        console.print("\nout with the name of somebody who has withdrawn", style="bold red")
        for one in out:
            console.print(Text(f"{one.id[:12]}  {one.account}  {one.post}  {' '.join(one.urls)}"), soft_wrap=True)
        console.print("To delete one: `amplify takedown --delivery ID --reason …`", soft_wrap=True)


def _names(title: str, names: Sequence[SignatoryName]) -> None:
    from rich.text import Text

    if not names:
        return
    output.console().print(f"{title} ({len(names)})", style="bold")
    for one in names:
        line = Text(f"  {one.name}")
        days = [f"signed {one.signatory.signed}" if one.signatory.signed is not None else ""]
        days.append(f"withdrawn {one.signatory.withdrawn}" if one.signatory.withdrawn is not None else "")
        line.append(f"  {', '.join(day for day in days if day)}", style="dim")
        output.console().print(line, soft_wrap=True)
