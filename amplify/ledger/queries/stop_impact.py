"""Impact of a stop: what it holds, and what is published already.

Looked up once the stop is in force, and for a short while only: among half a million deliveries a whole search would
take longer than anybody should wait."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, select, tuple_

from amplify.ledger.holds.stops import Stop, held_by
from amplify.ledger.rows.claimed_delivery import COLUMNS, candidate_in
from amplify.ledger.tables import DELIVERY, PART
from amplify.model.delivery import DeliveryState

_PAGE: Final = 500


@dataclass
class StopImpact:
    """Deliveries that a stop concerns."""

    held: list[dict[str, Any]] = field(default_factory=list)
    """Held, still to come: the next first."""
    sending: list[dict[str, Any]] = field(default_factory=list)
    """On the wire: their request had begun, and nobody can call it back."""
    out: list[dict[str, Any]] = field(default_factory=list)
    """Out, with the addresses of their parts (`urls`), the newest first; without any where nobody knows yet."""
    whole: bool = True
    """Whether all deliveries were looked at; else the time was over, and there may be more."""


def measure_impact(connection: Connection, stops: Sequence[Stop], seconds: float | None) -> StopImpact:
    """Find what these hold and what is out, searching each for at most `seconds` (real time); None: to the end."""
    found = StopImpact()
    for paged in _held_queries():
        found.whole &= _gather(connection, stops, paged, seconds, found.held)
    for paged in _out_queries():
        found.whole &= _gather(connection, stops, paged, seconds, found.out)
    found.sending = [row for row in found.held if row["state"] == DeliveryState.SENDING.value]
    found.held = [row for row in found.held if row["state"] != DeliveryState.SENDING.value]
    urls = _urls(connection, [row["id"] for row in (*found.sending, *found.held, *found.out)])
    begun = [row for row in (*found.sending, *found.held) if row["id"] in urls]  # threads of which a part is out
    found.out = [row | {"urls": urls.get(row["id"], [])} for row in (*begun, *found.out)]
    return found


Query = tuple[Select[Any], Sequence[ColumnElement[Any]], bool]
"""A paged query: its SELECT, the columns that order it, and whether the newest comes first."""


def _held_queries() -> Iterator[Query]:
    held = DELIVERY.c.state.in_((DeliveryState.CLAIMED.value, DeliveryState.SENDING.value))
    yield _select(held), (DELIVERY.c.account, DELIVERY.c.id), False
    yield _select(DELIVERY.c.state == DeliveryState.WAITING.value), (DELIVERY.c.look_at, DELIVERY.c.id), False


def _out_queries() -> Iterator[Query]:
    yield _select(DELIVERY.c.state == DeliveryState.UNSURE.value), (DELIVERY.c.look_at, DELIVERY.c.id), True
    yield _select(DELIVERY.c.state == DeliveryState.CUT.value), (DELIVERY.c.due_at, DELIVERY.c.id), True
    sent = and_(DELIVERY.c.sent_at.is_not(None), DELIVERY.c.state == DeliveryState.SENT.value)
    yield _select(sent), (DELIVERY.c.sent_at, DELIVERY.c.id), True


def _select(which: ColumnElement[bool]) -> Select[Any]:
    return select(*COLUMNS, DELIVERY.c.state, DELIVERY.c.look_at, DELIVERY.c.sent_at).where(which)


def _gather(
    connection: Connection, stops: Sequence[Stop], paged: Query, seconds: float | None, into: list[dict[str, Any]]
) -> bool:
    """Read page after page and collect what the stops concern. False where the time was over before the end."""
    end = time.monotonic() + seconds if seconds is not None else None
    query, key, newest = paged
    line = tuple_(*key)
    order = [column.desc() for column in key] if newest else list(key)
    last: tuple[Any, ...] | None = None
    while True:
        page = query if last is None else query.where(line < last if newest else line > last)
        rows = list(connection.execute(page.order_by(*order).limit(_PAGE)).mappings())
        candidates = [candidate_in(row) for row in rows]
        meant = held_by(connection, stops, candidates)
        into += [
            {name: row[name] for name in ("id", "account", "post", "entry", "state", "due_at", "sent_at")}
            for row in rows
            if row["id"] in meant
        ]
        if len(rows) < _PAGE:
            return True
        if end is not None and time.monotonic() > end:
            return False
        last = tuple(rows[-1][column.name] for column in key)


def _urls(connection: Connection, deliveries: Sequence[str]) -> Mapping[str, list[str]]:
    """Read the addresses of published parts, by delivery."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(deliveries), _PAGE):
        some = deliveries[start : start + _PAGE]
        query = (
            select(PART.c.delivery, PART.c.url)
            .where(PART.c.delivery.in_(some), PART.c.remote_id.is_not(None), PART.c.removed_at.is_(None))
            .order_by(PART.c.delivery, PART.c.number)
        )
        for delivery, url in connection.execute(query):
            found.setdefault(delivery, []).append(url or "")
    return found


def count_missed_by_stop(connection: Connection, stop: Stop) -> int:
    """Count deliveries that were missed because `stop` held them, as their cause says."""
    held = DELIVERY.c.cause == stop.cause
    missed = select(func.count()).where(DELIVERY.c.state == DeliveryState.MISSED.value, held)
    return connection.execute(missed).scalar_one()


def read_states(connection: Connection, deliveries: Sequence[str]) -> list[dict[str, Any]]:
    """Read where these stand now: state, reason, lease, and the addresses of what is out (`urls`)."""
    columns = (
        DELIVERY.c.id,
        DELIVERY.c.account,
        DELIVERY.c.post,
        DELIVERY.c.state,
        DELIVERY.c.why,
        DELIVERY.c.lease_until,
    )
    rows = connection.execute(select(*columns).where(DELIVERY.c.id.in_(deliveries)).order_by(DELIVERY.c.id)).mappings()
    urls = _urls(connection, deliveries)
    return [dict(row) | {"urls": urls.get(row["id"], [])} for row in rows]


def due_while(connection: Connection, stop: Stop, now: datetime) -> list[RowMapping]:
    """Find what `stop` held and what was due by `now`."""
    waiting = DELIVERY.c.state.in_((DeliveryState.WAITING.value, DeliveryState.CLAIMED.value))
    columns = (*COLUMNS, DELIVERY.c.state, DELIVERY.c.why)
    rows = list(connection.execute(select(*columns).where(waiting & (DELIVERY.c.due_at <= now))).mappings())
    meant = held_by(connection, [stop], [candidate_in(row) for row in rows])
    return [row for row in rows if row["id"] in meant]
