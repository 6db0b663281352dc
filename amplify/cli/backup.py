"""`amplify backup`: copies the ledger and what belongs to it into one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace
from amplify.cli.output import print_json, progress_bar
from amplify.ledger.database import ledger_url, sqlite_file
from amplify.model.errors import WrongUse
from amplify.workspace.locate import find_root


def command(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, or a folder that gets one.")],
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Copy the ledger, frozen pictures and accounts.yaml into one tar file. Publishing may go on meanwhile.

    Sessions and secrets are not in it. `amplify restore` puts it back.
    """
    from amplify.operations.backup import write_backup

    root = find_root(workspace)
    with progress_bar("packing bytes", quiet=as_json) as told:
        made = write_backup(root, ledger_file(root), target, told)
    if as_json:
        held: dict[str, Any] = {"deliveries": made.holds.deliveries, "waiting": made.holds.waiting}
        held |= {"sent": made.holds.sent, "history": made.holds.history}
        print_json({"file": made.file, "bytes": made.size, "pictures": made.pictures, "accounts": made.accounts} | held)
        return 0
    output.console().print(f"{made.file} ({_size(made.size)})", soft_wrap=True)
    output.console().print(
        f"holds {output.plural(made.holds.deliveries, 'delivery', 'deliveries')} ({made.holds.sent} sent, "
        f"{made.holds.waiting} waiting), {output.plural(made.pictures, 'picture')}"
        + (", and accounts.yaml" if made.accounts else "")
    )
    if made.holds.history is not None:
        output.console().print(f"head of its history: {made.holds.history}", soft_wrap=True)
    return 0


def ledger_file(root: Path) -> Path:
    """The SQLite file of this workspace's ledger. Raises WrongUse where it lives in PostgreSQL."""
    file = sqlite_file(ledger_url(root))
    if file is None:
        raise WrongUse(
            "this ledger lives in PostgreSQL, which has tools of its own for this: pg_dump and pg_restore. "
            "After pg_restore run `amplify restore --by-hand`; docs/operating.md says how"
        )
    return file


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size / 1000:.1f} kB"
