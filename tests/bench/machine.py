"""The machine that is measured on: in words, but never whose it is; and the memory of its processes."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from pathlib import Path

from counterparts import postgres


def machine() -> str:
    """Processors, memory, and the versions that matter."""
    parts = [f"{len(os.sched_getaffinity(0))} × {_processor()}", f"{_gibibytes():.0f} GiB"]
    parts += [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    programs = postgres.programs()
    if programs is not None:
        parts.append(_version(programs))
    return ", ".join(parts)


def resident(pid: int, which: str = "VmRSS") -> int:
    """Bytes of memory that a process has now, or (`VmHWM`) had at most. Not `getrusage`: it counts the parent in."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith(f"{which}:"))


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _gibibytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _version(programs: Path) -> str:
    """`PostgreSQL 15.9`, without what the distribution adds."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+(\.\d+)*", said)
    return f"PostgreSQL {number[0]}" if number else "PostgreSQL"
