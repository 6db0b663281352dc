"""Rehearsal (simulation) of a campaign: campaign time jumps from one event to the next, real time goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from amplify.context.app_context import AppContext
from amplify.decisions.approve import approve_as_rehearsed
from amplify.engine.measure import measure_engagement
from amplify.engine.publish import run_pass
from amplify.engine.worker import OnOutcome
from amplify.ledger.database import get_meta, set_meta
from amplify.ledger.queries.pending_work import is_work_under_way, next_due
from amplify.ledger.queries.readings import next_reading
from amplify.model.clock import ManualClock
from amplify.model.errors import NeedsPerson

_PLACE: Final = "rehearsal"
_PATIENCE: Final = timedelta(seconds=60)
"""Real time to wait, at one instant of campaign time, for rows that another worker or a rate limit delays."""


@dataclass(frozen=True, slots=True)
class RehearsalTick:
    """Progress of a rehearsal at one instant."""

    now: datetime
    """Campaign time."""
    readings: int


@dataclass(frozen=True, slots=True)
class ScriptedEvent:
    """An action of people in the middle of a rehearsal."""

    at: datetime
    """Campaign time."""
    act: Callable[[], None]
    """Done once; again, where the rehearsal was broken off at this very instant."""


@dataclass(frozen=True, slots=True)
class RehearsalScript:
    """What is rehearsed: a span of campaign time (UTC), and what people do in it."""

    start: datetime
    end: datetime
    events: Sequence[ScriptedEvent] = ()


def rehearse_campaign(
    app: AppContext,
    clock: ManualClock,
    script: RehearsalScript,
    *,
    workers: int,
    stage_time: Callable[[datetime], None],
    told: OnOutcome | None = None,
    lapse: Callable[[RehearsalTick], None] | None = None,
) -> None:
    """Publish and measure everything in the script's span, then read what is still to be read for a day.

    A rehearsal that was broken off goes on where it stopped. `stage_time` is called with every jump. Raises NeedsPerson
    where the platforms do not answer.
    """
    now = _resume(app, script.start)
    marks = [mark for mark in app.workspace().settings.readings if mark <= timedelta(days=1)]
    while now <= script.end + timedelta(days=1):
        clock.set(now)
        stage_time(now)
        with app.ledger.write() as connection:
            set_meta(connection, _PLACE, now.isoformat())
        for one in script.events:
            if one.at == now:
                one.act()
        if now <= script.end:
            _publish(app, workers, told)
        done = measure_engagement(app)
        if lapse is not None:
            lapse(RehearsalTick(now, done.readings))
        following = _next(app, now, script, marks)
        if following is None:
            return
        now = following


def is_over(app: AppContext, end: datetime) -> bool:
    """Whether the rehearsal in this ledger has reached its end."""
    with app.ledger.read() as connection:
        place = get_meta(connection, _PLACE)
    return place is not None and datetime.fromisoformat(place) > end


def _resume(app: AppContext, start: datetime) -> datetime:
    with app.ledger.read() as connection:
        place = get_meta(connection, _PLACE)
    return max(start, datetime.fromisoformat(place)) if place else start


def _publish(app: AppContext, workers: int, told: OnOutcome | None) -> None:
    """Run passes until nothing of this instant is on its way any more."""
    patience = time.monotonic() + _PATIENCE.total_seconds()
    while True:
        done = run_pass(app, workers=workers, on_outcome=told)
        if done.paused:
            account, why = next(iter(done.paused.items()))
            raise NeedsPerson(f"{account} cannot speak on the stage: {why}")
        if approve_as_rehearsed(app):
            continue
        with app.ledger.read() as connection:
            if not is_work_under_way(app.ledger, connection, app.clock.now()):
                return
        if time.monotonic() > patience:
            raise NeedsPerson("the stage does not answer: run the rehearsal again to go on")
        time.sleep(0.1)  # leases and rate limits run in real time


def _next(app: AppContext, now: datetime, script: RehearsalScript, marks: list[timedelta]) -> datetime | None:
    """The next instant at which there is something to do: a delivery, a new day, a reading, or a scripted event."""
    with app.ledger.read() as connection:
        reading = next_reading(connection, now, marks)
        due = next_due(connection)
    candidates = [one.at for one in script.events]
    candidates += [reading] if reading is not None else []
    if now < script.end:
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
        candidates += [midnight, *([due] if due is not None and due > now else [])]
    later = [moment for moment in candidates if moment > now]
    return min(later, default=None)
