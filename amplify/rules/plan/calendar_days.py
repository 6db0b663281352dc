"""Days that stand in the files (a last day, a review day) as instants. Pure.

Two kinds of days. What a text says of *today* follows the calendar of its readers, in the account's zone. A day that
stands in a file and holds for everybody (the last day of a fact or a campaign, of a review, of a consent) is a day in
UTC, for planning, rules and gates alike: it ends for all accounts at the same instant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from amplify.model.campaign import Campaign

FIRST_ZONE = timedelta(hours=14)
"""How far the calendar is ahead of UTC where the day begins first."""


def start_of_day(day: date) -> datetime:
    """The first instant of a day in the files (UTC)."""
    return datetime.combine(day, time(), UTC)


def end_of_day(day: date) -> datetime:
    """The first instant after a day in the files (UTC)."""
    return start_of_day(day + timedelta(days=1))


def utc_day(instant: datetime) -> date:
    """The day in the files in which an instant lies."""
    return instant.astimezone(UTC).date()


def speaks_on(campaign: Campaign, instant: datetime) -> bool:
    """Whether an instant lies within the days of a campaign: the same question for plans, gates and exports."""
    day = utc_day(instant)
    return (campaign.launched is None or day >= campaign.launched) and (campaign.ends is None or day <= campaign.ends)


def begun_somewhere(day: date, now: datetime) -> bool:
    """Whether a day has begun anywhere: whoever writes today's date into a file may be ahead of UTC."""
    return start_of_day(day) <= now + FIRST_ZONE


def readers_day(instant: datetime, zone: str) -> date:
    """The day on the calendar of readers in `zone`."""
    return instant.astimezone(ZoneInfo(zone)).date()


def readers_midnight(instant: datetime, zone: str) -> datetime:
    """When the readers' day of an instant ends (UTC)."""
    tomorrow = readers_day(instant, zone) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(UTC)
