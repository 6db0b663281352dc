"""Several real processes that do the same thing at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

from command_server import python

SECONDS = 60

TESTS = Path(__file__).parents[1]

_START = """
import sys
sys.path.insert(0, {tests!r})
{names}
NUMBER = {number}
def ready():
    print("ready", flush=True)
    sys.stdin.readline()
"""


def at_once(count: int, script: str, *, fresh: bool = False, **names: Any) -> list[str]:
    """Run `script` in `count` processes, which all wait at `ready()` until each is there; the line each prints last.

    `names` are its variables; `NUMBER` tells the processes apart. A script that does not call `ready` just runs.
    `fresh` ones have loaded nothing yet; the others need not wait for that.
    """
    given = "\n".join(f"{name} = {value!r}" for name, value in names.items())
    running = [
        subprocess.Popen(
            [
                sys.executable if fresh else python(),
                "-c",
                _START.format(tests=str(TESTS), names=given, number=number) + dedent(script),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    try:
        if "ready()" in script:
            for one in running:
                assert one.stdout is not None
                line = one.stdout.readline()
                assert line == "ready\n", one.communicate(timeout=SECONDS)[1]
        ended = [one.communicate("go\n", timeout=SECONDS) for one in _let_go(running)]
    finally:
        for one in running:
            one.kill()
            one.wait()
    for process, (_, errors) in zip(running, ended, strict=True):
        assert process.returncode == 0, errors
    return [out.strip().splitlines()[-1] if out.strip() else "" for out, _ in ended]


def _let_go(running: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    return running
