"""A crew: threads that take work from one line, and put what came of each piece into another.

Lighter than an executor, which makes a future, a condition and a set of waiters for each piece: at thousands of
deliveries a second those would cost more than the deliveries.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Self

Came = tuple[Any, Any]
"""The piece, and what came of it: what was returned, or the exception that was raised."""


class Crew:
    """As many threads as `grow` was asked for. Work is taken in the order in which it was handed in."""

    def __init__(self, name: str, came: SimpleQueue[Came | None]) -> None:
        self._name, self._came = name, came
        self._line: SimpleQueue[tuple[Callable[[Any], Any], Any] | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the pieces in hand. After a second Ctrl-C nobody waits: what was begun is looked up later."""
        threads = self.rest()
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            for thread in threads:
                thread.join()

    def grow(self, to: int) -> None:
        """Have at least this many threads."""
        while len(self._threads) < to:
            thread = Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def rest(self) -> list[Thread]:
        """Let all threads go home once the line is empty; they are returned for who wants to wait."""
        threads, self._threads = self._threads, []
        for _ in threads:
            self._line.put(None)
        return threads

    def hand(self, act: Callable[[Any], Any], piece: Any) -> None:
        """Have `act(piece)` done by the next free thread."""
        self._line.put((act, piece))

    def take_back(self) -> list[Any]:
        """The pieces that nobody has begun; nobody will."""
        pieces: list[Any] = []
        while True:
            try:
                job = self._line.get_nowait()
            except Empty:
                return pieces
            if job is not None:
                pieces.append(job[1])

    def _work(self) -> None:
        line, came = self._line, self._came
        while (job := line.get()) is not None:
            act, piece = job
            try:
                result = act(piece)
            except BaseException as error:  # whoever reads the line decides what it means
                result = error
            came.put((piece, result))
            del job, piece, result
