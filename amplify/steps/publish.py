"""publish: one pass. Queue what changed, reap, reconcile, and deliver everything that is due."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from amplify.ledger.reap import anything_to_reap, reap
from amplify.ledger.tables import ACCOUNT, DELIVERY
from amplify.model.delivery import State
from amplify.steps.current import is_current

if TYPE_CHECKING:
    from threading import Event

    from amplify.model.plan import Change
    from amplify.steps.desk import Desk
    from amplify.steps.drain import Told


@dataclass
class Pass:
    """What one pass did."""

    changes: list[Change] = field(default_factory=list)
    reaped: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    paused: dict[str, str] = field(default_factory=dict)
    """Accounts that cannot speak, and what to mend."""
    unsure: int = 0

    @property
    def needs_person(self) -> bool:
        return bool(self.paused)


def publish(desk: Desk, *, workers: int = 8, told: Told | None = None, stop: Event | None = None) -> Pass:
    """Everything that is due now, exactly once. Any number of passes may run at once, on any machines.

    Raises UnreadableFiles where the files have errors: nothing is sent then. `stop` ends the pass after the
    deliveries in hand.
    """
    done = Pass()
    if not is_current(desk):
        from amplify.steps.queue import queue

        done.changes = list(queue(desk).changes)
    now = desk.clock.now()
    with desk.ledger.read() as connection:
        late = anything_to_reap(desk.ledger, connection, now)
    if late:
        with desk.ledger.write() as connection:
            done.reaped = reap(desk.ledger, connection, now)
    with desk.ledger.read() as connection:
        unsure = _unsure_now(connection, now)
        due = _due_now(connection, now)
        paused = _paused(desk, connection)
    if paused:
        from amplify.steps.wake import wake

        wake(desk, paused)
    if unsure:
        from amplify.steps.reconcile import reconcile

        done.unsure = reconcile(desk)
    if due or unsure:
        from amplify.steps.drain import drain

        drain(desk, workers, told, stop, done.outcomes)
    with desk.ledger.read() as connection:
        still = select(ACCOUNT.c.id, ACCOUNT.c.paused_why).where(ACCOUNT.c.paused_at.is_not(None))
        done.paused = {account: why or "" for account, why in connection.execute(still)}
    return done


def next_due(desk: Desk) -> datetime | None:
    """When the next waiting delivery wants to be looked at (UTC, campaign time)."""
    with desk.ledger.read() as connection:
        found: datetime | None = connection.execute(
            select(func.min(DELIVERY.c.look_at)).where(DELIVERY.c.state == State.WAITING.value)
        ).scalar_one()
        return found


def _due_now(connection: Connection, now: datetime) -> bool:
    due = select(DELIVERY.c.id).where(DELIVERY.c.state == State.WAITING.value, DELIVERY.c.look_at <= now)
    return connection.execute(due.limit(1)).first() is not None


def _paused(desk: Desk, connection: Connection) -> list[str]:
    """Paused accounts that may be asked again whether they can speak."""
    asked = ACCOUNT.c.real_not_before
    query = select(ACCOUNT.c.id).where(
        ACCOUNT.c.paused_at.is_not(None), asked.is_(None) | (asked <= desk.ledger.real_now(connection))
    )
    return list(connection.execute(query).scalars())


def _unsure_now(connection: Connection, now: datetime) -> bool:
    unsure = select(DELIVERY.c.id).where(DELIVERY.c.state == State.UNSURE.value, DELIVERY.c.look_at <= now)
    return connection.execute(unsure.limit(1)).first() is not None
