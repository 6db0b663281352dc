"""Formats numbers, times and lists for readers: spelled months, never all-numeric dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

NOTHING = "–"
"""Not known. Never 0."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONG_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTHS = tuple(month[:3] for month in _LONG_MONTHS)


def number(value: int | None) -> str:
    """A number as `12,400`; a dash for None."""
    return NOTHING if value is None else f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 delivery`, `2 deliveries`, `no delivery`."""
    if value == 0:
        return f"no {one}"
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """A list: `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def day(value: date) -> str:
    """A date: `21 May 2027`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """A date without its year: `21 May`."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def long_day(value: date) -> str:
    """A date with its weekday: `Friday 21 May 2027`."""
    return f"{_WEEKDAYS[value.weekday()]} {value.day} {long_month(value)}"


def long_month(value: date) -> str:
    """A month: `May 2027`."""
    return f"{_LONG_MONTHS[value.month - 1]} {value.year}"


def instant(value: datetime) -> str:
    """An instant in UTC: `21 May 2027, 09:30`."""
    value = value.astimezone(UTC)
    return f"{day(value.date())}, {value:%H:%M}"


def span(seconds: float) -> str:
    """A duration in its two largest units: `42 s`, `2 min 5 s`, `1 h 3 min`, `7 d 2 h`."""
    rest = round(abs(seconds))
    sign = "−" if seconds < 0 and rest else ""
    words = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        amount, rest = divmod(rest, size)
        if amount:
            words.append(f"{amount} {unit}")
        elif words:
            break
    return sign + (" ".join(words[:2]) or "0 s")


def period(start: datetime | None, end: datetime | None) -> str:
    """A period: `17 to 23 May 2027`; `end` is not part of it. Without bounds: `the whole ledger`."""
    if start is None and end is None:
        return "the whole ledger"
    if start is None and end is not None:
        return f"up to {_last(end)}"
    if end is None and start is not None:
        return f"from {_bound(start)}"
    assert start is not None
    assert end is not None
    if _midnight(start) and _midnight(end):
        return days(start.astimezone(UTC).date(), end.astimezone(UTC).date() - timedelta(days=1))
    return f"{instant(start)} to {instant(end)} UTC"


def days(first: date, last: date) -> str:
    """A range of dates; `last` is part of it: `21 May 2027`, `17 to 23 May 2027`, `30 May to 2 June 2027`."""
    if first >= last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day(last)}"
    return f"{short_day(first) if first.year == last.year else day(first)} to {day(last)}"


def _midnight(value: datetime) -> bool:
    value = value.astimezone(UTC)
    return (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)


def _bound(value: datetime) -> str:
    return day(value.astimezone(UTC).date()) if _midnight(value) else f"{instant(value)} UTC"


def _last(value: datetime) -> str:
    return day(value.astimezone(UTC).date() - timedelta(days=1)) if _midnight(value) else f"{instant(value)} UTC"
