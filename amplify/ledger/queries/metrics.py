"""Metrics of the queue: a few numbers by which people and monitoring see whether things move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select, true

from amplify.ledger.database import Ledger
from amplify.ledger.tables import ACCOUNT, DELIVERY
from amplify.model.delivery import DeliveryState

_WAITS: Final = DELIVERY.c.state == DeliveryState.WAITING.value
_HAND: Final = DELIVERY.c.state.in_((DeliveryState.CLAIMED.value, DeliveryState.SENDING.value))
_ALONE: Final = (DeliveryState.WAITING, DeliveryState.UNSURE, DeliveryState.REMOVING)
"""Open states that have a partial index of their own."""


@dataclass(frozen=True, slots=True)
class QueueMetrics:
    """Numbers of the open deliveries. They cost as much as is open, however much is done: scrapes are frequent."""

    counts: Mapping[str, int]
    """State → number of deliveries, for every state that is not final; each of these keys is there."""
    due: int
    """Deliveries that wait although they are due."""
    held: int
    """Those of them that are held."""
    lag: float
    """Seconds (campaign time) by which the oldest of the others is late; 0 where there is none."""
    paused: int
    """Accounts that are paused."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_metrics(ledger: Ledger, connection: Connection, now: datetime) -> QueueMetrics:
    """Read the metrics at `now` (UTC, campaign time). Deliveries of an account that is paused, or that its platform
    asked to wait, count as held: nothing is stuck."""
    real = ledger.real_now(connection)
    silent = select(ACCOUNT.c.id).where(ACCOUNT.c.paused_at.is_not(None) | (ACCOUNT.c.real_not_before > real))
    # IS TRUE keeps a database from the index that this condition has, which would find nearly all that waits. What is
    # held until later is counted in the index that begins with the account: no row need be read.
    ready = _WAITS, DELIVERY.c.look_at <= now, (DELIVERY.c.late_at > now).is_(true())
    later = _WAITS, DELIVERY.c.account > "", (DELIVERY.c.look_at > now).is_(true()), DELIVERY.c.due_at <= now
    free = DELIVERY.c.why.is_(None), DELIVERY.c.account.not_in(silent)
    due = _count(connection, *ready) + _count(connection, *later)
    moving, oldest = connection.execute(select(func.count(), func.min(DELIVERY.c.due_at)).where(*ready, *free)).one()
    in_hand = connection.execute(select(DELIVERY.c.state, func.count()).where(_HAND).group_by(DELIVERY.c.state))
    counts = dict.fromkeys((DeliveryState.CLAIMED.value, DeliveryState.SENDING.value), 0) | dict(map(tuple, in_hand))
    return QueueMetrics(
        counts={state.value: _count(connection, DELIVERY.c.state == state.value) for state in _ALONE} | counts,
        due=due,
        held=due - moving,
        lag=(now - oldest).total_seconds() if oldest is not None else 0.0,
        paused=connection.execute(select(func.count()).where(ACCOUNT.c.paused_at.is_not(None))).scalar_one(),
    )


def _count(connection: Connection, *guards: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(DELIVERY).where(*guards)).scalar_one()
