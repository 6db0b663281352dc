"""Mark of the last `queue`: from which files and time zone data, and for which day, the ledger was filled."""

from __future__ import annotations

import socket
from datetime import datetime
from pathlib import Path

from amplify.workspace.zone_data import zone_data_mark


def note_key(root: Path) -> str:
    """Key in `meta` of this clone's mark: several machines may share a ledger, each with its own files."""
    return f"queued {machine_name(root)}"


def machine_name(root: Path) -> str:
    """Name of a clone: the machine, and the folder on it."""
    return f"{socket.gethostname()}:{root}"


def queued_mark(fingerprint: str, now: datetime) -> str:
    """The mark that a `queue` of these files leaves on this day (UTC), with this machine's time zone data."""
    return f"{fingerprint} {now:%Y-%m-%d} {zone_data_mark()}"
