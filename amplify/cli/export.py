"""`amplify export`: writes texts for sharing by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.options import check_day
from amplify.model.errors import WrongUse, unwritable_output

if TYPE_CHECKING:
    from amplify.export.export_model import Exported


class ExportFormat(StrEnum):
    """Output formats of exported texts."""

    MD = "md"
    CSV = "csv"


def command(
    workspace: Workspace = None,
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], callback=check_day, help="From this day (UTC); without it, now."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=400, help="How far ahead; without it, the horizon.")] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="What goes out by itself, too: all partners.")
    ] = False,
    form: Annotated[
        ExportFormat | None, typer.Option("--format", help="Without it: as the name of --out ends, or Markdown.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="A file, in place of output.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write texts for sharing by hand: variants that no account says, and accounts without a variant.

    Nothing under embargo, and nothing that would be held: stops, persons, stale facts, closed calls. These are counted.
    """
    from amplify.cli import output
    from amplify.cli.output import error_console, print_json
    from amplify.export.export import export_texts
    from amplify.export.export_markdown import withheld_sentence
    from amplify.planning.eligibility import EligibilityChecker
    from amplify.rules.plan.horizon import plan_end

    if as_json and form is not None:
        raise WrongUse("--json and --format contradict each other: give one of them")
    if out is not None and out.is_dir():
        raise WrongUse(f"{out} is a folder: give --out the name of a file")
    app = open_context(workspace, read_only_clock())
    try:
        words, now = app.whole_workspace(), app.clock.now()
        first = start.replace(tzinfo=UTC) if start else now
        end = first + timedelta(days=days) if days is not None else plan_end(words, first)
        care = EligibilityChecker(words, now, app.ledger)
        found = export_texts(care, first, end, app.profiles, everything, app.server_info())
    finally:
        app.close()
    if out is not None:
        _write(found, out, form, as_json)
        output.console().print(str(out), markup=False, soft_wrap=True)
        output.console().print(f"{output.plural(len(found.offers), 'text')} for sharing by hand")
    elif as_json:
        print_json(found.as_json())
        return
    else:
        output.print_document(_text(found, form or ExportFormat.MD), to_post=True)
    if withheld_sentence(found) and (out is not None or form is ExportFormat.CSV):  # Markdown says so itself
        (output.console() if out is not None else error_console()).print(withheld_sentence(found), markup=False)


def _text(found: Exported, form: ExportFormat) -> str:
    from amplify.export.export_csv import as_csv
    from amplify.export.export_markdown import as_markdown

    return as_csv(found) if form is ExportFormat.CSV else as_markdown(found)


def _write(found: Exported, out: Path, form: ExportFormat | None, as_json: bool) -> None:
    import json

    ending = out.suffix.removeprefix(".").lower()
    if as_json:
        text = json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n"
    else:
        if form is None and ending not in tuple(ExportFormat):
            raise WrongUse(f"{out} does not say what it is to be: let --out end in .md or .csv, or give --format")
        form = form or ExportFormat(ending)
        text = _text(found, form)
    encoding = "utf-8-sig" if form is ExportFormat.CSV else "utf-8"  # spreadsheets need the mark to see Cyrillic
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding=encoding, newline="")
    except OSError as error:
        raise unwritable_output(out, error) from error
