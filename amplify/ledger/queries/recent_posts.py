"""Prior posts: what is out or about to go out, for the rules against duplicates and too many posts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import DeliveryState
from amplify.model.message import message_from_json
from amplify.model.plan import PriorPost

_OUT = (DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNSURE, DeliveryState.SENT, DeliveryState.CUT)


def find_recent_posts(connection: Connection, since: datetime, end: datetime) -> Sequence[PriorPost]:
    """Find deliveries that were sent from `since` on, and those that wait beyond `end` (UTC, campaign time).

    What waits before `end` is left out: the plan has it in its newest form, or it is about to be cancelled.
    """
    at = func.coalesce(DELIVERY.c.sent_at, DELIVERY.c.due_at)
    out = and_(DELIVERY.c.state.in_([state.value for state in _OUT]), at >= since)
    later = and_(DELIVERY.c.state == DeliveryState.WAITING.value, DELIVERY.c.due_at >= end)
    columns = (
        DELIVERY.c.base,
        DELIVERY.c.account,
        DELIVERY.c.platform,
        DELIVERY.c.entry,
        DELIVERY.c.state,
        DELIVERY.c.due_at,
        DELIVERY.c.sent_at,
        DELIVERY.c.message,
    )
    kept = DELIVERY.c.erased_at.is_(None)
    rows = connection.execute(select(*columns).where(or_(out, later), kept).order_by(DELIVERY.c.due_at, DELIVERY.c.id))
    return [
        PriorPost(
            id=row.base,
            account=row.account,
            platform=row.platform,
            entry=row.entry,
            at=row.sent_at or row.due_at,
            out=row.state != DeliveryState.WAITING.value,
            message=message_from_json(row.message),
        )
        for row in rows
    ]
