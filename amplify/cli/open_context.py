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
from amplify.context.timings import read_timings
from amplify.ledger.database import Ledger, ledger_url
from amplify.model.clock import Clock, ManualClock, RealClock
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.workspace.locate import find_root

Workspace = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="The workspace's folder; without it, the one you stand in."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def open_context(workspace: Path | None, clock: Clock | None = None) -> AppContext:
    """The application context of a workspace, with its ledger. Raises WrongUse where there is none."""
    root = find_root(workspace)
    given = read_timings()  # a wrong setting is reported before anything is opened
    return AppContext(root, Ledger.open(ledger_url(root)), clock or RealClock(), given)


@contextmanager
def ledger_if_any(root: Path, must_open: bool = False) -> Iterator[Ledger | None]:
    """The ledger where there is one that can be read, and None elsewhere, as in a pull request. Creates none.

    `must_open`: raises NeedsPerson where there is one that cannot be read, since nobody knows then what is stopped.
    """
    url = ledger_url(root)
    if "AMPLIFY_DATABASE_URL" not in os.environ and not Path(url.removeprefix("sqlite:///")).exists():
        yield None
        return
    try:
        ledger = Ledger.open(url)
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
    return ManualClock(now)
