"""Parses the ways to say when, on a command line and in a spreadsheet's cell.

2027-05-21T10:00+02:00                  at one instant
2027-05-21T09:30                        at this time in each account's own zone
2027-05-18T09:00..2027-05-18T17:00      some time between, spread by account
daily from 2027-05-18 at 09:30          one post a day
every year 05-21 at 10:00               each year on this day
every year solidarity-day at 10:00      each year on this occasion
every month 31 at 10:00                 each month on this day, or its last one
moment 2027-05-21T10:00+02:00           one instant for everybody
"""

from __future__ import annotations

import re
from typing import Any, Final

from amplify.model.errors import WrongUse

_STAMP = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?"
_OFFSET = r"(?:Z|[+-]\d{2}:\d{2})"
_TIME = r"(?P<time>\d{2}:\d{2})"

FORMS: Final = (
    "2027-05-21T10:00+02:00",
    "2027-05-21T09:30",
    "2027-05-18T09:00..2027-05-18T17:00",
    "daily from 2027-05-18 at 09:30",
    "every year 05-21 at 10:00",
    "every year OCCASION at 10:00",
    "every month 31 at 10:00",
    "moment 2027-05-21T10:00+02:00",
)
"""One example of each way."""

_AT = re.compile(rf"(?P<at>{_STAMP}{_OFFSET})")
_LOCAL = re.compile(rf"(?P<local>{_STAMP})")
_WINDOW = re.compile(rf"(?P<start>{_STAMP})\s*\.\.\s*(?P<end>{_STAMP})")
_SERIES = re.compile(rf"daily\s+from\s+(?P<start>\d{{4}}-\d{{2}}-\d{{2}})\s+at\s+{_TIME}")
_YEARLY = re.compile(rf"every\s+year\s+(?P<month>\d{{2}})-(?P<day>\d{{2}})\s+at\s+{_TIME}")
_OCCASION = re.compile(rf"every\s+year\s+(?:on\s+)?(?P<occasion>[a-z0-9][a-z0-9_-]*)\s+at\s+{_TIME}")
_MONTHLY = re.compile(rf"every\s+month\s+(?P<day>\d{{1,2}})\s+at\s+{_TIME}")
_MOMENT = re.compile(rf"moment\s+(?P<at>{_STAMP}{_OFFSET})")

_YEAR_FIRST = re.compile(r"\b(\d{4})([./])(\d{1,2})\2(\d{1,2})\b")
_YEAR_LAST = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})\b")
_SHORT_HOUR = re.compile(r"((?<=[T ])|(?<=\.\.))(\d:\d\d)\b")


def parse_when(said: str) -> dict[str, Any]:
    """Parse it into the `when:` of a queue entry, as it stands in the file. Raises WrongUse with the forms there are.

    Whether the day exists is judged with the rest of the entry.
    """
    said = _plain_days(" ".join(said.split()))
    if found := _AT.fullmatch(said):
        return {"at": _stamp(found["at"])}
    if found := _LOCAL.fullmatch(said):
        return {"local": _stamp(found["local"])}
    if found := _WINDOW.fullmatch(said):
        return {"window": {"start": _stamp(found["start"]), "end": _stamp(found["end"])}}
    if found := _SERIES.fullmatch(said):
        return {"series": {"start": found["start"], "time": found["time"]}}
    if found := _YEARLY.fullmatch(said):
        return {"yearly": {"month": int(found["month"]), "day": int(found["day"]), "time": found["time"]}}
    if found := _OCCASION.fullmatch(said):
        return {"yearly": {"occasion": found["occasion"], "time": found["time"]}}
    if found := _MONTHLY.fullmatch(said):
        return {"monthly": {"day": int(found["day"]), "time": found["time"]}}
    if found := _MOMENT.fullmatch(said):
        return {"moment": {"at": _stamp(found["at"])}}
    raise WrongUse(f"`{said}` does not say when; write it as one of: " + " · ".join(FORMS))


def _plain_days(said: str) -> str:
    """Days as spreadsheets write them (`21.05.2027, 9:30`) as we do: with dots day first, otherwise where only one
    reading is a date. Raises WrongUse where both are."""
    said = _YEAR_FIRST.sub(lambda found: f"{found[1]}-{int(found[3]):02}-{int(found[4]):02}", said)
    said = _YEAR_LAST.sub(_day_first, said)
    return _SHORT_HOUR.sub(r"\g<1>0\2", re.sub(r"(?<=\d),? (?=\d{1,2}:\d\d)", " ", said))


def _day_first(found: re.Match[str]) -> str:
    first, second, year = int(found[1]), int(found[3]), found[4]
    day_first, month_first = f"{year}-{second:02}-{first:02}", f"{year}-{first:02}-{second:02}"
    if found[2] == "." or first > 12 or first == second:
        return day_first
    if second > 12:
        return month_first
    raise WrongUse(f"`{found[0]}` may mean two days: write {day_first} or {month_first}")


def _stamp(text: str) -> str:
    return text.replace(" ", "T")


def day_of(when: dict[str, Any]) -> str:
    """The day in a `when:`, to name an entry by: `2027-05-21`, or `yearly`, `monthly`."""
    way, value = next(iter(when.items()))
    if isinstance(value, dict):
        value = value.get("at") or value.get("start") or way
    return str(value)[:10]
