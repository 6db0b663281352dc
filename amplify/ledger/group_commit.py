"""Group commit: one thread writes for all others, and the next commit begins as soon as the last one has ended.

A commit costs a flush of the disk whatever it holds. Thirty threads that commit one by one wait for each other; in a
group they wait once. What is of one kind is written by the same few statements, however much of it has come in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection

from amplify.ledger.database import Ledger
from amplify.model.errors import NeedsPerson

T = TypeVar("T")
Item = TypeVar("Item")
Write = Callable[[Connection], T]
BatchWrite = Callable[[Connection, Sequence[Item]], Sequence[T]]
"""A function that writes many items in one transaction and returns a result for each, in their order."""
_Entry = tuple[BatchWrite[Any, Any], Any, Future[Any]]

_LARGEST_GROUP: Final = 512


class GroupCommitter:
    """Commits the writes of many threads in shared transactions, in the order of their arrival, grouped by function.

    A future is done when the commit is durable. One that fails fails alone, the others of its group are written again.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._queue: SimpleQueue[list[_Entry] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="group-commit", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everything that was submitted is written before this returns."""
        self._queue.put(None)
        self._thread.join()

    def submit(self, write: Write[T]) -> Future[T]:
        """Submit a write that is not batched with others; its result is in the future."""
        return self.submit_batched(_one_by_one, write)

    def run(self, write: Write[T]) -> T:
        """Submit a write, wait for its commit, and return its result."""
        return self.submit(write).result()

    def submit_batched(self, write: BatchWrite[Item, T], item: Item) -> Future[T]:
        """Submit one item for a batched write: items that have come in for the same `write` are written together."""
        future: Future[T] = Future()
        self._queue.put([(write, item, future)])
        return future

    def submit_group(self, write: BatchWrite[Item, T], items: Iterable[tuple[Item, Future[T]]]) -> None:
        """Submit items that are written in one transaction, each with the future that gets its result."""
        self._queue.put([(write, item, future) for item, future in items])

    def _run(self) -> None:
        while (group := self._queue.get()) is not None:
            more: list[_Entry] | None = []
            while more is not None and len(group) < _LARGEST_GROUP and not self._queue.empty():
                more = self._queue.get()  # no waiting: nobody else takes from this queue
                group += more or []
            self._commit(group)
            if more is None:
                return

    def _commit(self, group: list[_Entry]) -> None:
        kinds: dict[BatchWrite[Any, Any], list[_Entry]] = {}
        for entry in group:
            kinds.setdefault(entry[0], []).append(entry)
        if _one_by_one in kinds:  # last: a claim among them sees the accounts that this group sets free
            kinds[_one_by_one] = kinds.pop(_one_by_one)
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self._ledger.write() as connection:
                for write, entries in kinds.items():
                    answers = write(connection, [item for _, item, _ in entries])
                    done += zip((future for _, _, future in entries), answers, strict=True)
        except BaseException as error:
            if len(group) == 1 or isinstance(error, NeedsPerson):  # the database is away: for all of them
                for _, _, future in group:
                    future.set_exception(error)
                return
            for one in group:  # one bad write must not fail the others
                self._commit([one])
            return
        for future, answer in done:
            future.set_result(answer)


def _one_by_one(connection: Connection, writes: Sequence[Write[Any]]) -> list[Any]:
    return [write(connection) for write in writes]
