"""Worker processes of a bench: started, made ready, let go, and heard."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What all workers did together."""

    sent: int
    seconds: float
    """From the first one's beginning to the last one's end."""
    memory: int
    """Bytes: the most that one of them had."""


def run(workers: Sequence[Sequence[str]]) -> Ran:
    """Run `python -m bench.worker` with the words of each, all at once, and wait for their ends."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "bench.worker", *words],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=Path(__file__).parents[1],
                )
            )
            for words in workers
        ]
        for one in running:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n", "a worker did not start"
        for one in running:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        said = [[float(word) for word in one.communicate()[0].split()] for one in running]
    sent, began, ended, memory = zip(*said, strict=True)
    return Ran(int(sum(sent)), max(ended) - min(began), int(max(memory)))
