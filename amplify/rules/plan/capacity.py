"""Whether what is queued fits into an account's day: its cap, its gap, and how late each post may be. Pure.

Nothing moves a post by itself: each goes out when it is due, or as soon after as a hold allows. This asks whether
there *is* an order in which all could be said: in turn, each as early as its due time, the gap after the one before
and the day's cap allow. Who does not get a turn before its window ends can never be said as the rules want it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """One post that wants to be said."""

    due: datetime
    """UTC."""
    late: datetime
    """UTC; from then on it is missed."""
    zone: str
    """IANA zone of the readers, whose calendar counts the days."""
    per_day: int
    """Most posts of the account on that day."""
    gap: timedelta
    """Least time since the post before."""


@dataclass(frozen=True, slots=True)
class EarliestSlot:
    """When a post could be said at the earliest."""

    at: datetime
    """UTC."""
    fits: bool
    """Whether that is inside its lateness window."""
    full: bool
    """Whether the cap of its own day was the reason to wait."""


def day_of(instant: datetime, zone: str) -> date:
    """The readers' calendar day."""
    return instant.astimezone(ZoneInfo(zone)).date()


def earliest_slots(wishes: Sequence[SlotRequest]) -> Iterator[EarliestSlot]:
    """The turn of each wish of one account; `wishes` by due time. What does not fit takes nobody's place."""
    said: Counter[date] = Counter()
    last: datetime | None = None
    for wish in wishes:
        at = wish.due if last is None else max(wish.due, last + wish.gap)
        full = said[day_of(at, wish.zone)] >= wish.per_day
        while said[day_of(at, wish.zone)] >= wish.per_day:
            at = _midnight_after(at, wish.zone)
        fits = at < wish.late
        if fits:
            said[day_of(at, wish.zone)] += 1
            last = at
        yield EarliestSlot(at, fits, full)


def _midnight_after(instant: datetime, zone: str) -> datetime:
    """The first instant of the readers' next day (UTC)."""
    tomorrow = day_of(instant, zone) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(instant.tzinfo)
