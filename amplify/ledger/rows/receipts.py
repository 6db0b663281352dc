"""Receipts of published parts, written for many deliveries at once: how most deliveries end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from amplify.ledger.bulk_update import BulkUpdate
from amplify.ledger.database import Ledger
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.takedowns import late_receipts
from amplify.ledger.rows.transitions import Transition, log_transitions, transition_log_sql
from amplify.ledger.tables import PART
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState
from amplify.model.platform import Receipt

_SENT: Final = (
    "UPDATE delivery SET state = 'sent', owner = NULL, lease_until = NULL, why = NULL, cause = NULL, sent_at = {at} "
    "FROM {rows} AS v WHERE delivery.id = v.id AND delivery.state = '{before}' "
    "AND (v.owner IS NULL OR delivery.owner = v.owner)"
)
_WAKE_BOOSTS: Final = (
    "UPDATE delivery SET look_at = delivery.due_at FROM {rows} AS v "
    "WHERE delivery.boost_of = v.base AND delivery.boost_of IS NOT NULL AND delivery.state = 'waiting'"
)
_FINISH: Final = {
    before: BulkUpdate(
        _SENT.replace("{before}", before.value),
        _WAKE_BOOSTS,
        common={"at": "timestamp"},
        id="text",
        base="text",
        owner="text",
    )
    for before in (DeliveryState.SENDING, DeliveryState.UNSURE)
}
_RECEIPT: Final = (
    "UPDATE part SET remote_id = v.remote, url = v.url, extra = v.extra, sent_at = {at}, removed_at = NULL "
    "FROM {rows} AS v WHERE part.delivery = v.id AND part.number = v.number"
)
_ENDED: Final = (
    "UPDATE attempt SET real_ended = {real}, outcome = 'sent' FROM {rows} AS v "
    "WHERE attempt.folio = v.folio AND attempt.part = v.number AND attempt.owner = v.owner"
)
_OUT: Final = BulkUpdate(
    _SENT.replace("{before}", DeliveryState.SENDING.value) + " AND v.last = 1",
    transition_log_sql(DeliveryState.SENDING, DeliveryState.SENT),
    _WAKE_BOOSTS,
    first=(_RECEIPT, _ENDED),
    common={"at": "timestamp", "real": "timestamp", "by": "text"},
    id="text",
    folio="integer",
    base="text",
    owner="text",
    last="integer",
    number="integer",
    remote="text",
    url="text",
    extra="text",
)


@dataclass(frozen=True, slots=True)
class PublishedPart:
    """One part that is out, with its receipt."""

    claimed: ClaimedDelivery
    part: int
    receipt: Receipt
    last: bool
    """Whether the whole delivery is out with it."""


def record_receipts(
    ledger: Ledger, connection: Connection, parts: Sequence[PublishedPart], now: datetime, by: str = "publish"
) -> list[bool]:
    """Write receipts, whoever has the row by now: what is out is out. `now`: campaign time.

    False where the claim was lost meanwhile, and the row stands as somebody else has left it.
    """
    if len({one.claimed.id for one in parts}) < len(parts):  # a claim that was lost, and another's: written one by one
        return [record_receipts(ledger, connection, [one], now, by)[0] for one in parts]
    stamp = Timestamp(now, ledger.real_now(connection))
    rows = [
        (
            one.claimed.id,
            one.claimed.row.folio,
            one.claimed.row.base,
            one.claimed.owner,
            int(one.last),
            one.part,
            one.receipt.id,
            one.receipt.url,
            one.receipt.extra,
        )
        for one in parts
    ]
    done = _OUT.run(connection, rows, at=now, real=stamp.real, by=by)
    given_up = [(one.claimed.id, None) for one in parts if one.last and one.claimed.id not in done]
    done |= finish_deliveries(connection, given_up, DeliveryState.UNSURE, stamp, by)
    others = {one.claimed.id for one in parts} - done
    if others:
        late_receipts(connection, others, stamp)
    return [not one.last or one.claimed.id in done for one in parts]


def has_published_part(connection: Connection, delivery: str) -> bool:
    """Whether a part of it has its receipt."""
    out = select(PART.c.number).where(PART.c.delivery == delivery, PART.c.remote_id.is_not(None)).limit(1)
    return connection.execute(out).first() is not None


def finish_deliveries(
    connection: Connection,
    deliveries: Sequence[tuple[str, str | None]],
    before: DeliveryState,
    stamp: Timestamp,
    by: str,
) -> set[str]:
    """Move deliveries, each with its owner (None: whoever has it), to `sent`; those that moved. Boosts of them need
    not wait any longer."""
    rows = [(id, id.partition(".")[0], owner) for id, owner in deliveries]  # boosts wait for whichever generation
    done = _FINISH[before].run(connection, rows, at=stamp.at)
    log_transitions(connection, [Transition(id, before, DeliveryState.SENT) for id in sorted(done)], stamp, by)
    return done
