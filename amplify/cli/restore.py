"""`amplify restore`: puts a backup in the ledger's place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.backup import ledger_file
from amplify.cli.open_context import AsJson, Workspace
from amplify.cli.options import acting_person, check_day
from amplify.cli.output import print_error, print_json, progress_bar
from amplify.context.machine_guard import MachineGuard
from amplify.context.timings import read_timings
from amplify.ledger.address import ledger_url
from amplify.ledger.binding import remember_restored
from amplify.ledger.database import Ledger
from amplify.model.errors import WrongUse
from amplify.workspace.atomic_write import write_whole
from amplify.workspace.locate import find_root

if TYPE_CHECKING:
    from amplify.operations.restore import RestoreResult


def command(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="What `amplify backup` made.")] = None,
    workspace: Workspace = None,
    older: Annotated[
        bool, typer.Option("--older", help="Even though the ledger in place is sound and knows more.")
    ] = False,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="The ledger was put back already, by pg_restore or a snapshot.")
    ] = False,
    made: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="With --by-hand: the time whose state it has; without it, its last entry's."),
    ] = None,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Take its accounts.yaml too, where there is none.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Put a backup in the ledger's place. The ledger that is there is kept beside it.

    What the backup holds as waiting and what was due since may have been sent: it becomes unsure, is looked up on its
    platform, and goes out again only when a person has settled it.
    """
    from amplify.operations.backup import ACCOUNTS
    from amplify.operations.restore import restore_backup, restored_by_hand

    if (file is None) != by_hand or (made is not None and not by_hand):
        raise WrongUse("name the backup's file, or say `--by-hand` where the ledger was put back already")
    root, since = find_root(workspace), _instant(made)
    MachineGuard(root).check_files()
    actor = acting_person()
    if file is not None:
        with progress_bar("restoring pages", quiet=as_json) as told:
            done = restore_backup(
                root,
                ledger_file(root),
                file,
                actor,
                older=older,
                timings=read_timings(),
                progress=told,
            )
    else:
        ledger = Ledger.open(ledger_url(root), create=False)
        try:
            done = restored_by_hand(ledger, actor, since, read_timings())
        finally:
            ledger.close()
    remember_restored(root)
    if accounts and done.accounts is not None:
        write_whole(root / "config" / ACCOUNTS, done.accounts)
        done.accounts = None
    _show(done, as_json)
    return 3 if done.doubted or done.stopped else 0


def _instant(made: str | None) -> datetime | None:
    if made is None:
        return None
    try:
        found = datetime.fromisoformat(made)
    except ValueError:
        raise WrongUse("`--made` is no instant: write 2027-05-21T10:00:00+02:00") from None
    if found.tzinfo is None:
        raise WrongUse("`--made` needs its offset: write 2027-05-21T10:00:00+02:00")
    check_day(found)
    if found > datetime.now(UTC):
        raise WrongUse(f"`--made`: {made} is still to come")
    return found.astimezone(UTC)


def _show(done: RestoreResult, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "made": done.made,
                "unsure": done.doubted,
                "aside": done.aside,
                "pictures": done.pictures,
                "stopped": done.stopped,
            }
        )
        return
    out = output.console()
    out.print(f"the ledger is as it was on {done.made:%Y-%m-%d %H:%M} UTC")
    for path in done.aside:
        out.print(f"the one that was there is kept: {path}", soft_wrap=True)
    if done.accounts is not None:
        print_error(
            "config/accounts.yaml is not there, and the backup's was not taken: look at it (`tar xOf FILE "
            "accounts.yaml`) and put it there yourself, or restore with `--accounts`"
        )
    if done.pictures:
        out.print(f"{output.plural(done.pictures, 'frozen picture')} put back")
    if done.doubted:
        many = len(done.doubted)
        print_error(
            f"{output.plural(many, 'delivery', 'deliveries')} may have been sent since, "
            f"and {'is' if many == 1 else 'are'} "
            "unsure now: the next pass looks them up, `amplify status` shows what is left to settle"
        )
    if done.stopped:
        print_error(
            "stops that were made since are not in it, so everything is stopped: make them again, "
            "`amplify resume --all`, then settle what is unsure"
        )
