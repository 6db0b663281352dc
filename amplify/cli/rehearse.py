"""`amplify rehearse`: plays a campaign on the local stage before it goes live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import Workspace, read_only_clock
from amplify.cli.options import check_day
from amplify.model.errors import WrongUse
from amplify.workspace.local_paths import close_home
from amplify.workspace.locate import find_root


def command(
    workspace: Workspace = None,
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], callback=check_day, help="First day; without it, today."),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], callback=check_day, help="Last day; without it, a week on."),
    ] = None,
    partner: Annotated[
        list[str] | None,
        typer.Option("--partner", help="Play this partner; again for several. Without it: us, or everybody."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stage open afterwards, to look around.")] = False,
    with_embargoed: Annotated[
        bool, typer.Option("--with-embargoed", help="Play what is under embargo, too: not to be passed on.")
    ] = False,
) -> int:
    """Play a workspace in time-lapse on a local stage: real posts, nobody's timeline. Nothing real is touched.

    What is stopped or under embargo now is not said there either.
    """
    from amplify.cli.publish import print_file_errors
    from amplify.cli.rehearsal import (
        Rehearsal,
        look_around,
        open_rehearsal,
        play_rehearsal,
        posts_not_played,
        show_outcome,
    )
    from amplify.ledger.holds.file_errors import read_file_errors

    root = find_root(workspace)
    first = start or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    last = end or first + timedelta(days=6)
    if last < first:
        raise WrongUse("`--to` comes before `--from`")
    close_home(root)
    now = read_only_clock().now()
    rehearsal = Rehearsal(
        root,
        root / ".amplify" / "rehearsal",
        first.replace(tzinfo=UTC),
        last.replace(tzinfo=UTC) + timedelta(days=1),
        frozenset(partner) if partner else None,
        real=root,
        embargoed=frozenset() if with_embargoed else posts_not_played(root, now, now, now),
    )
    with open_rehearsal(rehearsal) as (app, clock, stage):
        play_rehearsal(rehearsal, app, clock, stage)
        show_outcome(rehearsal, app, stage)
        with app.ledger.read() as connection:
            errors = read_file_errors(connection)
        print_file_errors(errors)
        if keep:
            look_around(stage)
    output.console().print("run it again to start over", style="dim")
    return 1 if errors.count else 0
