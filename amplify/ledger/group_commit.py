"""Group commits: one thread writes for all, and the next commit starts when the last one ended.

A commit costs a disk flush whatever it holds; sixteen workers that flush one by one wait for each other, in a group
they wait once. What is of one kind is written by the same few statements, however many there are of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from sqlalchemy import Connection

from amplify.ledger.database import Ledger
from amplify.ledger.holds.gates import GATES
from amplify.model.errors import NeedsPerson

T = TypeVar("T")
Item = TypeVar("Item")
Work = Callable[[Connection], T]
Act = Callable[[Connection, Sequence[Item]], Sequence[T]]
"""Writes many of one kind; an answer for each."""

_LARGEST_GROUP: Final = 512
_PATIENCE: Final = 0.01
"""Seconds that what nobody waits for is given to find company: a transaction of its own costs as much as a full one."""


class Answer(Generic[T]):
    """What a piece of work returned, once its commit is durable. Much lighter than a Future: one is made a mark."""

    __slots__ = ("_error", "_ready", "_value")

    def __init__(self) -> None:
        self._ready = Lock()
        self._ready.acquire()
        self._error: BaseException | None = None
        self._value: T

    def result(self, seconds: float = -1) -> T:
        """Wait for it. Raises what the work raised, and TimeoutError where it takes longer than `seconds`."""
        if not self._ready.acquire(timeout=seconds):
            raise TimeoutError
        self._ready.release()
        if self._error is not None:
            raise self._error
        return self._value

    def give(self, value: T) -> None:
        """It is durable."""
        self._value = value
        self._ready.release()

    def fail(self, error: BaseException) -> None:
        """Nothing of it was written."""
        self._error = error
        self._ready.release()


class Reply(Protocol):
    """Who is told what came of it. Told by the writing thread, which must not be kept waiting."""

    def give(self, value: Any) -> None: ...

    def fail(self, error: BaseException) -> None: ...


class _Nobody:
    def give(self, value: Any) -> None:
        """Nobody waits for it."""

    def fail(self, error: BaseException) -> None:
        """Nobody waits for it: what is not written now is found by looking it up."""


NOBODY: Final[Reply] = _Nobody()


Entry = tuple[Act[Any, Any], Any, Reply]
"""What to write, with others of its kind, and who is told."""


class Writer:
    """Runs pieces of work in shared write transactions, in the order in which they come, kind by kind."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._queue: SimpleQueue[list[Entry] | None] = SimpleQueue()
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

    def together(self, act: Act[Item, T], item: Item) -> Answer[T]:
        """Hand in one item; whatever has come in for the same `act` meanwhile is written in one go."""
        answer: Answer[T] = Answer()
        self.ask(act, item, answer)
        return answer

    def ask(self, act: Act[Item, Any], item: Item, reply: Reply) -> None:
        """The same; `reply` is told what came of it."""
        self._queue.put([(act, item, reply)])

    def ask_all(self, entries: Iterable[Entry]) -> None:
        """Hand in all of these for one group."""
        self._queue.put(list(entries))

    def submit(self, work: Work[T]) -> Answer[T]:
        """Hand in a piece of work; it is answered when its commit is durable."""
        return self.together(each, work)

    def run(self, work: Work[T]) -> T:
        """Hand in a piece of work and wait for its commit."""
        return self.submit(work).result()

    def _run(self) -> None:
        more = True
        while more:
            group: list[Entry] = []
            begin = 0.0  # when a group begins that nobody waits for
            entries = self._queue.get()
            while entries is not None:
                group += entries
                if len(group) >= _LARGEST_GROUP:
                    break
                if entries[-1][2] is not NOBODY:
                    begin = float("-inf")
                elif not begin:
                    begin = monotonic() + _PATIENCE
                try:
                    entries = self._queue.get(timeout=max(begin - monotonic(), 0.0))
                except Empty:
                    break
            more = entries is not None
            if group:
                self._commit(group)

    def _commit(self, group: list[Entry]) -> None:
        kinds: dict[Act[Any, Any], list[Entry]] = {}
        for entry in group:
            kinds.setdefault(entry[0], []).append(entry)
        single = kinds.pop(each, None)
        if single is not None:  # last: a claim among them sees the accounts that this group has set free
            kinds[each] = single
        answered: list[tuple[Reply, Any]] = []
        try:
            with self._ledger.write(sharing=GATES) as connection:
                for act, entries in kinds.items():
                    answers = act(connection, [item for _, item, _ in entries])
                    answered += zip((answer for _, _, answer in entries), answers, strict=True)
        except BaseException as error:
            if len(group) == 1 or isinstance(error, NeedsPerson):  # the database is away: for all of them
                for _, _, answer in group:
                    answer.fail(error)
                return
            for one in group:  # one bad piece must not fail the others
                self._commit([one])
            return
        for answer, value in answered:
            answer.give(value)


def each(connection: Connection, works: Sequence[Work[Any]]) -> list[Any]:
    """Work of no common kind, one after the other."""
    return [work(connection) for work in works]
