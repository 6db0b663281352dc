"""Notices of each recipient: added once, leased to whoever tells them, and told or tried again later."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, text, update

from amplify.ledger.tables import NOTICE, UtcInstant
from amplify.model.notice import EVENTS, Notice, QueuedNotice

_LEASE: Final = timedelta(minutes=2)
"""Longer than a server may take to answer."""
_KEPT: Final = timedelta(days=90)
_ADD: Final = text(
    "INSERT INTO notice (recipient, key, event, about, real_since, real_after) "
    "VALUES (:recipient, :key, :event, :about, :since, :after) ON CONFLICT DO NOTHING"
).bindparams(bindparam("since", type_=UtcInstant), bindparam("after", type_=UtcInstant))
_LONGEST: Final = timedelta(hours=1)
_GIVEN_UP: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """What one recipient waits for."""

    waiting: int
    next_at: datetime | None
    """When the next is told (real time, UTC)."""
    why: str | None
    """Why the last attempt failed; None: it did not."""


def known_keys(connection: Connection, recipient: str, keys: Collection[str]) -> set[str]:
    """Which of these keys the recipient was told of, or is to be told of."""
    query = select(NOTICE.c.key).where(NOTICE.c.recipient == recipient, NOTICE.c.key.in_(sorted(keys)))
    return set(connection.execute(query).scalars())


def is_any_ready(connection: Connection, recipients: Collection[str], real: datetime) -> bool:
    """Whether somebody is to be told of something now."""
    query = select(NOTICE.c.key).where(NOTICE.c.recipient.in_(sorted(recipients)), *_ready(real)).limit(1)
    return connection.execute(query).first() is not None


def add_notices(connection: Connection, recipient: str, after: Mapping[Notice, datetime], real: datetime) -> None:
    """Queue these for a recipient, each not before its time (real time); whoever was quicker added it."""
    rows = [
        {
            "recipient": recipient,
            "key": one.key,
            "event": one.event,
            "about": one.about,
            "since": real,
            "after": at,
        }
        for one, at in sorted(after.items(), key=lambda item: item[0].key)  # all lock in one order
    ]
    if rows:
        connection.execute(_ADD, rows)
    connection.execute(delete(NOTICE).where(NOTICE.c.real_told < real - _KEPT))


def lease_notices(connection: Connection, recipient: str, real: datetime) -> list[QueuedNotice]:
    """Lease all that this recipient is to be told of now: nobody else tells it meanwhile. The most urgent first."""
    mine = (NOTICE.c.recipient == recipient, *_ready(real))
    columns = (NOTICE.c.event, NOTICE.c.key, NOTICE.c.about, NOTICE.c.real_since)
    rows = connection.execute(update(NOTICE).where(*mine).values(real_leased=real + _LEASE).returning(*columns))
    found = [QueuedNotice(event, key, about, since) for event, key, about, since in rows]
    return sorted(found, key=lambda one: (EVENTS.index(one.event), one.real_since, one.key))


def mark_told(connection: Connection, recipient: str, notices: Sequence[QueuedNotice], real: datetime) -> None:
    """Nobody is told of these again: they were told, or are no longer so."""
    which = _these(recipient, notices)
    connection.execute(update(NOTICE).where(*which).values(real_told=real, real_leased=None, why=None))


def mark_failed(
    connection: Connection, recipient: str, notices: Sequence[QueuedNotice], why: str, real: datetime
) -> None:
    """Try these again later, each time twice as late; after a day they are given up."""
    which = _these(recipient, notices)
    tried = connection.execute(select(func.max(NOTICE.c.attempts)).where(*which)).scalar_one() or 0
    later = real + min(timedelta(minutes=2 ** min(tried, 10)), _LONGEST)
    values = {"why": why, "attempts": NOTICE.c.attempts + 1, "real_leased": None}
    connection.execute(update(NOTICE).where(*which).values(**values, real_after=later))
    over = (*which, NOTICE.c.real_since < real - _GIVEN_UP)
    connection.execute(update(NOTICE).where(*over).values(real_told=real))


def recipient_status(connection: Connection, recipient: str) -> RecipientStatus:
    """What this recipient waits for, and how the last attempt went."""
    waits = (NOTICE.c.recipient == recipient, NOTICE.c.real_told.is_(None))
    count, next_at = connection.execute(select(func.count(), func.min(NOTICE.c.real_after)).where(*waits)).one()
    failed = select(NOTICE.c.why).where(NOTICE.c.recipient == recipient, NOTICE.c.why.is_not(None))
    why = connection.execute(failed.order_by(NOTICE.c.real_since.desc()).limit(1)).scalar_one_or_none()
    return RecipientStatus(count, next_at, why)


def _these(recipient: str, notices: Sequence[QueuedNotice]) -> tuple[ColumnElement[bool], ...]:
    return NOTICE.c.recipient == recipient, NOTICE.c.key.in_([one.key for one in notices])


def _ready(real: datetime) -> tuple[ColumnElement[bool], ...]:
    free = NOTICE.c.real_leased.is_(None) | (NOTICE.c.real_leased <= real)
    return NOTICE.c.real_told.is_(None), NOTICE.c.real_after <= real, free
