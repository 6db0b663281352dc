"""Published deliveries, by person, campaign, entry, hashtag …: what is on the platforms, or may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, or_, select, tuple_

from amplify.ledger.holds.stops import Stop, held_by
from amplify.ledger.rows.claimed_delivery import COLUMNS, candidate_in
from amplify.ledger.rows.takedowns import REMOVABLE, is_published
from amplify.ledger.tables import DELIVERY, PART
from amplify.model.delivery import DeliveryState

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class PublishedFilter:
    """Filter of published deliveries: all that is given must match; nothing given matches everything."""

    meant: tuple[tuple[Stop, ...], ...] = ()
    """Groups of stops (`unwritten_stop`): of each group, one must mean the delivery, as if it were in force."""
    deliveries: tuple[str, ...] = ()
    """Ids, or their beginnings."""
    subjects: frozenset[str] = frozenset()
    """Any of these, as the message spoke of them when it went out."""


@dataclass(frozen=True, slots=True)
class PublishedDelivery:
    """One delivery that is on its platform, or may be."""

    id: str
    account: str
    post: str
    entry: str
    kind: str
    state: DeliveryState
    due_at: datetime
    sent_at: datetime | None
    urls: tuple[str, ...]
    """Addresses of its parts, in order; none where only the platform knows."""


def find_published_deliveries(connection: Connection, wanted: PublishedFilter) -> list[PublishedDelivery]:
    """Find published deliveries, the newest first; also those whose request may still land, or being taken down."""
    found: list[PublishedDelivery] = []
    last: tuple[datetime, str] | None = None
    while True:
        rows = _page(connection, wanted, last)
        kept = [candidate_in(row) for row in rows]
        for stops in wanted.meant:
            meant = held_by(connection, stops, kept)
            kept = [one for one in kept if one.id in meant]
        if wanted.subjects:
            kept = [one for one in kept if not wanted.subjects.isdisjoint(one.subjects)]
        wanted_ids = {one.id for one in kept}
        found += _with_urls(connection, [row for row in rows if row["id"] in wanted_ids])
        if len(rows) < _PAGE:
            return found
        last = rows[-1]["due_at"], rows[-1]["id"]


def _page(connection: Connection, wanted: PublishedFilter, last: tuple[datetime, str] | None) -> Sequence[RowMapping]:
    """The next rows that may be wanted, by due time, the newest first."""
    lost = DELIVERY.c.state.in_([DeliveryState.UNSURE.value, DeliveryState.SENDING.value])
    states = [state.value for state in (*REMOVABLE, DeliveryState.REMOVING)]
    query = select(*COLUMNS, DELIVERY.c.state, DELIVERY.c.sent_at)
    query = query.where(DELIVERY.c.state.in_(states), or_(lost, is_published()))
    if wanted.deliveries:
        query = query.where(or_(*(DELIVERY.c.id.startswith(one, autoescape=True) for one in wanted.deliveries)))
    if last is not None:
        query = query.where(tuple_(DELIVERY.c.due_at, DELIVERY.c.id) < last)
    query = query.order_by(DELIVERY.c.due_at.desc(), DELIVERY.c.id.desc()).limit(_PAGE)
    return connection.execute(query).mappings().all()


def _with_urls(connection: Connection, rows: Sequence[RowMapping]) -> list[PublishedDelivery]:
    urls: dict[str, list[str]] = {row["id"]: [] for row in rows}
    parts = (
        select(PART.c.delivery, PART.c.url)
        .where(PART.c.delivery.in_(list(urls)), PART.c.remote_id.is_not(None), PART.c.removed_at.is_(None))
        .order_by(PART.c.delivery, PART.c.number)
    )
    for delivery, url in connection.execute(parts):
        urls[delivery].append(url or "")
    return [
        PublishedDelivery(
            id=row["id"],
            account=row["account"],
            post=row["post"],
            entry=row["entry"],
            kind=row["kind"],
            state=DeliveryState(row["state"]),
            due_at=row["due_at"],
            sent_at=row["sent_at"],
            urls=tuple(urls[row["id"]]),
        )
        for row in rows
    ]
