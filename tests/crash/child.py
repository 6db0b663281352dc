"""What runs in the child: the real command line, with one line that kills it without warning."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

POINTS: dict[str, tuple[str, str, int, bool]] = {
    "before the claim": ("amplify.steps.drain", "claim", 1, False),
    "after the claim": ("amplify.steps.deliver", "Delivering.deliver", 1, False),
    "during the upload": ("amplify.media.store", "PictureStore.cleaned", 1, True),
    "before the mark": ("amplify.steps.deliver", "Delivering._begin", 1, False),
    "before the request": ("amplify.steps.deliver", "Delivering._send", 1, False),
    "after the answer": ("amplify.steps.deliver", "Delivering._send", 1, True),
    "before settling": ("amplify.ledger.settle", "Hand.sent", 1, False),
    "between two parts": ("amplify.steps.deliver", "Delivering._begin", 2, False),
    "before the second request": ("amplify.steps.deliver", "Delivering._send", 2, False),
    "after the second answer": ("amplify.steps.deliver", "Delivering._send", 2, True),
}
"""Where it dies: module, function, at which call of it, and whether after instead of before."""

_context = get_context("forkserver")
_context.set_forkserver_preload(
    [
        *("tweepy", "atproto", "mastodon", "PIL.Image", "rich.console", "psycopg", "amplify.cli.main"),
        *("amplify.cli.publish", "amplify.steps.publish", "amplify.steps.drain", "amplify.steps.reconcile"),
    ]
)


def start(words: list[str], environment: Mapping[str, str], out: Path, point: str | None = None) -> BaseProcess:
    """Start `amplify WORDS` in a process of its own, which writes what it says into `out`."""
    child = _context.Process(target=_run, args=(words, dict(environment), str(out), point))
    child.start()
    return child


def finish(child: BaseProcess, seconds: float = 60) -> int:
    """Its exit code; -9 where it was killed."""
    child.join(seconds)
    if child.is_alive():
        child.kill()
        child.join()
        raise AssertionError(f"it did not end within {seconds:.0f} s")
    assert child.exitcode is not None
    return child.exitcode


def _run(words: list[str], environment: dict[str, str], out: str, point: str | None) -> None:
    os.environ.update(environment)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    if point is not None:
        _mine(*POINTS[point])
    from amplify.cli.main import main

    sys.argv = ["amplify", *words]
    main()


def _mine(module: str, name: str, call: int, after: bool) -> None:
    from importlib import import_module

    owner: Any = import_module(module)
    *path, function = name.split(".")
    for step in path:
        owner = getattr(owner, step)
    original: Callable[..., Any] = getattr(owner, function)
    calls = 0

    def mined(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = original(*args, **kwargs)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, function, mined)
