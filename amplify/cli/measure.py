"""`amplify measure`: reads engagement."""

from __future__ import annotations

from typing import Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.output import print_error, print_json, progress_bar


def command(
    workspace: Workspace = None,
    everything: Annotated[bool, typer.Option("--all", help="Read everything that is out, whatever its age.")] = False,
    as_json: AsJson = False,
) -> int:
    """Append a reading to every post whose next mark (1 h, 24 h, 7 d) is over."""
    from amplify.engine.measure import measure_engagement

    app = open_context(workspace)
    with progress_bar("reading", quiet=as_json) as told:
        done = measure_engagement(app, everything=everything, progress=told)
    if as_json:
        said = {"readings": done.readings, "calls": done.calls, "gone": done.gone}
        print_json(said | {"failed": done.failed, "unpaid": done.unpaid})
    else:
        output.console().print(
            f"{done.readings} readings in {done.calls} calls" + (f", {done.gone} gone" if done.gone else "")
        )
        for why in done.unpaid.values():
            print_error(f"not everything was read: {why}")
        for account, why in done.failed.items():
            print_error(f"{account} cannot be read: {why}")
    return 3 if done.failed else 0
