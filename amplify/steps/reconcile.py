"""reconcile: look up what may be out, instead of guessing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from amplify.ledger.claim import Claimed, load
from amplify.ledger.settle import Hand
from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import State
from amplify.model.errors import LoggedOut, PlatformError
from amplify.steps.deliver import call_for
from amplify.steps.desk import Desk

_MARGIN: Final = timedelta(minutes=10)
"""Clocks differ: timelines are read from a little before the attempt."""
_AGAIN: Final = timedelta(minutes=5)
"""Campaign time until an unsettled delivery is looked at again."""


def reconcile(desk: Desk) -> int:
    """Ask the platforms about every unsure delivery whose request can no longer land; how many stay unsure."""
    now = desk.clock.now()
    left = 0
    for claimed in _unsure(desk, now):
        act = _look(desk, claimed, now)
        with desk.ledger.write() as connection:
            act(Hand(desk.ledger, connection, now, desk.owner, by="reconcile"))
        with desk.ledger.read() as connection:
            state = connection.execute(select(DELIVERY.c.state).where(DELIVERY.c.id == claimed.id)).scalar_one()
        left += state == State.UNSURE
    return left


def _unsure(desk: Desk, now: datetime) -> list[Claimed]:
    with desk.ledger.read() as connection:
        real = desk.ledger.real_now(connection)
        over = DELIVERY.c.lease_until.is_(None) | (DELIVERY.c.lease_until <= real)
        rows = connection.execute(
            select(DELIVERY).where(DELIVERY.c.state == State.UNSURE.value, DELIVERY.c.look_at <= now, over)
        )
        return load(connection, list(rows.mappings()))


def _look(desk: Desk, claimed: Claimed, now: datetime) -> Callable[[Hand], None]:
    """What the platform's answer makes of this delivery."""
    timely = claimed.late_at > now
    if claimed.message.boost is not None:
        if timely:  # repeating a boost changes nothing: there is no need to look
            return lambda hand: hand.absent(claimed.id, timely)
        late = "it may have been boosted, and it is too late to repeat it: look, and settle it"
        return lambda hand: hand.still_unsure(claimed.id, late, now + _AGAIN)
    receipts = [part.receipt for part in claimed.parts if part.receipt is not None]
    part = claimed.parts[len(receipts)]
    if part.created_at is None:  # its worker stopped between two parts: this one was never begun
        return lambda hand: hand.absent(claimed.id, timely)
    began = part.created_at
    call = call_for(claimed, part, began, part.prepared or {}, receipts)
    try:
        receipt = desk.adapter(claimed.account).find(call, began - _MARGIN)
    except PlatformError as error:
        why = error.why
        if isinstance(error, LoggedOut):
            desk.forget(claimed.account)
        return lambda hand: hand.still_unsure(claimed.id, why, now + _AGAIN)
    if receipt is None:
        return lambda hand: hand.absent(claimed.id, timely)
    last = part.number == len(claimed.parts) - 1
    return lambda hand: hand.found(claimed.id, part.number, receipt, last)
