"""reap: rows whose time or whose worker is over. Nothing sits in a passing state for ever."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from amplify.ledger.moves import move
from amplify.ledger.store import Ledger
from amplify.ledger.tables import DELIVERY, PART
from amplify.model.delivery import State


def reap(ledger: Ledger, connection: Connection, now: datetime) -> int:
    """Settle what nobody holds any more; the number of rows moved.

    Waiting past its window → missed (cut, where a part is out). Claimed past its lease → waiting: nothing was
    sent. Sending past its lease → unsure: it may have been.
    """
    real = ledger.real_now(connection)
    expired = DELIVERY.c.lease_until <= real
    moved = 0
    for delivery in _ids(connection, State.CLAIMED, expired):
        moved += move(connection, delivery, State.CLAIMED, State.WAITING, at=now, real_at=real, by="reap")
    for delivery in _ids(connection, State.SENDING, expired):
        why = "its worker stopped while sending"
        moved += move(
            connection, delivery, State.SENDING, State.UNSURE, at=now, real_at=real, by="reap", why=why, look_at=now
        )
    for delivery in _ids(connection, State.WAITING, DELIVERY.c.late_at <= now):
        held = connection.execute(select(DELIVERY.c.why).where(DELIVERY.c.id == delivery)).scalar_one()
        why = f"held until too late: {held}" if held else "nothing ran in its lateness window"
        goal = State.CUT if _is_out(connection, delivery) else State.MISSED
        moved += move(connection, delivery, State.WAITING, goal, at=now, real_at=real, by="reap", why=why)
    return moved


def _ids(connection: Connection, state: State, guard: ColumnElement[bool]) -> list[str]:
    return list(connection.execute(select(DELIVERY.c.id).where(DELIVERY.c.state == state.value, guard)).scalars())


def _is_out(connection: Connection, delivery: str) -> bool:
    out = select(PART.c.number).where(PART.c.delivery == delivery, PART.c.remote_id.is_not(None)).limit(1)
    return connection.execute(out).first() is not None
