"""Lookup of deliveries: by the beginning of an id, or by a published post's id on its platform."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from amplify.ledger.tables import DELIVERY, PART
from amplify.model.delivery import DeliveryState


def read_state(connection: Connection, delivery: str) -> DeliveryState:
    """Read the state of the delivery with this id."""
    return DeliveryState(connection.execute(select(DELIVERY.c.state).where(DELIVERY.c.id == delivery)).scalar_one())


def find_deliveries(connection: Connection, beginning: str, states: Collection[DeliveryState]) -> list[str]:
    """Find ids that begin so, of deliveries in one of these states."""
    begins = DELIVERY.c.id.startswith(beginning, autoescape=True)
    found = select(DELIVERY.c.id).where(begins, DELIVERY.c.state.in_([state.value for state in states]))
    return list(connection.execute(found).scalars())


def find_delivery_of_post(connection: Connection, account: str, remote_id: str) -> str | None:
    """Find the delivery of which a part has this id on the account's platform; None: none is known."""
    found = (
        select(PART.c.delivery)
        .join(DELIVERY, DELIVERY.c.id == PART.c.delivery)
        .where(DELIVERY.c.account == account, PART.c.remote_id == remote_id)
        .limit(1)
    )
    return connection.execute(found).scalar_one_or_none()


def read_posts_and_accounts(connection: Connection, deliveries: Sequence[str]) -> Mapping[str, dict[str, str]]:
    """Read each delivery's `post` and `account`, by id: what the audit log says of it."""
    named = select(DELIVERY.c.id, DELIVERY.c.post, DELIVERY.c.account).where(DELIVERY.c.id.in_(deliveries))
    return {row.id: {"post": row.post, "account": row.account} for row in connection.execute(named)}
