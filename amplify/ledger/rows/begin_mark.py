"""Begin mark (write-ahead intent record): durable before a request, so that a crash makes only what may be out unsure.

The holds are checked a last time in the same transaction: this is when a request begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from amplify.ledger.bulk import BulkStatement
from amplify.ledger.bulk_update import BulkUpdate
from amplify.ledger.database import Ledger
from amplify.ledger.holds.gates import GATES
from amplify.ledger.holds.hold_checks import find_holds
from amplify.ledger.holds.spending import PAY, lock_budgets, remaining_cost
from amplify.ledger.rows.claim import renew_claims
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.transitions import transition_log_sql
from amplify.model.delivery import DeliveryState
from amplify.rules.plan.budget import month_of

LOST: Final = "another worker has it"
"""The lease ran out meanwhile, or an edit took the row away."""

_BEGIN: Final = BulkUpdate(
    "UPDATE delivery SET state = 'sending', lease_until = {lease} FROM {rows} AS v "
    "WHERE delivery.id = v.id AND delivery.owner = v.owner AND delivery.state = v.before",
    "UPDATE part SET created_at = v.created, prepared = v.prepared FROM {rows} AS v "
    "WHERE part.delivery = v.id AND part.number = v.number",
    "INSERT INTO attempt (folio, part, owner, at, real_began) "
    "SELECT v.folio, v.number, v.owner, {at}, {real} FROM {rows} AS v",
    transition_log_sql(DeliveryState.CLAIMED, DeliveryState.SENDING, "WHERE v.before = 'claimed'"),
    PAY,  # last: others who pay wait from here on
    common={"lease": "timestamp", "at": "timestamp", "real": "timestamp", "by": "text", "month": "text"},
    id="text",
    folio="integer",
    owner="text",
    before="text",
    number="integer",
    created="timestamp",
    prepared="json",
    platform="text",
    cost="integer",
)
_PREPARED = BulkStatement(
    "UPDATE part SET prepared = v.prepared FROM {rows} AS v WHERE part.delivery = v.id AND part.number = v.number",
    id="text",
    number="integer",
    prepared="json",
)


@dataclass(frozen=True, slots=True)
class BeginRequest:
    """Asks for the begin mark of one part: its request is about to be made."""

    claimed: ClaimedDelivery
    part: int
    prepared: dict[str, Any]
    first: bool
    """No other part was begun since it was claimed."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The begin mark is durable: the request may be made now."""

    part: int
    created_at: datetime
    """Identical on every retry."""


@dataclass(frozen=True, slots=True)
class NotBegun:
    """The request must not be made, and why."""

    why: str
    again: datetime | None = None
    """When the answer can change by itself (UTC, campaign time)."""
    lost: bool = False
    """The row is no longer ours: there is nothing to give back."""
    cause: str | None = None
    """What the reason is about, as a code (`model.cause`)."""


def begin_requests(
    ledger: Ledger, connection: Connection, marks: Sequence[BeginRequest], now: datetime, lease: timedelta
) -> list[Begun | NotBegun]:
    """Write each begin mark, or say why not: a hold, its window is over, or a lost claim. `now`: campaign time."""
    if _twice(one.claimed for one in marks):
        return [begin_requests(ledger, connection, [one], now, lease)[0] for one in marks]
    real = ledger.real_now(connection)
    ledger.lock(connection, GATES, shared=True)  # whoever closes a gate waits for the begin marks that did not see it
    rows = [one.claimed.row for one in marks]
    lock_budgets(connection, [one.claimed.row for one in marks if one.first], now)
    bars = find_holds(connection, rows, now)
    answers: list[Begun | NotBegun | None] = []
    for one in marks:
        bar = bars.get(one.claimed.id)
        if bar is not None:
            answers.append(NotBegun(bar.why, bar.retry_at, cause=bar.cause))
        elif now >= one.claimed.late_at:
            answers.append(NotBegun("its lateness window is over"))
        else:
            answers.append(None)
    open_ = [one for one, answer in zip(marks, answers, strict=True) if answer is None]
    begun = [_row(one, now) for one in open_]
    ours = _BEGIN.run(connection, begun, lease=real + lease, at=now, real=real, by="publish", month=month_of(now))
    return [answer or _answer(one, ours, now) for one, answer in zip(marks, answers, strict=True)]


def _row(mark: BeginRequest, now: datetime) -> tuple[object, ...]:
    """A row of `_BEGIN`: with the cost of all parts that are to come, once a claim."""
    claimed, before = mark.claimed, DeliveryState.CLAIMED if mark.first else DeliveryState.SENDING
    cost = remaining_cost(claimed) if mark.first else 0
    who = claimed.id, claimed.row.folio, claimed.owner, before.value
    return *who, mark.part, _created(mark, now), mark.prepared, claimed.platform, cost


def _twice(claims: Iterable[ClaimedDelivery]) -> bool:
    """Whether two claims of one delivery came into one group: an edit took the first away, and the row was claimed
    again. Together they could not be told apart, for a statement says only which rows it changed."""
    ids = [one.id for one in claims]
    return len(set(ids)) < len(ids)


def _answer(mark: BeginRequest, ours: set[str], now: datetime) -> Begun | NotBegun:
    if mark.claimed.id not in ours:
        return NotBegun(LOST, lost=True)
    return Begun(mark.part, _created(mark, now))


def _created(mark: BeginRequest, now: datetime) -> datetime:
    """When the part's first attempt began. Only the claim's owner writes a part, so the claimed value is current."""
    return mark.claimed.parts[mark.part].created_at or now


@dataclass(frozen=True, slots=True)
class PreparedUploads:
    """Uploads for the parts of a claimed delivery, made before any of them is sent."""

    claimed: ClaimedDelivery
    parts: dict[int, dict[str, Any]]


def save_uploads(
    ledger: Ledger, connection: Connection, uploads: Sequence[PreparedUploads], lease: timedelta
) -> list[bool]:
    """Save uploads, and renew the lease of their claims. False where the claim was lost."""
    if _twice(one.claimed for one in uploads):
        return [save_uploads(ledger, connection, [one], lease)[0] for one in uploads]
    ours = renew_claims(ledger, connection, [one.claimed for one in uploads], lease)
    kept = [one for one in uploads if one.claimed.id in ours]
    rows = [(one.claimed.id, number, prepared) for one in kept for number, prepared in one.parts.items()]
    if rows:
        _PREPARED.run(connection, rows)
    return [one.claimed.id in ours for one in uploads]
