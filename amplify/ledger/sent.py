"""Receipts written down: the common end of a delivery, for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from amplify.ledger.batch import Batch, Change
from amplify.ledger.moves import log
from amplify.ledger.removing import landed
from amplify.ledger.store import Ledger
from amplify.model.delivery import State
from amplify.model.platform import Receipt

_RECEIPT = Batch(
    "UPDATE part SET remote_id = v.remote, url = v.url, extra = v.extra, sent_at = {at}, removed_at = NULL "
    "FROM {rows} AS v WHERE part.delivery = v.id AND part.number = v.number",
    {"at": "instant"},
    id="text",
    number="whole",
    remote="text",
    url="text",
    extra="text",
)
_ENDED = Batch(
    "UPDATE attempt SET real_ended = {ended}, outcome = 'sent' FROM {rows} AS v "
    "WHERE attempt.delivery = v.id AND attempt.part = v.number AND attempt.owner = v.owner",
    {"ended": "instant"},
    id="text",
    number="whole",
    owner="text",
)
_SENT = Change(
    "UPDATE delivery SET state = 'sent', owner = NULL, lease_until = NULL, why = NULL, sent_at = {at} "
    "FROM {rows} AS v WHERE delivery.id = v.id AND delivery.state = v.before "
    "AND (v.owner IS NULL OR delivery.owner = v.owner)",
    {"at": "instant"},
    id="text",
    owner="text",
    before="text",
)
_WAKE_BOOSTS = Batch(
    "UPDATE delivery SET look_at = delivery.due_at FROM {rows} AS v "
    "WHERE delivery.boost_of = v.base AND delivery.boost_of IS NOT NULL AND delivery.state = 'waiting'",
    base="text",
)


@dataclass(frozen=True, slots=True)
class Out:
    """One part is out."""

    delivery: str
    owner: str
    part: int
    receipt: Receipt
    last: bool
    """With it the whole delivery is."""


def write_sent(
    ledger: Ledger, connection: Connection, parts: Sequence[Out], now: datetime, by: str = "publish"
) -> list[bool]:
    """Keep each receipt, whoever holds the row by now: what is out is out. `now`: campaign time.

    False where the claim was lost meanwhile, and the row stands as somebody else has left it.
    """
    real = ledger.real_now(connection)
    _RECEIPT.run(
        connection,
        [(one.delivery, one.part, one.receipt.id, one.receipt.url, one.receipt.extra) for one in parts],
        now,
    )
    _ENDED.run(connection, [(one.delivery, one.part, one.owner) for one in parts], real)
    last = [one for one in parts if one.last]
    done = finish(connection, [(one.delivery, one.owner) for one in last], State.SENDING, now, real, by)
    given_up = [(one.delivery, None) for one in last if one.delivery not in done]
    done |= finish(connection, given_up, State.UNSURE, now, real, by)
    others = {one.delivery for one in parts} - done
    if others:
        landed(connection, others, now, real)
    return [not one.last or one.delivery in done for one in parts]


def finish(
    connection: Connection,
    deliveries: Sequence[tuple[str, str | None]],
    before: State,
    now: datetime,
    real: datetime,
    by: str,
) -> set[str]:
    """Move deliveries, each with its owner (None: whoever holds it), to `sent`; those that moved. Boosts of them need
    not wait any longer."""
    if not deliveries:
        return set()
    moved = _SENT.changed(connection, [(id, owner, before.value) for id, owner in deliveries], now)
    if moved:
        log(connection, [(id, before, State.SENT, None) for id in sorted(moved)], at=now, real_at=real, by=by)
        _WAKE_BOOSTS.run(connection, [(id.partition(".")[0],) for id in sorted(moved)])
    return moved
