"""After a restore from a backup: rows that wait in the ledger may have been sent since, so they become unsure.

Such rows become unsure, so that nothing goes out twice. Found on its platform, a row is sent. Not found, nothing is
proved: its text, its time and its key may have been others when it went out. So while it is timely a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, or_, select, text, update

from amplify.ledger.database import get_meta, set_meta
from amplify.ledger.rows.transitions import Transition, log_transitions
from amplify.ledger.tables import ATTEMPT, DELIVERY, MOVE, PART
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState

HELD_BY: Final = "restore"
"""Owner of rows that are unsure because of a restore."""
_NOTE: Final = "restored"
_FORGET_QUEUED: Final = text("DELETE FROM meta WHERE key LIKE 'queued %'")
_OTHER_CLIENTS: Final = text(
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend' LIMIT 1"
)
_OPEN: Final = (DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNSURE)


def has_other_clients(connection: Connection) -> bool:
    """Whether anybody else is connected to this ledger in PostgreSQL. Of a SQLite file nobody knows."""
    if connection.dialect.name == "sqlite":
        return False
    return connection.execute(_OTHER_CLIENTS).first() is not None


def newest_entry(connection: Connection) -> datetime | None:
    """Real time (UTC) of the newest entry in this ledger."""
    times = [connection.execute(select(func.max(column))).scalar() for column in (MOVE.c.real_at, ATTEMPT.c.real_began)]
    return max((time for time in times if time is not None), default=None)


def mark_unsure_after_restore(connection: Connection, made: datetime, stamp: Timestamp, lease: timedelta) -> list[str]:
    """Make rows unsure that may have gone out between `made` (when the backup was made) and now; their ids.

    Nobody looks them up before the `lease` is over: a worker killed a moment ago may still have a request under way.
    """
    set_meta(connection, _NOTE, f"{made.isoformat()} {stamp.at.isoformat()}")
    connection.execute(_FORGET_QUEUED)  # every clone's next pass compares its files with what is here now
    begun = DELIVERY.c.state.in_([state.value for state in _OPEN if state is not DeliveryState.WAITING])
    due = (
        (DELIVERY.c.state == DeliveryState.WAITING.value)
        & (DELIVERY.c.due_at <= stamp.at)
        & (DELIVERY.c.late_at > made)
    )
    return _doubt(connection, or_(begun, due), made, stamp, lease)


def mark_new_unsure_after_restore(connection: Connection, changed: Iterable[str], stamp: Timestamp) -> list[str]:
    """Make new rows unsure (`changed`: ids that `queue` has just written) that may have gone out under the ledger that
    is gone. Does nothing in a ledger that never was restored."""
    note = get_meta(connection, _NOTE)
    if note is None:
        return []
    made, back = map(datetime.fromisoformat, note.split())
    looked_at = select(MOVE.c.folio).where(MOVE.c.by == HELD_BY)
    guard = (
        DELIVERY.c.id.in_(list(changed))
        & (DELIVERY.c.state == DeliveryState.WAITING.value)
        & (DELIVERY.c.due_at <= back)
        & DELIVERY.c.folio.not_in(looked_at)
    )
    return _doubt(connection, guard, made, stamp, timedelta())


def _doubt(
    connection: Connection, guard: ColumnElement[bool], made: datetime, stamp: Timestamp, lease: timedelta
) -> list[str]:
    columns = (DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.due_at)
    rows = connection.execute(select(*columns).where(guard).order_by(DELIVERY.c.due_at, DELIVERY.c.id)).all()
    why = f"restored from a backup of {made:%Y-%m-%d %H:%M} UTC: it may have been sent since"
    for row in rows:
        mine = update(DELIVERY).where(DELIVERY.c.id == row.id, DELIVERY.c.state == row.state)
        connection.execute(
            mine.values(
                state=DeliveryState.UNSURE.value,
                why=why,
                cause=None,
                owner=HELD_BY,
                lease_until=stamp.real + lease,
                look_at=stamp.at,
            )
        )
        # A part that was never begun here may have been begun there: timelines are read from then on.
        begun = max(made, row.due_at)
        part = update(PART).where(PART.c.delivery == row.id, PART.c.remote_id.is_(None), PART.c.created_at.is_(None))
        connection.execute(part.values(created_at=begun))
    moved = [
        Transition(row.id, DeliveryState(row.state), DeliveryState.UNSURE, why)
        for row in rows
        if row.state != DeliveryState.UNSURE.value
    ]
    log_transitions(connection, moved, stamp, HELD_BY)
    return [row.id for row in rows]
