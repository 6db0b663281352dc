"""`amplify init`: creates a new workspace."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Make a new workspace: a small example campaign to change into your own."""
    from amplify.cli import output
    from amplify.cli.output import print_json
    from amplify.workspace.scaffold import scaffold_workspace

    written = scaffold_workspace(folder, datetime.now(UTC).date())
    if as_json:
        print_json(
            {"workspace": str(folder.resolve()), "files": [path.relative_to(folder).as_posix() for path in written]}
        )
        return
    out = output.console()
    out.print(f"A new workspace stands in {folder}, with {len(written)} files.", markup=False, soft_wrap=True)
    out.print("Its README.md says what to change first. Then: ", end="")
    out.print(f"cd {shlex.quote(str(folder))} && amplify check", style="bold", markup=False, soft_wrap=True)
