"""Published deliveries, by person, campaign, entry, hashtag …: what is on the platforms, or may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, cast, or_, select

from amplify.ledger.rows.takedowns import REMOVABLE, is_published
from amplify.ledger.tables import DELIVERY, PART
from amplify.model.delivery import DeliveryState
from amplify.model.subject import people_in


@dataclass(frozen=True, slots=True)
class PublishedFilter:
    """Filter of published deliveries: all fields that are given must match; none given matches everything."""

    person: str | None = None
    campaign: str | None = None
    entry: str | None = None
    post: str | None = None
    account: str | None = None
    """`partner/platform`."""
    hashtag: str | None = None
    """With or without its sign, in any case."""
    deliveries: tuple[str, ...] = ()
    """Ids, or their beginnings."""


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
    lost = DELIVERY.c.state.in_([DeliveryState.UNSURE.value, DeliveryState.SENDING.value])
    states = [state.value for state in (*REMOVABLE, DeliveryState.REMOVING)]
    query = select(DELIVERY).where(DELIVERY.c.state.in_(states), or_(lost, is_published()))
    for name in ("campaign", "entry", "post", "account"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(DELIVERY.c[name] == value)
    if wanted.deliveries:
        query = query.where(or_(*(DELIVERY.c.id.startswith(one, autoescape=True) for one in wanted.deliveries)))
    if wanted.person is not None:  # a coarse filter first, for ledgers with millions of rows
        query = query.where(cast(DELIVERY.c.subjects, Text).contains(f"person:{wanted.person}", autoescape=True))
    rows = connection.execute(query.order_by(DELIVERY.c.due_at.desc(), DELIVERY.c.id)).mappings().all()
    kept = [row for row in rows if _speaks_of(wanted, row["subjects"]) and _carries(wanted, row["hashtags"])]
    urls: dict[str, list[str]] = {row["id"]: [] for row in kept}
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
        for row in kept
    ]


def _speaks_of(wanted: PublishedFilter, subjects: list[str]) -> bool:
    return wanted.person is None or wanted.person in people_in(subjects)


def _carries(wanted: PublishedFilter, hashtags: list[str]) -> bool:
    if wanted.hashtag is None:
        return True
    tag = wanted.hashtag.lstrip("#＃").casefold()
    return any(one.lstrip("#＃").casefold() == tag for one in hashtags)
