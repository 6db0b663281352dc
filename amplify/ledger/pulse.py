"""The ledger's pulse: a few numbers by which people and machines see whether things move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from amplify.ledger.store import Ledger
from amplify.ledger.tables import ACCOUNT, DELIVERY
from amplify.model.delivery import State


@dataclass(frozen=True, slots=True)
class Pulse:
    """One look."""

    counts: Mapping[str, int]
    """State → deliveries; every state is there."""
    due: int
    """Deliveries that wait although their time has come."""
    held: int
    """Those of them that have a reason to."""
    lag: float
    """Seconds (campaign time) by which the oldest of the others is late; 0 where there is none."""
    paused: int
    """Accounts that cannot speak."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def pulse(ledger: Ledger, connection: Connection, now: datetime) -> Pulse:
    """The numbers at `now` (UTC, campaign time). Deliveries of an account that is paused, or that its platform asked
    to wait, count as held: nothing is stuck."""
    counts = dict.fromkeys((state.value for state in State), 0)
    for state, count in connection.execute(select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state)):
        counts[state] = count
    real = ledger.real_now(connection)
    ready = DELIVERY.c.state == State.WAITING.value, DELIVERY.c.due_at <= now, DELIVERY.c.late_at > now
    silent = select(ACCOUNT.c.id).where(ACCOUNT.c.paused_at.is_not(None) | (ACCOUNT.c.real_not_before > real))
    free = DELIVERY.c.why.is_(None), DELIVERY.c.account.not_in(silent)
    due = connection.execute(select(func.count()).where(*ready)).scalar_one()
    moving, oldest = connection.execute(select(func.count(), func.min(DELIVERY.c.due_at)).where(*ready, *free)).one()
    return Pulse(
        counts=counts,
        due=due,
        held=due - moving,
        lag=(now - oldest).total_seconds() if oldest is not None else 0.0,
        paused=connection.execute(select(func.count()).where(ACCOUNT.c.paused_at.is_not(None))).scalar_one(),
    )
