"""One pass with nothing due: its CPU against importing SQLModel alone. Cron runs it every minute of every day."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from counterparts import postgres

from bench.figure import Figure

ROUNDS = 21
_ROOT = Path(__file__).parents[2]


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        for part in ("config", "posts", "media", "statements"):
            shutil.copytree(_ROOT / part, folder / part)
        figures = [_ratio("a pass with nothing due, SQLite, CPU against `import sqlmodel`", folder, "sqlmodel", {})]
        url = _postgres(stack)
        if url is not None:
            what = "a pass with nothing due, PostgreSQL, CPU against `import sqlmodel, psycopg`"
            figures.append(_ratio(what, folder, "sqlmodel, psycopg", {"AMPLIFY_DATABASE_URL": url}))
        return figures


def _ratio(what: str, folder: Path, imports: str, more: dict[str, str]) -> Figure:
    """The median of the ratios of neighbouring runs: what else the machine does weighs on both."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AMPLIFY_")} | more
    amplify = [str(Path(sys.executable).with_name("amplify")), "publish", "--workspace", str(folder)]
    bare = [sys.executable, "-c", f"import {imports}"]
    for command in (amplify, amplify, bare):  # the first pass queues
        subprocess.run(command, env=environment, check=False, capture_output=True)
    ratios = [_cpu(amplify, environment) / _cpu(bare, environment) for _ in range(ROUNDS)]
    return Figure(what, statistics.median(ratios), most=1.2)


def _cpu(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds of one run, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _postgres(stack: ExitStack) -> str | None:
    """A throw-away PostgreSQL, where there is one."""
    programs = postgres.programs()
    if programs is None:
        return None
    cluster = postgres.Cluster(programs)
    stack.callback(cluster.stop)
    return cluster.start()
