"""Originals: the posts that boosts repeat, as the ledger has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from amplify.ledger.rows.claimed_delivery import COLUMNS, candidate_in
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.ledger.tables import DELIVERY


def read_originals(connection: Connection, boosts: Sequence[DueDelivery]) -> Mapping[str, DueDelivery]:
    """Read what these boosts repeat, each in its newest generation, by the boost's id. Other deliveries have none."""
    wanted = sorted({one.boost_of for one in boosts if one.boost_of is not None})
    if not wanted:
        return {}
    query = select(*COLUMNS).where(DELIVERY.c.base.in_(wanted)).order_by(DELIVERY.c.generation)
    newest = {row["base"]: candidate_in(row) for row in connection.execute(query).mappings()}
    return {one.id: newest[one.boost_of] for one in boosts if one.boost_of is not None and one.boost_of in newest}
