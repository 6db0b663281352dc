"""What a person should be told of, as the ledger knows it: by ids, never by names or texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from amplify.ledger.database import Ledger
from amplify.ledger.holds.approvals import find_deliveries_to_approve, find_unapproved
from amplify.ledger.holds.file_errors import read_file_errors
from amplify.ledger.holds.stops import in_force
from amplify.ledger.rows.claimed_delivery import candidate_in
from amplify.ledger.tables import ACCOUNT, DELIVERY, MOVE
from amplify.model.delivery import DeliveryState
from amplify.model.notice import Notice, NoticeEvent

_RECENT: Final = timedelta(days=2)
"""What ended before is no news: a daily digest looks back for a day."""
_SOON: Final = timedelta(days=7)
"""What has to be approved is told this long before it is due."""
_SLOW: Final = timedelta(minutes=10)
"""A takedown that takes longer needs a person."""
_MOST: Final = 500
_MOVES: Final = 20_000
"""The latest transitions that are looked through."""
_SHOWN: Final = 12
"""Characters of an id: what `amplify status ID` takes."""
_ENDED: Final[dict[str, NoticeEvent]] = {
    DeliveryState.MISSED.value: "missed",
    DeliveryState.CUT.value: "missed",
    DeliveryState.REFUSED.value: "refused",
}


def find_notices(ledger: Ledger, connection: Connection, now: datetime) -> list[Notice]:
    """Find what is to be told at `now` (campaign time), the most urgent first."""
    real = ledger.real_now(connection)
    return [
        *_stops(connection),
        *_unsure(connection, real),
        *_logged_out(connection),
        *_to_approve(connection, now),
        *_nearly_missed(connection, now),
        *_ended(connection, real),
        *_slow_takedowns(connection, real),
        *_file_errors(connection, real),
    ]


def _stops(connection: Connection) -> Iterator[Notice]:
    for stop in in_force(connection):
        yield Notice("stop", f"stop:{stop.id}", f"stop {stop.id}")


def _unsure(connection: Connection, real: datetime) -> Iterator[Notice]:
    """What may be out or not, once its request can no longer land: again each time that it comes to be so."""
    last = select(func.max(MOVE.c.id)).where(MOVE.c.folio == DELIVERY.c.folio, MOVE.c.after == "unsure")
    query = (
        select(DELIVERY.c.id, last.scalar_subquery())
        .where(
            DELIVERY.c.state == DeliveryState.UNSURE.value,
            DELIVERY.c.lease_until.is_(None) | (DELIVERY.c.lease_until <= real),
        )
        .order_by(DELIVERY.c.look_at, DELIVERY.c.id)
    )
    for delivery, move in connection.execute(query.limit(_MOST)):
        yield Notice("unsure", f"unsure:{delivery}:{move}", delivery[:_SHOWN])


def _logged_out(connection: Connection) -> Iterator[Notice]:
    query = select(ACCOUNT.c.id, ACCOUNT.c.paused_at).where(ACCOUNT.c.paused_at.is_not(None)).order_by(ACCOUNT.c.id)
    for account, since in connection.execute(query):
        yield Notice("logged_out", f"logged_out:{account}:{since.isoformat()}", account)


def _to_approve(connection: Connection, now: datetime) -> Iterator[Notice]:
    """What people have to approve soon, as it is now: other words are another notice."""
    rows = find_deliveries_to_approve(connection, now, _MOST)
    waiting = [candidate_in(row) for row in rows if row["due_at"] <= now + _SOON]
    unapproved = find_unapproved(connection, waiting, now)
    for one in waiting:
        if one.id in unapproved:
            yield Notice("needs_approval", f"approval:{one.id}:{one.content_hash}", one.id[:_SHOWN])


def _nearly_missed(connection: Connection, now: datetime) -> Iterator[Notice]:
    """What is held, is due, and has used up half of its time. Not what is stopped: that is meant."""
    query = (
        select(DELIVERY.c.id, DELIVERY.c.due_at, DELIVERY.c.late_at, DELIVERY.c.cause)
        .where(
            DELIVERY.c.state == DeliveryState.WAITING.value,
            DELIVERY.c.why.is_not(None),
            DELIVERY.c.due_at <= now,
            DELIVERY.c.late_at > now,
        )
        .order_by(DELIVERY.c.late_at, DELIVERY.c.id)
    )
    for delivery, due, late, cause in connection.execute(query.limit(_MOST)):
        if now >= due + (late - due) / 2 and not (cause or "").startswith("stop:"):
            yield Notice("nearly_missed", f"nearly_missed:{delivery}:{late.isoformat()}", delivery[:_SHOWN])


def _ended(connection: Connection, real: datetime) -> Iterator[Notice]:
    """What was missed, cut or refused within two days."""
    newest = connection.execute(select(func.max(MOVE.c.id))).scalar_one() or 0
    query = (
        select(DELIVERY.c.id, DELIVERY.c.state)
        .join(MOVE, (MOVE.c.folio == DELIVERY.c.folio) & (MOVE.c.after == DELIVERY.c.state))
        .where(MOVE.c.id > newest - _MOVES, MOVE.c.real_at > real - _RECENT, DELIVERY.c.state.in_(list(_ENDED)))
        .order_by(MOVE.c.id)
    )
    for delivery, state in connection.execute(query.limit(_MOST)):
        yield Notice(_ENDED[state], f"{state}:{delivery}", delivery[:_SHOWN])


def _slow_takedowns(connection: Connection, real: datetime) -> Iterator[Notice]:
    query = (
        select(DELIVERY.c.id, func.max(MOVE.c.id))
        .join(MOVE, MOVE.c.folio == DELIVERY.c.folio)
        .where(DELIVERY.c.state == DeliveryState.REMOVING.value, MOVE.c.after == DeliveryState.REMOVING.value)
        .group_by(DELIVERY.c.id)
        .having(func.max(MOVE.c.real_at) < real - _SLOW)
        .order_by(DELIVERY.c.id)
    )
    for delivery, move in connection.execute(query.limit(_MOST)):
        yield Notice("takedown", f"takedown:{delivery}:{move}", delivery[:_SHOWN])


def _file_errors(connection: Connection, real: datetime) -> Iterator[Notice]:
    """That files have errors, once a day: while they are edited there are other errors every minute."""
    if read_file_errors(connection).count:
        yield Notice("file_errors", f"file_errors:{real:%Y-%m-%d}", "")
