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
from amplify.ledger.database import Ledger, get_meta, set_meta
from amplify.ledger.holds.gates import put_gates, read_gates
from amplify.ledger.holds.stops import read_stop_rows, replace_stop_rows
from amplify.ledger.queries.ledger_status import REHEARSED
from amplify.ledger.queries.pending_work import is_work_under_way, next_due
from amplify.ledger.queries.readings import next_reading
from amplify.model.clock import ManualClock
from amplify.model.errors import NeedsPerson

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
            set_meta(connection, REHEARSED, now.isoformat())
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


def copy_holds(real: Ledger, rehearsed: Ledger) -> bool:
    """Copy into a rehearsal's ledger what the real one holds just now: stops in force, and states that silence people.
    True where any is new there. The real one is only read."""
    with real.read() as connection:
        if get_meta(connection, REHEARSED) is not None:
            return False  # somebody looks into a rehearsal's ledger, and rehearses again meanwhile
        stops = [row for row in read_stop_rows(connection) if row["lifted_at"] is None]
        gates = read_gates(connection).values()
    with rehearsed.write() as connection:
        known = read_stop_rows(connection)
        there = {(row["kind"], row["subject"], row["at"]) for row in known}
        new = [row for row in stops if (row["kind"], row["subject"], row["at"]) not in there]
        last = max((row["id"] for row in known), default=0)
        replace_stop_rows(connection, [*known, *(row | {"id": last + n} for n, row in enumerate(new, 1))])
        stopped = {row["subject"] for row in known if row["kind"] == "person"}
        silent = [one for one in gates if one.kind == "person" and one.state and one.subject not in stopped]
        states = {key: gate.state for key, gate in read_gates(connection).items()}
        silent = [one for one in silent if states.get((one.kind, one.subject)) != one.state]
        put_gates(connection, silent)
    return bool(new or silent)


def is_over(app: AppContext, end: datetime) -> bool:
    """Whether the rehearsal in this ledger has reached its end."""
    with app.ledger.read() as connection:
        place = get_meta(connection, REHEARSED)
    return place is not None and datetime.fromisoformat(place) >= end


def _resume(app: AppContext, start: datetime) -> datetime:
    with app.ledger.read() as connection:
        place = get_meta(connection, REHEARSED)
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
