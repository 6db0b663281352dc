"""Expiry of rows: their lateness window or their worker's lease is over. No row stays in a passing state for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    select,
    update,
)

from amplify.ledger.database import Ledger
from amplify.ledger.rows.transitions import Transition, log_transitions
from amplify.ledger.tables import ACCOUNT, DELIVERY, PART, UtcInstant
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState

MOST: Final = 1000
"""Most rows that one transaction changes: after a long down-time there may be many, and others want to write."""

_OVER: Final = "nothing ran in its lateness window"
_NO_ROOM: Final = "its account's rate limits left no room for it in its lateness window"
_HELD: Final = "held until too late: "
_HELD_BEFORE: Final = {DeliveryState.WAITING: DeliveryState.CLAIMED, DeliveryState.UNSURE: DeliveryState.SENDING}
_is_out = exists().where(PART.c.delivery == DELIVERY.c.id, PART.c.remote_id.is_not(None))


def expire_rows(ledger: Ledger, connection: Connection, now: datetime) -> int:
    """Expire leases and lateness windows; returns the number of rows changed, `MOST` or more where others may be left.

    Waiting past its window → missed (cut, where a part is out). Claimed past its lease → waiting: nothing was
    sent. Sending past its lease → unsure: it may have been.
    """
    real = ledger.real_now(connection)
    unbegun = DELIVERY.c.state == DeliveryState.CLAIMED.value
    held = _move(
        connection,
        DELIVERY.c.state.in_((DeliveryState.CLAIMED.value, DeliveryState.SENDING.value))
        & (DELIVERY.c.lease_until <= real),
        state=case((unbegun, DeliveryState.WAITING.value), else_=DeliveryState.UNSURE.value),
        why=case((unbegun, null()), else_="its worker stopped while sending"),
        cause=None,
        look_at=case((unbegun, DELIVERY.c.due_at), else_=bindparam("now", now, type_=UtcInstant)),
        owner=None,
        lease_until=None,
    )
    late = _move(
        connection,
        (DELIVERY.c.state == DeliveryState.WAITING.value) & (DELIVERY.c.late_at <= now),
        state=case((_is_out, DeliveryState.CUT.value), else_=DeliveryState.MISSED.value),
        why=case(
            (DELIVERY.c.why.is_not(None), literal(_HELD).concat(DELIVERY.c.why)),
            else_=func.coalesce(_of_account(real), _OVER),
        ),
    )
    moves = [
        Transition(row.id, _HELD_BEFORE[DeliveryState(row.state)], DeliveryState(row.state), row.why) for row in held
    ]
    moves += [Transition(row.id, DeliveryState.WAITING, DeliveryState(row.state), row.why) for row in late]
    log_transitions(connection, moves, Timestamp(now, real), "reap")
    return len(moves)


def _of_account(real: datetime) -> ScalarSelect[str | None]:
    """Subquery: why the account of a delivery sends nothing at `real` (real time); null where it would."""
    waits = ACCOUNT.c.real_not_before > bindparam("real", real, type_=UtcInstant)
    why = case(
        (ACCOUNT.c.paused_at.is_not(None), literal(_HELD).concat(ACCOUNT.c.paused_why)),
        (waits & ACCOUNT.c.waits_why.is_not(None), literal(_HELD).concat(ACCOUNT.c.waits_why)),
        (waits, _NO_ROOM),
        else_=null(),
    )
    return select(why).where(ACCOUNT.c.id == DELIVERY.c.account).scalar_subquery()


def _move(connection: Connection, guard: ColumnElement[bool], **values: Any) -> Sequence[Row[Any]]:
    """Update rows for which `guard` is true; id, new state and reason of each. The guard is in the UPDATE itself, since
    another process may do the same at the same time."""
    some = select(DELIVERY.c.id).where(guard).limit(MOST).correlate(None)
    change = update(DELIVERY).where(DELIVERY.c.id.in_(some), guard).values(**values)
    return connection.execute(change.returning(DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.why)).all()
