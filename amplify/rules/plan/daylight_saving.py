"""Wall-clock times in zones whose clocks change. Pure.

One policy, stated here and in `docs/time.md`:

- **Gap** (clocks go forward, the time does not exist): the post goes out as long after the change as the wall
  clock said after it, so 02:30 in a gap of an hour becomes 03:30.
- **Fold** (clocks go back, the time exists twice): the first one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=4096)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def utc_instant(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a wall-clock time, by the policy above. `wall` is naive."""
    return wall.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC)


def forget_zones() -> None:
    """Forget the zones that were loaded: their data changed."""
    _zone.cache_clear()
