"""The note by which a pass knows whether the ledger still says what the files say."""

from __future__ import annotations

from datetime import datetime
from typing import Final

QUEUED: Final = "queued"
"""The ledger's note of the files and the day of the last `queue`."""


def queued_mark(fingerprint: str, now: datetime) -> str:
    """What the note says after a `queue` of these files on this day (UTC)."""
    return f"{fingerprint} {now:%Y-%m-%d}"
