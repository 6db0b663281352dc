"""Checks of the machine: programs, time zones, disk space, clocks."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from amplify.ledger.sqlite_version import INSTALLED_SQLITE, LEAST_SQLITE, is_sqlite_new_enough
from amplify.model.video import FILM
from amplify.operations.doctor.finding import CheckResult, CheckTarget, check_fail, check_ok, check_warn

_PYTHON: Final = (3, 11)
_ROOM: Final = 200_000_000
"""Bytes of disk space that a ledger should have."""
_SKEW: Final = 2.0
"""Seconds by which this machine's clock may differ from the database's."""
_MOUNTS: Final = Path("/proc/mounts")
_OCTAL: Final = re.compile(rb"\\([0-3][0-7]{2})")
_ELSEWHERE: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"})
"""File systems of other machines, on which SQLite's locks cannot be relied on."""


def check_programs(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check the versions of Python and SQLite."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _PYTHON:
        yield check_ok("python", version)
    else:
        yield check_fail("python", f"{version} is too old", "install Python 3.11 or newer")
    if patient.sqlite is None:
        return
    if is_sqlite_new_enough():
        yield check_ok("sqlite", INSTALLED_SQLITE)
    else:
        yield check_fail(
            "sqlite", f"{INSTALLED_SQLITE} is too old", f"install a Python with SQLite {LEAST_SQLITE} or newer"
        )


def check_zones(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check that there is time zone data for every zone that the files name."""
    if patient.workspace is None:
        return
    named = {partner.zone for partner in patient.workspace.partners.values()}
    named |= {account.zone for account in patient.workspace.accounts.values() if account.zone}
    unknown = sorted(zone for zone in named if not _known(zone))
    if unknown:
        yield check_fail("time zones", f"no data for {', '.join(unknown)}", "install the Python package tzdata anew")
    else:
        yield check_ok("time zones", f"data for all {len(named)} in the files")


def check_disk(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check the disk: free space, and whether it is a network file system."""
    where = patient.sqlite.parent if patient.sqlite is not None else patient.root
    while not where.exists():
        where = where.parent
    free = shutil.disk_usage(where).free
    if free < _ROOM:
        yield check_fail("disk", f"{free // 1_000_000} MB left", "make room: a full disk stops every post")
    else:
        yield check_ok("disk", f"{free / 1e9:.1f} GB free")
    kind = _file_system(where) if patient.sqlite is not None else None
    if kind in _ELSEWHERE:
        yield check_fail(
            "ledger's disk",
            f"it lies on another machine ({kind}), where SQLite's locks do not hold",
            "move the workspace to this machine's own disk, or take PostgreSQL",
        )


def check_video_tools(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check for a program that cleans videos, where there are any."""
    from amplify.media.remux import video_tool

    if patient.workspace is None or not any(one.mime == FILM for one in patient.workspace.pictures.values()):
        return
    with_ = video_tool()
    if with_ is None:
        yield check_fail(
            "videos", "nothing to clean them with", "install ffmpeg, or run `pip install 'amplify[video]'`"
        )
    else:
        yield check_ok("videos", f"cleaned by {with_}")


def check_clock(patient: CheckTarget) -> Iterator[CheckResult]:
    """Compare this machine's clock with the database's, where several machines share one."""
    if patient.app is None or patient.app.ledger.sqlite:
        return
    ledger = patient.app.ledger
    with ledger.read() as connection:
        ledger.real_now(connection)  # the first query opens the connection
        before = datetime.now(UTC)
        there = ledger.real_now(connection)
        here = before + (datetime.now(UTC) - before) / 2
    skew = abs((here - there).total_seconds())
    if skew > _SKEW:
        yield check_fail("clock", f"{skew:.0f} s away from the database's", "switch on time synchronisation (NTP)")
    else:
        yield check_ok("clock", f"{skew * 1000:.0f} ms away from the database's")


def check_environment(patient: CheckTarget) -> Iterator[CheckResult]:
    """Report environment variables that change what commands do."""
    if os.environ.get("AMPLIFY_NOW"):
        yield check_warn(
            "AMPLIFY_NOW",
            "commands that only look take another time for now",
            "`unset AMPLIFY_NOW`, unless you mean it",
        )


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _file_system(folder: Path) -> str | None:
    """Type of a folder's file system, from the longest mount point above it; None where the system does not say."""
    try:
        mounts = [line.split(b" ") for line in _MOUNTS.read_bytes().splitlines()]
    except OSError:
        return None
    found, kind = Path(), None
    for fields in mounts:
        if len(fields) > 2:
            # Blanks, tabs, line ends and backslashes stand there as \\040 and so on.
            point = Path(os.fsdecode(_OCTAL.sub(lambda code: bytes([int(code[1], 8)]), fields[1])))
            # Of several at one place the last one mounted is seen.
            if folder.resolve().is_relative_to(point) and len(point.parts) >= len(found.parts):
                found, kind = point, fields[2].decode("ascii", "replace")
    return kind
