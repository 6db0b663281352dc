"""Messages as they stand in the ledger: of single deliveries, and of those that come near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, Text, cast, select

from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import DeliveryState
from amplify.model.message import Message, message_from_json

_SOME = 1000


def messages_of(connection: Connection, ids: Iterable[str]) -> Mapping[str, tuple[Message, datetime]]:
    """The message and the due time (UTC) of each of these deliveries."""
    wanted, found = sorted(ids), dict[str, tuple[Message, datetime]]()
    for first in range(0, len(wanted), _SOME):
        some = DELIVERY.c.id.in_(wanted[first : first + _SOME])
        for id, message, due in connection.execute(
            select(DELIVERY.c.id, DELIVERY.c.message, DELIVERY.c.due_at).where(some)
        ):
            found[id] = message_from_json(message), due
    return found


def waiting_with_banners(connection: Connection, before: datetime) -> list[tuple[str, str, Message]]:
    """Id, post and message of what waits, is due before an instant (UTC) and shows a banner; the next first."""
    query = (
        select(DELIVERY.c.id, DELIVERY.c.post, DELIVERY.c.message)
        .where(
            DELIVERY.c.state == DeliveryState.WAITING.value,
            DELIVERY.c.due_at < before,
            cast(DELIVERY.c.message, Text).contains('"drawing"'),
        )
        .order_by(DELIVERY.c.due_at, DELIVERY.c.id)
    )
    return [(id, post, message_from_json(message)) for id, post, message in connection.execute(query)]
