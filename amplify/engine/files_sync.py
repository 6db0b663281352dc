"""Sync of files and ledger: detects changed files by the mark of the last `queue`, before each claim, and requeues."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from amplify.context.app_context import AppContext
from amplify.ledger.database import get_meta
from amplify.model.event import log_event
from amplify.planning.last_queue import note_key, queued_mark

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.model.plan import PlanChange


def files_mark(app: AppContext) -> str:
    """The mark that `queue` would leave now: the files' fingerprint and the day."""
    return queued_mark(app.fingerprint(), app.clock.now())


def requeue_if_changed(app: AppContext, mark: str) -> Sequence[PlanChange] | None:
    """Queue where the last `queue` left another mark than `mark`; returns the changes, or None where it was not needed.
    Raises what `queue` raises: nothing may be claimed then."""
    with app.ledger.read() as connection:
        if get_meta(connection, note_key(app.root)) == mark:
            return None
    from amplify.planning.queue import queue_plan

    return queue_plan(app).changes


LOOK: Final = 1.0
"""Seconds (real time) between two looks."""


class Watch:
    """File watcher: polls the files once a second, in a thread of its own, since large workspaces take a while."""

    def __init__(self, app: AppContext, report: Callable[[str | BaseException], None], mark: str | None) -> None:
        """`report` is called with each mark, or error, in that thread. `mark`: of the files as they were just queued;
        without it they are looked at now, and queued where they changed. Raises what `queue` raises then."""
        self._app, self._report, self._mark = app, report, mark or ""
        self._wanted: SimpleQueue[bool] = SimpleQueue()
        self._thread = Thread(target=self._work, name="files", daemon=True)
        self._next = time.monotonic() + LOOK
        if mark is None:
            self.seen(files_mark(app))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wanted.put(False)
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            self._thread.join()

    def look(self) -> None:
        """Let the thread poll the files, where it is time."""
        if time.monotonic() >= self._next:
            self._next = float("inf")
            self._wanted.put(True)

    def seen(self, mark: str | BaseException) -> None:
        """Handle a poll's result: requeue where the files changed. Raises what `queue` raises, or the poll's error."""
        self._next = time.monotonic() + LOOK
        if isinstance(mark, BaseException):
            raise mark
        if mark != self._mark:
            changes = requeue_if_changed(self._app, mark)
            self._mark = mark
            if changes:
                log_event("queued", changes=len(changes))

    def _work(self) -> None:
        while self._wanted.get():
            seen: str | BaseException
            try:
                seen = files_mark(self._app)
            except BaseException as error:  # the receiver decides what it means
                seen = error
            self._report(seen)
