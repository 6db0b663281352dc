"""Group commits: one thread writes for all, and the next commit starts when the last one ended.

A commit costs a disk flush whatever it holds; sixteen workers that flush one by one wait for each other, in a group
they wait once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection

from amplify.ledger.store import Ledger

T = TypeVar("T")
Work = Callable[[Connection], T]

_LARGEST_GROUP: Final = 256


class Writer:
    """Runs pieces of work in shared write transactions, in the order in which they come."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._queue: SimpleQueue[tuple[Work[Any], Future[Any]] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="ledger-writer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everything handed in is written before this returns."""
        self._queue.put(None)
        self._thread.join()

    def submit(self, work: Work[T]) -> Future[T]:
        """Hand in a piece of work; the future is done when its commit is durable."""
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    def run(self, work: Work[T]) -> T:
        """Hand in a piece of work and wait for its commit."""
        return self.submit(work).result()

    def _run(self) -> None:
        more = True
        while more:
            group: list[tuple[Work[Any], Future[Any]]] = []
            item = self._queue.get()
            while item is not None:
                group.append(item)
                if len(group) >= _LARGEST_GROUP:
                    break
                try:
                    item = self._queue.get_nowait()
                except Empty:
                    break
            more = item is not None
            if group:
                self._commit(group)

    def _commit(self, group: list[tuple[Work[Any], Future[Any]]]) -> None:
        try:
            with self._ledger.write() as connection:
                results = [work(connection) for work, _ in group]
        except BaseException as error:
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            for one in group:  # one bad piece must not fail the others
                self._commit([one])
            return
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)
