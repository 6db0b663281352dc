"""A process to be killed: the real command line, with one line that kills it without warning."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from loaded import MODULES

from crash.points import Point

_context = get_context("forkserver")
_context.set_forkserver_preload(MODULES)


def start(words: list[str], environment: Mapping[str, str], out: Path, point: Point | None = None) -> BaseProcess:
    """Start `amplify WORDS` in a process of its own, which writes what it says into `out`, and dies at `point`."""
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


def _run(words: list[str], environment: dict[str, str], out: str, point: Point | None) -> None:
    os.environ.update(environment)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    if point is not None:
        point.mine()
    from amplify.cli.main import main

    sys.argv = ["amplify", *words]
    main()
