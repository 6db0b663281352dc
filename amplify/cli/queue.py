"""amplify queue: write the plan down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli.open_context import AsJson, Workspace, open_desk
from amplify.cli.output import console, counted, errors, progress, say_json

if TYPE_CHECKING:
    from amplify.model.plan import Change


def command(
    workspace: Workspace = None,
    yes: Annotated[bool, typer.Option("--yes", help="Cancel many waiting deliveries without asking.")] = False,
    as_json: AsJson = False,
) -> int:
    """Write the plan into the ledger, up to the horizon. Running it twice changes nothing."""
    from amplify.planning.queue import queue

    desk = open_desk(workspace)

    def confirm(cancelled: Sequence[Change]) -> bool:
        if yes or not errors().is_terminal:
            return yes
        for change in cancelled[:20]:
            errors().print(f"[red]-[/red] {change.due:%Y-%m-%d %H:%M} UTC  {change.account}  {change.post}")
        return typer.confirm(f"Cancel these {len(cancelled)} waiting deliveries?", err=True)

    with progress("planning", quiet=as_json or not yes) as told:
        done = queue(desk, confirm=confirm, progress=told)
    written = [change for change in done.changes if change.sign != "!"]
    if as_json:
        say_json({"changes": [change.as_json() for change in done.changes]})
        return 0
    for change in done.changes:
        console().print(f"{change.sign} {change.due:%Y-%m-%d %H:%M} UTC  {change.account}  {change.post}  {change.why}")
    console().print(f"{counted(len(written), 'change')} written" if written else "nothing to change")
    return 0
