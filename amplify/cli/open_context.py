"""Opens the application context for a command: which workspace, which ledger, what time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from amplify.cli.output import print_error
from amplify.context.app_context import AppContext
from amplify.context.machine_guard import MachineGuard
from amplify.context.timings import read_timings
from amplify.ledger.address import VARIABLE, ledger_url
from amplify.ledger.binding import open_bound
from amplify.ledger.database import Ledger, sqlite_file
from amplify.model.base import YearOutOfRange, check_year
from amplify.model.clock import Clock, ManualClock, RealClock
from amplify.model.errors import AmplifyError, NeedsPerson, WrongUse
from amplify.workspace.local_paths import close_home
from amplify.workspace.locate import find_root

Workspace = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="The workspace's folder; without it, the one you stand in."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def open_context(
    workspace: Path | None, clock: Clock | None = None, *, existing: bool = False, publishes: bool = False
) -> AppContext:
    """The application context of a workspace, with its ledger. `clock`: of a command that only looks. `existing`: the
    ledger is never made. `publishes`: it is remembered as the one that this workspace publishes from.

    Raises WrongUse where there is no workspace, NeedsPerson where what is local to this machine is not as we left it.
    """
    root = find_root(workspace)
    given = read_timings()  # a wrong setting is reported before anything is opened
    guard = MachineGuard(root)
    guard.check_files()
    close_home(root)
    ledger = open_bound(root, create=not existing, publishes=publishes, looks=clock is not None)
    guard.watch_ledger(sqlite_file(ledger_url(root)))
    return AppContext(root, ledger, clock or RealClock(), given, guard=guard)


def open_for_stop(workspace: Path | None) -> AppContext:
    """The application context of a stop, which holds at once: also while git tracks what is local, so long as the
    ledger is the one that this workspace publishes from. Every refusal begins with what it means."""
    try:
        root = find_root(workspace)
        try:
            MachineGuard(root).check_files()
        except NeedsPerson as error:
            print_error(str(error))
        close_home(root)
        guard = MachineGuard(root, accounts_only=True)
        return AppContext(root, open_bound(root, create=False), RealClock(), read_timings(), guard=guard)
    except AmplifyError as error:
        kind = WrongUse if type(error) is WrongUse else NeedsPerson
        raise kind(f"NOTHING IS HELD: {error}") from error


@contextmanager
def ledger_if_any(root: Path, must_open: bool = False) -> Iterator[Ledger | None]:
    """The ledger where there is one that can be read, and None elsewhere, as in a pull request. Creates none.

    `must_open`: raises NeedsPerson where there is one that cannot be read, since nobody knows then what is stopped.
    """
    file = None if os.environ.get(VARIABLE) else sqlite_file(ledger_url(root))
    if file is not None and not file.exists():
        yield None
        return
    try:
        ledger = open_bound(root, looks=True)
    except NeedsPerson as error:
        if must_open:
            raise
        print_error(f"what was said before does not count: {error}")
        yield None
        return
    try:
        yield ledger
    finally:
        ledger.close()


def read_only_clock() -> Clock:
    """The clock of read-only commands: real time, or another campaign time from `AMPLIFY_NOW` (an instant with its
    offset). Commands that publish never read it.
    """
    told = os.environ.get("AMPLIFY_NOW")
    if not told:
        return RealClock()
    try:
        now = datetime.fromisoformat(told)
    except ValueError:
        raise WrongUse("AMPLIFY_NOW is no instant: write 2027-05-21T10:00:00+02:00") from None
    if now.tzinfo is None:
        raise WrongUse("AMPLIFY_NOW needs its offset: write 2027-05-21T10:00:00+02:00")
    try:
        check_year(now)
    except YearOutOfRange as error:
        raise WrongUse(f"AMPLIFY_NOW: {error}") from None
    return ManualClock(now)
