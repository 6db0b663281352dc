"""Watching the files while a drain runs: what changes is queued before anything more is begun."""

from __future__ import annotations

import time
from queue import SimpleQueue
from typing import Final

from amplify.model.event import tell
from amplify.steps.crew import Came, Crew
from amplify.steps.current import follow, mark_of
from amplify.steps.desk import Desk

LOOK: Final = 1.0
"""Seconds (real time) between two looks."""


class Watch(Crew):
    """Looks once a second, in a thread of its own: large workspaces take a while to be looked through.

    What it saw comes back in the line of everything else, as the desk's piece.
    """

    def __init__(self, desk: Desk, came: SimpleQueue[Came | None], mark: str | None) -> None:
        """`mark`: of the files as they were just queued; without it they are looked at now, and queued where they
        changed. Raises what `queue` raises then."""
        super().__init__("files", came)
        self._desk, self._mark = desk, mark or ""
        self._next = time.monotonic() + LOOK
        if mark is None:
            self.seen(mark_of(desk))

    def look(self) -> None:
        """Have the files looked at, where it is time."""
        if time.monotonic() >= self._next:
            self._next = float("inf")
            self.grow(1)
            self.hand(mark_of, self._desk)

    def seen(self, mark: str | BaseException) -> None:
        """What a look brought. Where the files changed, the ledger is told before this returns; raises what `queue`
        raises, and what went wrong with looking."""
        self._next = time.monotonic() + LOOK
        if isinstance(mark, BaseException):
            raise mark
        if mark != self._mark:
            changes = follow(self._desk, mark)
            self._mark = mark
            if changes:
                tell("queued", changes=len(changes))
