"""Coming days as an iCalendar file (RFC 5545), for the calendars of staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from amplify.model.coming_day import CELEBRATED, ComingDay, ComingDays
from amplify.planning.offered_entries import OfferedEntry

if TYPE_CHECKING:
    from icalendar import Event

BUSY: Final = "busy"


def days_calendar(found: ComingDays, offers: Mapping[str, OfferedEntry], workspace: str, now: datetime) -> bytes:
    """The iCalendar file: whole days, what is under embargo as `busy` without another word.

    `workspace` makes the identities unique. They are the same in every file, so that a calendar that takes the next
    one has every day once, and moves a day whose date has changed. They tell no names.
    """
    from icalendar import Calendar

    out = Calendar()
    out.add("prodid", "-//amplify//days//EN")
    out.add("version", "2.0")
    out.add("x-wr-calname", f"amplify: {workspace}")
    hushed = {one.key for one in found.busy}
    for one in sorted((*(one for one in found.days if one.key not in hushed), *found.busy), key=lambda one: one.day):
        out.add_component(_event(one, offers.get(one.key), f"{one.key}@{workspace}.amplify", now))
    return bytes(out.to_ical())


def _event(one: ComingDay, offer: OfferedEntry | None, uid: str, now: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "OPAQUE" if one.embargoed else "TRANSPARENT")
    if one.embargoed:
        event.add("summary", BUSY)
        return event
    event.add("summary", f"{one.name}: {one.what}")
    event.add("categories", [one.kind])
    if told := _told(one, offer):
        event.add("description", told)
    return event


def _told(one: ComingDay, offer: OfferedEntry | None) -> str:
    lines = [f"{'held after it' if one.ends else 'queued'}: {each.post} ({each.entry})" for each in one.queued]
    if not lines and one.kind in CELEBRATED:
        lines.append("nothing is queued")
    if offer is not None:
        lines.append(offer.command)
    return "\n".join(lines)
