"""The numbered steps of the path, at each of which a process is killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final


@dataclass(frozen=True)
class Point:
    """Where a process dies: at the `call`-th call of a function, before it or after it."""

    module: str
    name: str
    call: int = 1
    after: bool = False
    thread: str | None = None
    """Only calls in the thread of this name count."""

    def mine(self) -> None:
        """Kill this process there, as `kill -9` does."""
        owner, function = self.found()
        original: Callable[..., Any] = getattr(owner, function)
        calls = 0

        def mined(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            here = self.thread in (None, threading.current_thread().name)
            calls += here
            if here and calls == self.call and not self.after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = original(*args, **kwargs)
            if here and calls == self.call:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        setattr(owner, function, mined)

    def found(self) -> tuple[Any, str]:
        """Whose attribute the function is, and its name. AttributeError where it is gone."""
        owner: Any = import_module(self.module)
        *path, function = self.name.split(".")
        for step in path:
            owner = getattr(owner, step)
        getattr(owner, function)
        return owner, function


def _commit(number: int, after: bool = False) -> Point:
    """One of the group commits: 1 claims, 2 keeps what was uploaded, 3 marks the first part, 4 settles it."""
    return Point("sqlalchemy.engine", "Connection.commit", number, after, thread="group-commit")


_DELIVERING: Final = "amplify.engine.deliver"

STEPS: Final = {
    "1 before the claim": Point("amplify.engine.worker", "claim_due"),
    "2 in the commit of the claim": _commit(1),
    "3 after the claim": Point(_DELIVERING, "Deliverer.deliver"),
    "4 during the upload": Point("amplify.media.frozen_store", "FrozenStore.cleaned", after=True),
    "5 before the mark": Point(_DELIVERING, "begin_requests"),
    "6 in the commit of the mark": _commit(3),
    "7 before the request": Point(_DELIVERING, "Deliverer._call"),
    "8 after the answer": Point(_DELIVERING, "Deliverer._call", after=True),
    "9 in the commit of the receipt": _commit(4),
    "10 after the commit of the receipt": _commit(4, after=True),
    "11 before the second mark": Point(_DELIVERING, "begin_requests", 2),
    "12 before the second request": Point(_DELIVERING, "Deliverer._call", 2),
    "13 after the second answer": Point(_DELIVERING, "Deliverer._call", 2, after=True),
}
"""In the order of the path of a thread of two parts with a picture."""

UNASKED: Final = ("7 before the request", "12 before the second request")
"""Where the mark is on disk and the platform was never asked: X cannot prove that nothing is out."""
EVERYWHERE: Final = ("7 before the request", "8 after the answer")
"""The two that matter most: tried on every platform and database, always."""
