"""Queue entries whose last time is over: a date of last year, or a month mistyped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from amplify.model.problem import Problem, Severity
from amplify.model.queue_entry import QueueEntry
from amplify.model.workspace import Workspace
from amplify.rules.plan.daylight_saving import utc_instant
from amplify.rules.plan.expand import entry_accounts
from amplify.rules.plan.recurrence import expand_slots

_LATEST: Final = "Etc/GMT+12"
"""Where a wall-clock time comes last."""
_FAR: Final = datetime(3000, 1, 1, tzinfo=UTC)
_SHOWN: Final = 5


def is_over(entry: QueueEntry, lateness: timedelta, now: datetime) -> bool:
    """Whether all times of the entry are past, for readers anywhere, and too late to be made up for."""
    when, since = entry.when, now - (lateness if entry.lateness is None else entry.lateness)
    if when.yearly is not None or when.monthly is not None:
        until = when.yearly.until if when.yearly is not None else when.monthly.until if when.monthly else None
        return until is not None and _end_of(until) <= since
    if when.window is not None:
        return utc_instant(when.window.end, _LATEST) <= since
    if when.moment is not None:
        return when.moment.at.astimezone(UTC) + when.moment.jitter <= since
    return next(expand_slots(entry, "latest/reader", _LATEST, since, _FAR, {}), None) is None


def _end_of(day: date) -> datetime:
    return utc_instant(datetime.combine(day, time()), _LATEST) + timedelta(days=1)


def past_entries(workspace: Workspace, now: datetime) -> list[QueueEntry]:
    """Entries of ours that can say nothing any more, of posts that are to be said."""
    lateness, ours = workspace.settings.lateness, workspace.accounts
    return [
        entry
        for entry in workspace.queue.values()
        if is_over(entry, lateness, now)
        and any(f"{partner.id}/{platform}" in ours for partner, platform in entry_accounts(workspace, entry))
        and any(_speaks(workspace, post) for post in entry.posts)
    ]


def _speaks(workspace: Workspace, name: str) -> bool:
    post = workspace.posts.get(name)
    return post is not None and post.front.status == "ready" and _campaign(workspace, post.front.campaign)


def _campaign(workspace: Workspace, name: str) -> bool:
    return workspace.campaigns[name].status == "active"


def past_problems(entries: Iterable[QueueEntry]) -> Iterator[Problem]:
    """QUEUE-PAST for each entry, in one problem where they are many: an old queue in a new ledger is no mistake."""
    found = list(entries)
    for entry in found[:_SHOWN]:
        sentence = f"all times of `{entry.id}` are past, and it was never queued here: give it a time to come"
        yield Problem(entry.place, "QUEUE-PAST", sentence, Severity.WARNING)
    if len(found) > _SHOWN:
        sentence = f"and {len(found) - _SHOWN} more entries below are past and were never queued here"
        yield Problem(found[_SHOWN].place, "QUEUE-PAST", sentence, Severity.WARNING)
