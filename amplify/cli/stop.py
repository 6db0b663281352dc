"""`amplify stop`: stops everything that names a subject, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_for_stop
from amplify.cli.options import (
    Account,
    All,
    Campaign,
    Entry,
    Hashtag,
    Partner,
    Person,
    Platform,
    acting_person,
    chosen_subject,
)
from amplify.cli.output import print_error, print_json
from amplify.model.errors import WrongUse

if TYPE_CHECKING:
    from amplify.decisions.stop import StopResult
    from amplify.ledger.holds.stops import Stop
    from amplify.toolkit.build_record import BuiltPage

_SHOWN = 12


def command(
    person: Person = None,
    campaign: Campaign = None,
    partner: Partner = None,
    hashtag: Hashtag = None,
    platform: Platform = None,
    account: Account = None,
    entry: Entry = None,
    everything: All = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, in a sentence: it is kept, and shown.")] = None,
    alias: Annotated[
        list[str] | None,
        typer.Option("--alias", metavar="NAME", help="One more spelling of the person's name. May be repeated."),
    ] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Look through all deliveries for what is held and out, however long it takes."),
    ] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Stop a person, a campaign, a partner, a hashtag, a platform, an account, an entry, or everything: at once.

    Nothing that names it is sent any more, thread tails and boosts too, until somebody resumes it. Without an option,
    list what is stopped. It works while files are broken.
    """
    from amplify.decisions.stop import stop_subject, stops_in_force
    from amplify.ledger.holds.stops import StopRequest
    from amplify.toolkit.build_record import pages_naming

    subject = chosen_subject(
        everything,
        person=person,
        campaign=campaign,
        partner=partner,
        hashtag=hashtag,
        platform=platform,
        account=account,
        entry=entry,
    )
    app = open_for_stop(workspace)
    if subject is None:
        if reason is not None or alias:
            raise WrongUse("say what to stop: `--person`, `--campaign`, `--all` … (`amplify stop --help`)")
        return _list(stops_in_force(app), as_json)
    if not reason or not reason.strip():
        raise WrongUse('a stop wants a reason, for those who come after you: `--reason "the family asked"`')
    if alias and subject[0] != "person":
        raise WrongUse("`--alias` goes with `--person`")
    done = stop_subject(app, StopRequest(*subject, reason.strip(), acting_person(), tuple(alias or ())), whole)
    pages = pages_naming(app, done.stop.kind, done.stop.subject, done.stop.words)
    if as_json:
        print_json(_json(done) | {"toolkit_pages": [page.as_json() for page in pages]})
    else:
        _show(done)
        _pages(pages)
    if not done.seen:
        print_error("the stop holds, and a worker has not answered yet: it may be writing; look at `amplify status`")
    return 0 if done.seen else 3


def _list(stops: list[Stop], as_json: bool) -> int:
    from rich.padding import Padding
    from rich.text import Text

    if as_json:
        print_json([_stop_json(one) for one in stops])
        return 0
    out = output.console()
    if not stops:
        out.print("nothing is stopped")
    for one in stops:
        out.print(Text(one.name, style="bold red") + Text(f"  since {one.at:%Y-%m-%d %H:%M} UTC, by {one.by}"))
        out.print(Padding(Text(one.why), (0, 0, 0, 4)))
        if one.asked_by is not None:
            out.print(Padding(Text(f"{one.asked_by} asks to resume: {one.asked_why}", style="dim"), (0, 0, 0, 4)))
    return 0


def _show(done: StopResult) -> None:
    from rich.text import Text

    out, found = output.console(), done.reach
    out.print(Text(f"stopped: {done.stop.name}", style="bold red"))
    least = "" if found.whole else "at least "
    out.print(f"held: {least}{_deliveries(len(found.held))}")
    for row in found.held[:_SHOWN]:
        out.print(
            Text(f"  {row['due_at']:%Y-%m-%d %H:%M} UTC  {row['account']:24}  {row['post']}"),
            no_wrap=True,
            overflow="ellipsis",
        )
    _more(len(found.held))
    if found.out:
        out.print(f"already out, and not taken back by a stop: {least}{_deliveries(len(found.out))}")
        for row in found.out[:_SHOWN]:
            where = "  ".join(row["urls"]) or f"{row['state']}: look at the account's own timeline"
            out.print(Text(f"  {row['id'][:12]}  {row['account']}  {row['post']}"), no_wrap=True, overflow="ellipsis")
            out.print(Text(f"    {where}", style="dim"), soft_wrap=True)
        _more(len(found.out))
        out.print(f'to delete them: `amplify takedown {_selection(done.stop)} --reason "…"`', soft_wrap=True)
    if not found.whole:
        out.print("there are too many to look through at once: `--whole` looks at all")
    if done.stop.kind == "person" and not done.stop.words:
        print_error(
            f"no spelling of {done.stop.subject} is known: texts that only type the name are not found; add --alias"
        )
    elif not done.known:
        print_error(f"nothing goes by the name of {done.stop.name}: the stop holds, but look at the spelling")


def _selection(stop: Stop) -> str:
    """The takedown selection that finds what a stop is about."""
    known = stop.kind in ("person", "campaign", "account", "entry", "hashtag")
    return f"--{stop.kind} {stop.subject}" if known else "--delivery ID"


def _pages(pages: list[BuiltPage]) -> None:
    """Toolkit pages that were built and name it: a stop does not reach what has been handed on."""
    from rich.text import Text

    out = output.console()
    if not pages:
        return
    out.print(f"named by {output.plural(len(pages), 'built toolkit page')}, which a stop does not change:")
    for page in pages:
        where = page.path if page.here else f"{page.path} (on {page.machine})"
        out.print(Text(f"  {where}  of {page.updated:%Y-%m-%d %H:%M} UTC"), soft_wrap=True)
    for folder in dict.fromkeys(page.folder for page in pages):
        out.print(f"build it again: `amplify toolkit build --out {folder}`", markup=False, soft_wrap=True)
    out.print("then put the new pages where the old ones stand, and ask whoever has a copy to take the new one")


def _deliveries(number: int) -> str:
    return "1 delivery" if number == 1 else f"{number:,} deliveries"


def _more(number: int) -> None:
    if number > _SHOWN:
        output.console().print(f"  … and {number - _SHOWN:,} more (`--json` lists them)")


def _stop_json(one: Stop) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "subject": one.subject,
        "words": list(one.words),
        "reason": one.why,
        "by": one.by,
        "at": one.at.isoformat(),
        "asked_by": one.asked_by,
        "asked_reason": one.asked_why,
    }


def _json(done: StopResult) -> dict[str, Any]:
    found = done.reach
    return {
        "stop": _stop_json(done.stop),
        "seen_by_all_workers": done.seen,
        "held": found.held,
        "out": found.out,
        "complete": found.whole,
    }
