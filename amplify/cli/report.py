"""`amplify report`: the engagement report: what went out and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.options import check_day
from amplify.model.errors import ProblemsFound, WrongUse, unwritable_output

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.report.report_model import Report


class ReportFormat(StrEnum):
    """Output formats of a report."""

    MD = "md"
    CSV = "csv"
    HTML = "html"
    JSON = "json"


def command(
    workspace: Workspace = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day, UTC: 2027-05-17.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, UTC, included.")] = None,
    form: Annotated[
        ReportFormat | None, typer.Option("--format", help="Without it: tables on a terminal, Markdown into a pipe.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for report.md, .csv and .html; or a file ending in one of these."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report what was planned, what went out, what came of it, and what is not known.

    Deliveries count by their due day. Sums take the latest reading of each message; a dash is unknown, never 0.
    """
    from amplify.cli import output
    from amplify.cli.output import print_json
    from amplify.cli.report_screen import print_report
    from amplify.report.report_json import as_json as plain

    start, end = _day(first, "--from"), _day(last, "--to")
    if end is not None:
        end += timedelta(days=1)
    if start is not None and end is not None and start >= end:
        raise WrongUse("--to lies before --from: give the first day of the period, then its last")
    if as_json and form not in (None, ReportFormat.JSON):
        raise WrongUse("--json and --format contradict each other: give one of them")
    app = open_context(workspace, read_only_clock())
    try:
        found = collect_report(app, start, end)
    finally:
        app.close()
    if as_json and out is None:
        print_json(plain(found))
    elif out is not None:
        for path in _write(found, out, ReportFormat.JSON if as_json else form):
            output.console().print(str(path), markup=False, soft_wrap=True)
    elif form is None and output.console().is_terminal:
        print_report(found)
    else:
        output.print_document(_text(found, form or ReportFormat.MD))


def _day(told: str | None, option: str) -> datetime | None:
    if told is None:
        return None
    try:
        return check_day(datetime.combine(date.fromisoformat(told), time(), UTC))
    except ValueError:
        raise WrongUse(f"{option} is no date: write it as 2027-05-17") from None


def collect_report(app: AppContext, start: datetime | None, end: datetime | None) -> Report:
    """Collect the report from the ledger; names and marks from the files, unless these cannot be read just now."""
    from amplify.cli import output
    from amplify.cli.output import print_error
    from amplify.planning.embargo import embargoed_posts
    from amplify.report.display_names import names_of
    from amplify.report.report import MARKS, collect_deliveries
    from amplify.report.report_model import Names

    names: Names = Names()
    marks: Sequence[timedelta] = MARKS
    secret: frozenset[str] | None = None
    try:
        workspace = app.whole_workspace()
    except ProblemsFound as error:
        print_error(
            f"{error}; the report uses ids instead of names, and the usual marks, and leaves out what is still to "
            "come: nobody can tell what is under embargo"
        )
    else:
        secret = embargoed_posts(workspace, app.clock.now())
        if secret:
            print_error(f"{output.plural(len(secret), 'post')} under embargo: what is not out yet is left out")
        titles = {name: profile.title for name, profile in app.profiles.items()}
        names, marks = names_of(workspace, app.clock.now(), titles), workspace.settings.readings
    with app.ledger.read() as connection:
        return collect_deliveries(
            connection, start=start, end=end, now=app.clock.now(), names=names, marks=marks, embargoed=secret
        )


def _text(found: Report, form: ReportFormat) -> str:
    import json

    from amplify.report.report_csv import as_csv
    from amplify.report.report_html import as_html
    from amplify.report.report_json import as_json
    from amplify.report.report_markdown import as_markdown

    if form is ReportFormat.JSON:
        return json.dumps(as_json(found), ensure_ascii=False, indent=2) + "\n"
    return {ReportFormat.MD: as_markdown, ReportFormat.CSV: as_csv, ReportFormat.HTML: as_html}[form](found)


def _write(found: Report, out: Path, form: ReportFormat | None) -> tuple[Path, ...]:
    from amplify.report.report_html import write_report

    ending = out.suffix.removeprefix(".").lower()
    if form is None and ending in tuple(ReportFormat) and not out.is_dir():
        form = ReportFormat(ending)
    try:
        if form is None:
            return write_report(found, out)
        path = out / f"report.{form.value}" if out.is_dir() else out
        path.parent.mkdir(parents=True, exist_ok=True)
        encoding = "utf-8-sig" if form is ReportFormat.CSV else "utf-8"  # spreadsheets need the mark to see Cyrillic
        path.write_text(_text(found, form), encoding=encoding, newline="")
    except OSError as error:
        raise unwritable_output(out, error) from error
    return (path,)
