"""`amplify queue`: writes the plan into the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.output import ask_yes_no, error_console, print_json, progress_bar

if TYPE_CHECKING:
    from amplify.model.plan import PlanChange


def command(
    workspace: Workspace = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Cancel many waiting deliveries without asking; these files count, whoever queued."),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Write the plan into the ledger, up to the horizon. Running it twice changes nothing."""
    from rich.text import Text

    from amplify.planning.paint_ahead import paint_ahead
    from amplify.planning.queue import queue_plan

    app = open_context(workspace, publishes=True)

    def confirm(cancelled: Sequence[PlanChange]) -> bool:
        if yes or not error_console().is_terminal:
            return yes
        for change in cancelled[:20]:
            what = f" {change.due:%Y-%m-%d %H:%M} UTC  {change.account}  {change.post}"
            error_console().print(Text.assemble(("-", "red"), what))
        return ask_yes_no(f"Cancel these {len(cancelled)} waiting deliveries?")

    with progress_bar("planning", quiet=as_json or not yes) as told:
        done = queue_plan(app, confirm=confirm, progress=told, force=yes)
    paint_ahead(app)
    written = [change for change in done.changes if change.sign != "!"]
    code = 3 if done.older else 1 if done.problems else 0
    if as_json:
        more: dict[str, Any] = {
            "unsent": [change.as_json() for change in done.unsent if change.asks],
            "problems": [problem.as_json() for problem in done.problems],
            "older": done.older,
        }
        told_more = {key: value for key, value in more.items() if value}
        print_json(
            {
                "changes": [change.as_json() for change in done.changes],
                **told_more,
            }
        )
        return code
    for change in done.changes:
        output.console().print(
            f"{change.sign} {change.due:%Y-%m-%d %H:%M} UTC  {change.account}  {change.post}  {change.why}"
        )
    if done.older:
        output.print_error(done.older)
        return code
    output.show_unsent(done.unsent)
    output.console().print(f"{output.plural(len(written), 'change')} written" if written else "nothing to change")
    output.show_problems(done.problems, to_stderr=True)
    return code
