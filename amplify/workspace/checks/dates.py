"""Checks dates across files: days that no year has, and occasions that queue entries refer to."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, TypeVar

from amplify.model.problem import Problem, SourceLocation
from amplify.rules.plan.calendar_days import begun_somewhere
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.validate import SourceNode

_Time = TypeVar("_Time", bound=date)

_LEAP_YEAR: Final = 2024


def check_calendar(findings: ParsedWorkspace) -> Iterator[Problem]:
    """Days that do not exist, and intervals that end before they begin."""
    for campaign in findings.campaigns:
        for i, occasion in enumerate(campaign.word.occasions):
            yield from _exists(occasion.month, occasion.day, campaign.spot.place("occasions", i, "day"))
        yield from _in_order(campaign.spot, campaign.word.launched, campaign.word.ends, "ends")
        for i, quiet in enumerate(campaign.word.quiet):
            if quiet.end <= quiet.start:
                yield _backwards(campaign.spot.place("quiet", i, "end"))
    for person in findings.people:
        for i, detention in enumerate(person.word.detentions):
            if detention.end is not None and detention.end < detention.start:
                yield _backwards(person.spot.place("detentions", i, "end"))
    for action in findings.actions:
        opens, closes = action.word.opens, action.word.closes
        if opens is not None and closes is not None and closes <= opens:
            yield _backwards(action.spot.place("closes"))
    for fact in (found for found in findings.facts if found.whole):
        yield from _in_order(fact.spot, fact.word.as_of, fact.word.expires, "expires")
    for post in findings.posts:
        front = post.word.front
        first = max((one for one in (front.embargo_until, front.not_before) if one is not None), default=None)
        yield from _in_order(post.spot, first, front.expires_at, "expires_at")


def check_future_days(findings: ParsedWorkspace, now: datetime) -> Iterator[Problem]:
    """Reviews and consents of days that have not begun anywhere: nobody has checked, or been asked, yet. `now`: UTC."""
    for found in findings.people:
        person = found.word
        days = {("reviewed",): person.reviewed, ("consent", "given"): person.consent.given}
        for loc, day in days.items():
            if not begun_somewhere(day, now):
                message = f"`{loc[-1]}` is a day in the future: write the day on which it was done, no later than today"
                yield Problem(found.spot.place(*loc), "VALUE-SENSE", message)


def check_queue_dates(findings: ParsedWorkspace) -> Iterator[Problem]:
    """Recurring entries: they end after they start. Yearly ones: their day must exist, or their posts' campaigns must
    have the occasion."""
    campaigns = {found.word.id: found.word for found in findings.campaigns if found.whole}
    posts = {found.word.id: found.word for found in findings.posts if found.whole}
    for entry in findings.queue:
        yearly, monthly = entry.word.when.yearly, entry.word.when.monthly
        if yearly is not None:
            yield from _in_order(entry.spot, yearly.start, yearly.until, "when", "yearly", "until")
        if monthly is not None:
            yield from _in_order(entry.spot, monthly.start, monthly.until, "when", "monthly", "until")
        if yearly is not None and yearly.month is not None and yearly.day is not None:
            yield from _exists(yearly.month, yearly.day, entry.spot.place("when", "yearly", "day"))
        if yearly is None or yearly.occasion is None:
            continue
        for post in (posts[name] for name in entry.word.posts if name in posts):
            campaign = campaigns.get(post.front.campaign)
            names = {occasion.id for occasion in campaign.occasions} if campaign else set()
            if campaign is not None and yearly.occasion not in names:
                yield Problem(
                    entry.spot.place("when", "yearly", "occasion"),
                    "REF-OCCASION",
                    f"campaign `{campaign.id}` of post `{post.id}` has no occasion `{yearly.occasion}`"
                    + did_you_mean(yearly.occasion, names),
                )


def _in_order(spot: SourceNode, first: _Time | None, last: _Time | None, *loc: str) -> Iterator[Problem]:
    """VALUE-SENSE at `loc` where the last day or instant comes before the first."""
    if first is not None and last is not None and last < first:
        yield _backwards(spot.place(*loc))


def _exists(month: int, day: int, place: SourceLocation) -> Iterator[Problem]:
    if day > monthrange(_LEAP_YEAR, month)[1]:
        yield Problem(place, "VALUE-DATE", f"month {month} never has a day {day}: mend the date")


def _backwards(place: SourceLocation) -> Problem:
    return Problem(place, "VALUE-SENSE", "this ends before it begins: mend one of the two")
