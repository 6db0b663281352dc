"""Watching the files while a worker runs: what changes is queued before anything more is begun."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Final, Self

from amplify.context.app_context import AppContext
from amplify.engine.files_sync import files_mark, requeue_if_changed
from amplify.model.event import log_event

LOOK: Final = 1.0
"""Seconds (real time) between two looks."""


class Watch:
    """Looks once a second, in a thread of its own: large workspaces take a while to be looked through."""

    def __init__(self, desk: AppContext, report: Callable[[str | BaseException], None], mark: str | None) -> None:
        """`report` is told what a look brought, in that thread. `mark`: of the files as they were just queued; without
        it they are looked at now, and queued where they changed. Raises what `queue` raises then."""
        self._desk, self._report, self._mark = desk, report, mark or ""
        self._wanted: SimpleQueue[bool] = SimpleQueue()
        self._thread = Thread(target=self._work, name="files", daemon=True)
        self._next = time.monotonic() + LOOK
        if mark is None:
            self.seen(files_mark(desk))

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
        """Have the files looked at, where it is time."""
        if time.monotonic() >= self._next:
            self._next = float("inf")
            self._wanted.put(True)

    def seen(self, mark: str | BaseException) -> None:
        """What a look brought. Where the files changed, the ledger is told before this returns; raises what `queue`
        raises, and what went wrong with looking."""
        self._next = time.monotonic() + LOOK
        if isinstance(mark, BaseException):
            raise mark
        if mark != self._mark:
            changes = requeue_if_changed(self._desk, mark)
            self._mark = mark
            if changes:
                log_event("queued", changes=len(changes))

    def _work(self) -> None:
        while self._wanted.get():
            seen: str | BaseException
            try:
                seen = files_mark(self._desk)
            except BaseException as error:  # whoever is told decides what it means
                seen = error
            self._report(seen)
