"""Expands recurring queue entries into due times for an account. Pure: zones and files in, UTC instants out.

29 February is 28 February in other years; day 29, 30 or 31 is the last day of a shorter month. What happens where
clocks change says `rules.plan.daylight_saving`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from amplify.model.campaign import Occasion
from amplify.model.queue_entry import Moment, Monthly, QueueEntry, Series, Window, Yearly
from amplify.rules.plan.daylight_saving import utc_instant

ONCE: Final = "once"
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Slot:
    """One post of an entry at one time for one account."""

    post: str
    occurrence: str
    """The nominal date, or `once`."""
    due: datetime
    """UTC."""


def stable_fraction(*names: str) -> float:
    """A number in [0, 1) that is always the same for the same names: jitter and spread without chance."""
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def expand_slots(
    entry: QueueEntry,
    account: str,
    zone: str,
    start: datetime,
    end: datetime,
    occasions: dict[str, Occasion],
) -> Iterator[Slot]:
    """The entry's slots for one account with `start <= due < end` (UTC).

    `occasions` are those of the campaigns of the entry's posts, by id.
    """
    for slot in _all_slots(entry, account, zone, start, end, occasions):
        if start <= slot.due < end:
            yield slot


def _all_slots(
    entry: QueueEntry, account: str, zone: str, start: datetime, end: datetime, occasions: dict[str, Occasion]
) -> Iterator[Slot]:
    when = entry.when
    if when.series is not None:
        yield from _series(entry, when.series, zone, start, end)
        return
    if when.yearly is not None:
        days = _yearly_days(when.yearly, start.date(), end.date(), occasions)
        clock = when.yearly.time
    elif when.monthly is not None:
        days = _monthly_days(when.monthly, start.date(), end.date())
        clock = when.monthly.time
    else:
        due = _once(entry, account, zone)
        for post in entry.posts:
            yield Slot(post, ONCE, due)
        return
    for day in days:
        due = utc_instant(datetime.combine(day, _wall(clock)), zone)
        for post in entry.posts:
            yield Slot(post, day.isoformat(), due)


def _once(entry: QueueEntry, account: str, zone: str) -> datetime:
    when = entry.when
    if when.at is not None:
        return when.at.astimezone(UTC)
    if when.local is not None:
        return utc_instant(when.local, zone)
    if when.window is not None:
        return _in_window(entry, when.window, account, zone)
    assert when.moment is not None  # When holds exactly one way
    return _at_moment(entry, when.moment, account)


def _in_window(entry: QueueEntry, window: Window, account: str, zone: str) -> datetime:
    first, last = utc_instant(window.start, zone), utc_instant(window.end, zone)
    first = min(first, last)  # a start inside a gap comes after an end behind it
    seconds = int((last - first).total_seconds() * stable_fraction(entry.id, account))
    return first + timedelta(seconds=seconds)


def _at_moment(entry: QueueEntry, moment: Moment, account: str) -> datetime:
    return moment.at.astimezone(UTC) + timedelta(
        seconds=int(moment.jitter.total_seconds() * stable_fraction(entry.id, account))
    )


def _series(entry: QueueEntry, series: Series, zone: str, start: datetime, end: datetime) -> Iterator[Slot]:
    day = series.start
    clock = _wall(series.time)
    for post in entry.posts:
        while series.weekdays and _WEEKDAYS[day.weekday()] not in series.weekdays:
            day += timedelta(days=1)
        due = utc_instant(datetime.combine(day, clock), zone)
        if due >= end:
            return
        yield Slot(post, day.isoformat(), due)
        day += timedelta(days=series.every)


def _yearly_days(yearly: Yearly, first: date, last: date, occasions: dict[str, Occasion]) -> Iterator[date]:
    if yearly.occasion is not None:
        occasion = occasions.get(yearly.occasion)
        if occasion is None:  # reported by the reader; nothing to plan
            return
        month, day = occasion.month, occasion.day
    else:
        assert yearly.month is not None
        assert yearly.day is not None
        month, day = yearly.month, yearly.day
    anchor = date(2000, month, 1) + relativedelta(day=day)  # a leap year, so that 29 February stands
    for year in range(first.year - 1, last.year + 2):
        yield from _between(anchor + relativedelta(years=year - 2000), yearly.start, yearly.until)


def _monthly_days(monthly: Monthly, first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1) - relativedelta(months=1)
    while month <= last + timedelta(days=1):  # the readers' calendar may be a day ahead of UTC
        yield from _between(month + relativedelta(day=monthly.day), monthly.start, monthly.until)
        month += relativedelta(months=1)


def _between(day: date, start: date | None, until: date | None) -> Iterator[date]:
    if (start is None or day >= start) and (until is None or day <= until):
        yield day


def _wall(value: str) -> time:
    hours, minutes = value.split(":")
    return time(int(hours), int(minutes))
