"""Whether the ledger still says what the files say: a note of the last `queue`, compared before anything is claimed."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from amplify.ledger.store import get_meta

if TYPE_CHECKING:
    from amplify.model.plan import Change
    from amplify.steps.desk import Desk


def note_key(root: Path) -> str:
    """Where the ledger keeps this clone's note: several machines may share a ledger, each with its own files."""
    return f"queued {socket.gethostname()}:{root}"


def queued_mark(fingerprint: str, now: datetime) -> str:
    """What the note says after a `queue` of these files on this day (UTC)."""
    return f"{fingerprint} {now:%Y-%m-%d}"


def mark_of(desk: Desk) -> str:
    """What the note ought to say now."""
    return queued_mark(desk.fingerprint(), desk.clock.now())


def follow(desk: Desk, mark: str) -> Sequence[Change]:
    """Queue where the note does not say `mark`; what that changed. Raises what `queue` raises: nothing may be claimed
    then."""
    with desk.ledger.read() as connection:
        if get_meta(connection, note_key(desk.root)) == mark:
            return ()
    from amplify.steps.queue import queue

    return queue(desk).changes
