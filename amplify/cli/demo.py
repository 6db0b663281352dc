"""amplify demo: a week of the sample campaigns, on the local stage."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from amplify.cli.desk import Workspace
from amplify.cli.output import console
from amplify.workspace.locate import find_root

START = datetime(2027, 5, 17, tzinfo=UTC)
END = datetime(2027, 5, 24, tzinfo=UTC)
"""The week of the sample's day of solidarity."""


def command(
    workspace: Workspace = None,
    folder: Annotated[Path, typer.Option("--dir", help="Where the demo is kept.")] = Path("demo"),
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stage open afterwards, to look around.")] = False,
) -> int:
    """Publish a week of the sample campaigns to a local stage, measure it, and report. Sends nothing anywhere."""
    from amplify.cli.rehearsal import Rehearsal, look_around, opened, play, show_outcome

    source = find_root(workspace)
    copy = folder.absolute() / "workspace"
    if not (copy / "config" / "workspace.yaml").exists():
        for name in ("config", "posts", "media"):
            shutil.copytree(source / name, copy / name, dirs_exist_ok=True)
    rehearsal = Rehearsal(copy, folder.absolute() / "rehearsal", START, END)
    with opened(rehearsal) as (desk, clock, stage):
        play(rehearsal, desk, clock, stage)
        show_outcome(rehearsal, desk, stage)
        if keep:
            look_around(stage)
    console().print("[dim]open the two files above in a browser[/dim]")
    return 0
