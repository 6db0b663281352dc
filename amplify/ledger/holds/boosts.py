"""Boosts (reposts) wait until the post that they repeat is out, and still published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.tables import DELIVERY, PART
from amplify.model.delivery import DeliveryState
from amplify.model.platform import Receipt

Target = tuple[DeliveryState, Receipt | None]
"""A boost's target: the state of the delivery that it repeats, and its address."""


def find_waiting_boosts(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold boosts whose target is not out (any more). They are requeued when it is sent."""
    mine = [one for one in candidates if one.boost_of is not None]
    if not mine:
        return {}
    found = boost_targets(connection, (one.boost_of for one in mine))
    bars: dict[str, Hold] = {}
    for one in mine:
        state, receipt = found.get(one.boost_of or "", (None, None))
        if state is None:
            bars[one.id] = Hold("the post it repeats is not in the ledger", waits_for=one.boost_of)
        elif state is not DeliveryState.SENT or receipt is None:
            bars[one.id] = Hold(f"the post it repeats is {state.value}", waits_for=one.boost_of)
    return bars


def boost_targets(connection: Connection, bases: Iterable[str | None]) -> Mapping[str, Target]:
    """Read the targets of boosts: of each identity in `bases` its newest generation."""
    wanted = {base for base in bases if base is not None}
    if not wanted:
        return {}
    found = connection.execute(
        select(DELIVERY.c.base, DELIVERY.c.state, PART.c.remote_id, PART.c.url, PART.c.extra)
        .join(PART, (PART.c.delivery == DELIVERY.c.id) & (PART.c.number == 0))
        .where(DELIVERY.c.base.in_(sorted(wanted)))
        .order_by(DELIVERY.c.generation)
    )
    return {
        base: (DeliveryState(state), Receipt(remote, url or "", extra) if remote else None)
        for base, state, remote, url, extra in found
    }
