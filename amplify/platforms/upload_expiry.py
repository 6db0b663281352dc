"""How long uploads hold that stand in no post yet: platforms throw them away after a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_SHORTER: Final = timedelta(minutes=10)
"""For clocks that differ, and for the way of the post itself."""


def valid_until(keeps: timedelta) -> str:
    """The end of what was uploaded just now and is kept for `keeps` (ISO 8601, real time), a little early."""
    return (datetime.now(UTC) + keeps - min(_SHORTER, keeps / 4)).isoformat()
