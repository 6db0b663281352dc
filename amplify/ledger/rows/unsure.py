"""Unsure rows, leased to the one who looks them up: nobody settles by an answer older than the last attempt.

A row is held by its lease alone: its owner stays, for a restored ledger leaves its name there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from amplify.ledger.database import Ledger
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery, load_unclaimed
from amplify.ledger.tables import ACCOUNT, ATTEMPT, DELIVERY, PART, folio_of
from amplify.model.delivery import DeliveryState
from amplify.model.platform import Receipt


@dataclass(frozen=True, slots=True)
class UnsureClaim:
    """One unsure delivery, leased to us for looking it up, until `until`."""

    claimed: ClaimedDelivery
    owner: str
    """The owner of the claim that left it unsure."""
    until: datetime
    """End of the lease (real time); also the fencing token of what the look-up writes."""
    quiet: timedelta | None
    """Real time since its last attempt began; None: none is known."""


def claim_unsure(
    ledger: Ledger,
    connection: Connection,
    now: datetime,
    lease: timedelta,
    without: Collection[str] = (),
    only: Collection[str] | None = None,
) -> UnsureClaim | None:
    """Lease the next unsure row whose request can no longer land, of no paused account and none of `without`; `only`:
    of one of these accounts.

    `now`: campaign time; the lease runs in real time.
    """
    real = ledger.real_now(connection)
    row = connection.execute(
        select(DELIVERY.c.id, DELIVERY.c.owner)
        .join(ACCOUNT, ACCOUNT.c.id == DELIVERY.c.account)
        .where(
            DELIVERY.c.state == DeliveryState.UNSURE.value,
            DELIVERY.c.look_at <= now,
            DELIVERY.c.lease_until.is_(None) | (DELIVERY.c.lease_until <= real),
            ACCOUNT.c.paused_at.is_(None),
            DELIVERY.c.account.not_in(sorted(without)),
            *([DELIVERY.c.account.in_(sorted(only))] if only is not None else []),
        )
        .order_by(DELIVERY.c.look_at, DELIVERY.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=DELIVERY)
    ).one_or_none()
    if row is None:
        return None
    until = real + lease
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(lease_until=until))
    last = select(func.max(ATTEMPT.c.real_began)).where(ATTEMPT.c.folio == folio_of(row.id))
    began = connection.execute(last).scalar()
    (claimed,) = load_unclaimed(connection, [row.id])
    return UnsureClaim(claimed, row.owner or "", until, real - began if began is not None else None)


def still_ours(connection: Connection, doubt: UnsureClaim) -> bool:
    """Whether nobody else has settled or leased it since; locks it until the transaction ends."""
    mine = select(DELIVERY.c.id).where(
        DELIVERY.c.id == doubt.claimed.id,
        DELIVERY.c.state == DeliveryState.UNSURE.value,
        DELIVERY.c.lease_until == doubt.until,
    )
    return connection.execute(mine.with_for_update()).first() is not None


def release_unsure(connection: Connection, doubt: UnsureClaim) -> None:
    """Give back the lease of a delivery that was looked up and is still unsure."""
    mine = update(DELIVERY).where(
        DELIVERY.c.id == doubt.claimed.id,
        DELIVERY.c.state == DeliveryState.UNSURE.value,
        DELIVERY.c.lease_until == doubt.until,
    )
    connection.execute(mine.values(lease_until=None))


def save_receipt(connection: Connection, delivery: str, part: int, receipt: Receipt, now: datetime) -> None:
    """Save a receipt, whoever has the row: what is out is out."""
    connection.execute(
        update(PART)
        .where(PART.c.delivery == delivery, PART.c.number == part)
        .values(remote_id=receipt.id, url=receipt.url, extra=receipt.extra, sent_at=now, removed_at=None)
    )


def known_elsewhere(connection: Connection, account: str, since: datetime, delivery: str) -> frozenset[str]:
    """Platform ids of what other deliveries of the account sent since `since` (campaign time), thread parts of what is
    not finished among them: none of them is this one."""
    ids = connection.execute(
        select(PART.c.remote_id)
        .join(DELIVERY, DELIVERY.c.id == PART.c.delivery)
        .where(
            DELIVERY.c.account == account,
            DELIVERY.c.id != delivery,
            PART.c.remote_id.is_not(None),
            PART.c.sent_at >= since,
        )
    )
    return frozenset(ids.scalars())
