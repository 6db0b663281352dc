"""A crew: threads that take pieces of work through their courses, and put what came of each into a line.

A course is a generator. Where it needs something written it yields what, and lets go of its thread until that is
durable: so a thread costs nothing while the disk is busy, and one that wakes up goes on with whatever is ready. Lighter
than an executor, whose futures would cost more than the deliveries at thousands of them a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from amplify.ledger.group_commit import Act, Writer

Wanted = tuple[Act[Any, Any], Any]
"""What is to be written, in one go with others of its kind."""
R = TypeVar("R")
Course = Generator[Wanted, Any, R]
"""Yields what it wants written; is sent the answer once that is durable, or thrown what went wrong. Returns what came
of its piece."""
Came = tuple[Any, Any]
"""The piece, and what came of it: what was returned, or the exception that was raised."""

_MANY: Final = 32
"""So many are told of at once where there is more to do: each telling wakes a thread."""


class Crew:
    """As many threads as `grow` was asked for, and as many pieces under way: so what comes back from the ledger finds a
    thread at once. Work is taken in the order in which it was handed in."""

    def __init__(self, name: str, writer: Writer, came: SimpleQueue[list[Came]]) -> None:
        self._name, self._writer, self._came = name, writer, came
        self._line: deque[tuple[Callable[[Any], Course[Any]], Any]] = deque()
        """What nobody has begun."""
        self._ready: SimpleQueue[_Run | None] = SimpleQueue()
        self._done: deque[Came] = deque()
        self._threads: list[Thread] = []
        self._lock = Lock()
        self._seats = self._free = self._leaving = 0
        """A seat is a thread's; one that is leaving ends when its piece does."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the pieces in hand. After a second Ctrl-C nobody waits: what was begun is looked up later."""
        self.rest()
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            for thread in self._threads:
                thread.join()

    def grow(self, to: int) -> None:
        """Have at least this many threads."""
        with self._lock:
            new = max(to - self._seats, 0)
            self._seats += new
            stay = min(new, self._leaving)
            self._leaving -= stay
        self._threads = [thread for thread in self._threads if thread.is_alive()] if new else self._threads
        for number in range(new - stay):
            thread = Thread(target=self._work, name=f"{self._name}-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()
            self._begin_next()

    def rest(self) -> None:
        """Let all threads go home once what was handed in is done."""
        with self._lock:
            idle, self._free = self._free, 0
            self._leaving += self._seats - idle
            self._seats = 0
        for _ in range(idle):
            self._ready.put(None)

    def hand(self, act: Callable[[Any], Course[Any]], piece: Any) -> None:
        """Have `act(piece)` done as soon as a thread is free."""
        with self._lock:
            if not self._free:
                self._line.append((act, piece))
                return
            self._free -= 1
        self._ready.put(_Run(act(piece), piece, self._ready))

    def launch(self, act: Callable[[Any], Course[Any]], pieces: Iterable[Any]) -> None:
        """Begin `act(piece)` for all of them at once: what they want written first is written in one go, before any
        thread wakes up. For courses that do nothing slow until then."""
        runs = []
        with self._lock:
            for piece in pieces:
                if self._free:
                    self._free -= 1
                    runs.append(_Run(act(piece), piece, self._ready))
                else:
                    self._line.append((act, piece))
        wanted = [(*first, run) for run in runs if (first := self._step(run)) is not None]
        if wanted:
            self._writer.ask_all(wanted)
        if len(wanted) < len(runs):
            self._tell()

    def take_back(self) -> list[Any]:
        """The pieces that nobody has begun; nobody will."""
        with self._lock:
            pieces = [piece for _, piece in self._line]
            self._line.clear()
        return pieces

    def _begin_next(self) -> None:
        """A seat has become free."""
        with self._lock:
            if self._line:
                act, piece = self._line.popleft()
                run = _Run(act(piece), piece, self._ready)
            elif self._leaving:
                self._leaving -= 1
                run = None
            else:
                self._free += 1
                return
        self._ready.put(run)

    def _work(self) -> None:
        ready, done = self._ready, self._done
        while True:
            try:
                run = ready.get_nowait()
            except Empty:
                self._tell()
                run = ready.get()
            if run is None:
                self._tell()
                return
            wanted = self._step(run)
            if wanted is not None:
                self._writer.ask(*wanted, run)
            elif len(done) >= _MANY:
                self._tell()
            del run, wanted

    def _step(self, run: _Run) -> Wanted | None:
        """What it wants written next; None where it came to its end."""
        try:
            return run.step()
        except StopIteration as end:
            self._done.append((run.piece, end.value))
        except BaseException as error:  # whoever reads the line decides what it means
            self._done.append((run.piece, error))
        self._begin_next()
        return None

    def _tell(self) -> None:
        told: list[Came] = []
        try:
            while True:
                told.append(self._done.popleft())
        except IndexError:
            if told:
                self._came.put(told)


class _Run:
    """A course under way. It is its own answer: what the ledger says makes it ready again."""

    __slots__ = ("_course", "_error", "_ready", "_value", "piece")

    def __init__(self, course: Course[Any], piece: Any, ready: SimpleQueue[_Run | None]) -> None:
        self._course, self.piece, self._ready = course, piece, ready
        self._value: Any = None
        self._error: BaseException | None = None

    def give(self, value: Any) -> None:
        self._value = value
        self._ready.put(self)

    def fail(self, error: BaseException) -> None:
        self._error = error
        self._ready.put(self)

    def step(self) -> Wanted:
        """Go on to the next thing that is to be written. Raises StopIteration at the end."""
        if self._error is not None:
            error, self._error = self._error, None
            return self._course.throw(error)
        return self._course.send(self._value)
