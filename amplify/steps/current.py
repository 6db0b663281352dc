"""Whether the ledger still says what the files say. Cheap: every pass asks, and most passes have nothing to do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from amplify.ledger.store import get_meta

if TYPE_CHECKING:
    from amplify.steps.desk import Desk

QUEUED: Final = "queued"
"""The ledger's note of the files and the day of the last `queue`."""


def queued_mark(fingerprint: str, now: datetime) -> str:
    """What the note says after a `queue` of these files on this day (UTC)."""
    return f"{fingerprint} {now:%Y-%m-%d}"


def is_current(desk: Desk) -> bool:
    """Whether neither files nor the day changed since the last `queue`."""
    with desk.ledger.read() as connection:
        return get_meta(connection, QUEUED) == queued_mark(desk.fingerprint(), desk.clock.now())
