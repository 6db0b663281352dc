"""Prior posts: what is out or about to go out, for the rules against duplicates and too many posts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from amplify.ledger.tables import DELIVERY, PART
from amplify.model.delivery import DeliveryState
from amplify.model.message import message_from_json
from amplify.model.plan import PriorPost, PriorPosts, Queued

_OUT = (DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNSURE, DeliveryState.SENT, DeliveryState.CUT)
_TAKEN_DOWN = (DeliveryState.REMOVING, DeliveryState.REMOVED, DeliveryState.GONE)
_WAITS: Final = (DeliveryState.WAITING.value, DeliveryState.CLAIMED.value)
_AT = func.coalesce(DELIVERY.c.sent_at, DELIVERY.c.due_at)
_BEGUN = exists().where(PART.c.delivery == DELIVERY.c.id, PART.c.remote_id.is_not(None))
"""A part is out: such a thread may wait, and is said all the same."""


def find_prior_posts(connection: Connection, since: datetime, end: datetime) -> PriorPosts:
    """Find everything that was said from `since` on (UTC, campaign time), and what waits, for a plan until `end`."""
    said = (*find_recent_posts(connection, since, end), *find_taken_down(connection, since))
    return PriorPosts(said, find_queued(connection))


def find_recent_posts(connection: Connection, since: datetime, end: datetime) -> Sequence[PriorPost]:
    """Find deliveries that were sent from `since` on, and those that wait beyond `end` (UTC, campaign time).

    What waits before `end` is left out: the plan has it in its newest form, or it is about to be cancelled.
    """
    waits = DELIVERY.c.state == DeliveryState.WAITING.value
    out = and_(or_(DELIVERY.c.state.in_([state.value for state in _OUT]), and_(waits, _BEGUN)), since <= _AT)
    return _posts(connection, or_(out, and_(waits, DELIVERY.c.due_at >= end)))


def find_taken_down(connection: Connection, since: datetime) -> Sequence[PriorPost]:
    """Find deliveries that were sent from `since` on, and taken down again: they take no room, and were said."""
    return _posts(connection, and_(DELIVERY.c.state.in_([state.value for state in _TAKEN_DOWN]), since <= _AT))


def find_queued(connection: Connection) -> Queued:
    """Find what waits, with nothing of it out: by identity, the hash of its content and its due time."""
    columns = (DELIVERY.c.base, DELIVERY.c.content_hash, DELIVERY.c.due_at)
    rows = connection.execute(select(*columns).where(DELIVERY.c.state.in_(_WAITS), ~_BEGUN))
    return {row.base: (row.content_hash, row.due_at) for row in rows}


def find_said_since(connection: Connection, known: Collection[str], since: datetime) -> Sequence[PriorPost]:
    """Find deliveries that were said from `since` on and are not among those `known` (identities)."""
    out = or_(DELIVERY.c.state.in_([state.value for state in (*_OUT, *_TAKEN_DOWN)]), _BEGUN)
    begun = out & (DELIVERY.c.state != DeliveryState.CLAIMED.value)
    ids = connection.execute(select(DELIVERY.c.base).where(begun, since <= _AT)).scalars()
    new = sorted(set(ids) - set(known))
    return _posts(connection, and_(DELIVERY.c.base.in_(new), begun)) if new else []


def _posts(connection: Connection, which: ColumnElement[bool]) -> list[PriorPost]:
    columns = (
        DELIVERY.c.base,
        DELIVERY.c.account,
        DELIVERY.c.platform,
        DELIVERY.c.entry,
        DELIVERY.c.state,
        DELIVERY.c.due_at,
        DELIVERY.c.sent_at,
        DELIVERY.c.message,
        _BEGUN.label("begun"),
    )
    kept = DELIVERY.c.erased_at.is_(None)
    rows = connection.execute(select(*columns).where(which, kept).order_by(DELIVERY.c.due_at, DELIVERY.c.id))
    return [
        PriorPost(
            id=row.base,
            account=row.account,
            platform=row.platform,
            entry=row.entry,
            at=row.sent_at or row.due_at,
            out=row.state != DeliveryState.WAITING.value or bool(row.begun),
            message=message_from_json(row.message),
            taken_down=row.state in _TAKEN_DOWN,
        )
        for row in rows
    ]


def queued_entries(connection: Connection, among: Collection[str]) -> frozenset[str]:
    """Find which of these queue entries the ledger has ever had a delivery of."""
    if not among:
        return frozenset()
    return frozenset(
        connection.execute(select(DELIVERY.c.entry).where(DELIVERY.c.entry.in_(sorted(among))).distinct()).scalars()
    )
