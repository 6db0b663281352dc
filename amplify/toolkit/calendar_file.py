"""Occasions as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from amplify.model.campaign import Occasion
from amplify.rules.text.language import Fallback, pick_any, pick_text
from amplify.toolkit.toolkit_model import OccasionDay, ToolkitPageModel

if TYPE_CHECKING:
    from icalendar import Event

_LEAP_DAY = (2, 29)


def next_day(occasion: Occasion, today: date) -> date:
    """The next date of an occasion, today included. 29 February is kept on the 28th in other years."""
    this = _in(occasion, today.year)
    return this if this >= today else _in(occasion, today.year + 1)


def occasion_days(occasions: Iterable[Occasion], lang: str, today: date, fallback: Fallback) -> tuple[OccasionDay, ...]:
    """Occasions as they come next, with that year's theme."""
    found = []
    for occasion in occasions:
        day = next_day(occasion, today)
        theme = pick_text(occasion.themes.get(day.year, {}), lang, fallback) or ""
        found.append(OccasionDay(day, pick_any(occasion.name, lang, fallback), theme))
    return tuple(sorted(found, key=lambda one: one.day))


def calendar_bytes(page: ToolkitPageModel, workspace: str, fallback: Fallback, says: Mapping[str, str]) -> bytes:
    """The iCalendar file: every occasion of the page each year, whole days; a year with a theme says so. `says`:
    `theme`, a pattern with {theme}.

    `workspace` makes the identities unique; they stay the same from build to build, so that a calendar that takes the
    file again has every day once.
    """
    from icalendar import Calendar

    lang, updated = page.lang, page.updated
    out = Calendar()
    out.add("prodid", "-//amplify//toolkit//EN")
    out.add("version", "2.0")
    out.add("x-wr-calname", page.title)
    for occasion in page.occasions:
        uid = f"{occasion.id}.{page.campaign}.{lang}@{workspace}.amplify"
        name = pick_any(occasion.name, lang, fallback)
        first = next_day(occasion, updated.date())
        out.add_component(_event(uid, first, name, updated, rule=_rule(occasion)))
        for year, themes in sorted(occasion.themes.items()):
            theme = pick_text(themes, lang, fallback)
            if theme and year >= first.year:
                day = _in(occasion, year)
                out.add_component(_event(uid, day, name, updated, note=says["theme"].format(theme=theme), instead=day))
    return bytes(out.to_ical())


def _event(
    uid: str,
    day: date,
    name: str,
    updated: datetime,
    *,
    rule: Mapping[str, object] | None = None,
    note: str = "",
    instead: date | None = None,
) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", updated.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", name)
    event.add("transp", "TRANSPARENT")
    if note:
        event.add("description", note)
    if rule is not None:
        event.add("rrule", dict(rule))
    if instead is not None:
        event.add("recurrence-id", instead)
    return event


def _rule(occasion: Occasion) -> Mapping[str, object]:
    if (occasion.month, occasion.day) == _LEAP_DAY:  # the last of the two that the year has
        return {"freq": "yearly", "bymonth": 2, "bymonthday": [28, 29], "bysetpos": -1}
    return {"freq": "yearly", "bymonth": occasion.month, "bymonthday": occasion.day}


def _in(occasion: Occasion, year: int) -> date:
    try:
        return date(year, occasion.month, occasion.day)
    except ValueError:
        return date(year, 2, 28)
