"""Worker pool: threads as in concurrent.futures, but they are daemons and their number can be changed.

Daemons, because after a second Ctrl-C nobody waits: `ThreadPoolExecutor` would, at the interpreter's exit.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

R = TypeVar("R")


class WorkerPool:
    """Pool of threads that call what is submitted, in that order. Only one thread may submit."""

    def __init__(self, name: str, size: int = 0) -> None:
        self._name, self._size, self._numbers = name, 0, count()
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self.resize(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for running calls; not after a second Ctrl-C: what was begun is then looked up later."""
        self.shutdown(wait=kind is None or not issubclass(kind, KeyboardInterrupt))

    @property
    def size(self) -> int:
        """Number of threads, without those that were told to end."""
        return self._size

    def submit(self, function: Callable[..., R], *args: Any) -> Future[R]:
        """Schedule `function(*args)` for the next free thread. Until it starts, the future can be cancelled."""
        future: Future[R] = Future()
        self._tasks.put((future, function, args))
        return future

    def resize(self, size: int) -> None:
        """Start threads, or let some end once what was submitted before is done."""
        for _ in range(self._size - size):
            self._tasks.put(None)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        for _ in range(size - self._size):
            thread = Thread(target=self._run, name=f"{self._name}-{next(self._numbers)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._size = size

    def shutdown(self, wait: bool = True) -> None:
        """Let all threads end once what was submitted is done."""
        self.resize(0)
        if wait:
            for thread in self._threads:
                thread.join()

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, function, args = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(*args))
                except BaseException as error:  # whoever asks the future decides what it means
                    future.set_exception(error)
            del task, future, function, args  # an idle thread keeps nothing alive
