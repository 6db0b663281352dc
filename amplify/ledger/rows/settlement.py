"""Settlement: the outcome of a request, or of looking it up, is written. Transitions are fenced by the owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update

from amplify.ledger.database import Ledger, forget_queued
from amplify.ledger.holds import spending
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.receipts import finish_deliveries, has_published_part
from amplify.ledger.rows.transitions import Transition, transition_row
from amplify.ledger.tables import ACCOUNT, ATTEMPT, DELIVERY, MOVE, PART, folio_of
from amplify.model import cause
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState
from amplify.model.errors import StillWorking, TryLater
from amplify.model.platform import Receipt

# Made once: building a statement costs more than running it.
_MY_PART = update(PART).where(PART.c.delivery == bindparam("mine"), PART.c.number == bindparam("nth"))
_MY_ATTEMPT = update(ATTEMPT).where(
    ATTEMPT.c.folio == folio_of(bindparam("mine")),
    ATTEMPT.c.part == bindparam("nth"),
    ATTEMPT.c.owner == bindparam("whose"),
)

_TRIED = select(func.count()).where(
    MOVE.c.folio == bindparam("of"),
    MOVE.c.before.in_((DeliveryState.CLAIMED.value, DeliveryState.SENDING.value)),
    MOVE.c.after == DeliveryState.WAITING.value,
    MOVE.c.why.is_not(None),
)
"""How often it had to wait again, from the log."""
_LONGEST: Final = 5
"""How often a wait is doubled: half a minute becomes a quarter of an hour."""
_PAID: Final = (DeliveryState.SENDING, DeliveryState.UNSURE)
_UNPAID: Final = (DeliveryState.WAITING, DeliveryState.REFUSED, DeliveryState.CUT, DeliveryState.MISSED)
"""Transitions from a begun state to one that is not sent: what was charged at the begin mark and is not out is
refunded."""


class ClaimWriter:
    """Writes the outcomes of one owner's claims, inside one write transaction; transitions are fenced by that owner.

    `now` is campaign time; leases and attempts are timed by real time.
    """

    def __init__(self, ledger: Ledger, connection: Connection, now: datetime, owner: str, by: str = "publish") -> None:
        self._ledger = ledger
        self.connection, self.owner, self.by = connection, owner, by
        self.stamp = Timestamp(now, ledger.real_now(connection))

    def complete(self, delivery: str) -> bool:
        """A claimed delivery turns out to be out already: its last receipt came after its claim was lost."""
        return self._move(
            delivery,
            DeliveryState.CLAIMED,
            DeliveryState.SENDING,
            fence=self.owner,
            owner=self.owner,
            lease_until=self.stamp.real,
        ) and self._sent(delivery, DeliveryState.SENDING)

    def published(self, delivery: str, part: int, receipt: Receipt, last: bool, more: bool = False) -> None:
        """An unsure part turned out to be out. `more`: so may the next be, and the delivery stays unsure."""
        self._receipt(delivery, part, receipt)
        if last:
            self._sent(delivery, DeliveryState.UNSURE)
        elif not more:
            self._move(delivery, DeliveryState.UNSURE, DeliveryState.WAITING, why=None)

    def _sent(self, delivery: str, before: DeliveryState) -> bool:
        whose = self.owner if before is DeliveryState.SENDING else None
        return bool(finish_deliveries(self.connection, [(delivery, whose)], before, self.stamp, self.by))

    def release(self, delivery: str, why: str | None, cause: str | None) -> bool:
        """Back to waiting before anything was sent: it is held, or pictures could not be uploaded yet."""
        return self._move(
            delivery, DeliveryState.CLAIMED, DeliveryState.WAITING, fence=self.owner, why=why, cause=cause
        )

    def try_later(self, delivery: str, account: str, part: int | None, why: str, after: timedelta) -> None:
        """Nothing was accepted: back to waiting; the account sends nothing for `after` (real time)."""
        self._end(delivery, part, "try_later", why)
        before = DeliveryState.CLAIMED if part is None else DeliveryState.SENDING
        self._move(delivery, before, DeliveryState.WAITING, fence=self.owner, why=why)
        self.connection.execute(
            update(ACCOUNT)
            .where(ACCOUNT.c.id == account)
            .values(real_not_before=self.stamp.real + after, waits_why=why)
        )

    def postpone(self, claimed: ClaimedDelivery, part: int | None, error: TryLater, backoff: timedelta) -> None:
        """Nothing was accepted of this delivery: it waits, and its account goes on with others. Where the platform did
        not say how long, the waits grow from `backoff` on, and leave it another try before it is late."""
        self._end(claimed.id, part, "try_later", error.why)
        before = DeliveryState.CLAIMED if part is None else DeliveryState.SENDING
        after = error.after
        if after is None:
            tried = self.connection.execute(_TRIED, {"of": claimed.row.folio}).scalar_one()
            left = max(backoff, (claimed.late_at - self.stamp.at) / 2)
            after = min(backoff * 2 ** min(tried, _LONGEST), left)
        self._move(
            claimed.id,
            before,
            DeliveryState.WAITING,
            fence=self.owner,
            why=error.why,
            cause=cause.platform(claimed.account, isinstance(error, StillWorking)),
            look_at=min(self.stamp.at + after, claimed.late_at),
        )

    def refused(self, delivery: str, part: int | None, why: str, account: str | None = None) -> None:
        """The platform will never take it. Parts that are out stay out: the thread is cut. `account`: where it may
        have been that account's fault after all, so that it comes back once the account is mended."""
        self._end(delivery, part, "refused", why)
        doubt = cause.account(account) if account is not None else None
        before = DeliveryState.CLAIMED if part is None else DeliveryState.SENDING
        self._move(
            delivery, before, self._or_cut(delivery, DeliveryState.REFUSED), fence=self.owner, why=why, cause=doubt
        )

    def credentials_failed(
        self, delivery: str, account: str, part: int | None, why: str, rest: timedelta | None
    ) -> None:
        """The credentials do not work: the account is paused, its deliveries wait. It is probed again after `rest`
        (real time; None: at the next pass)."""
        self._end(delivery, part, "logged_out", why)
        before = DeliveryState.CLAIMED if part is None else DeliveryState.SENDING
        self._move(delivery, before, DeliveryState.WAITING, fence=self.owner, why=why)
        self.connection.execute(
            update(ACCOUNT)
            .where(ACCOUNT.c.id == account)
            .values(paused_at=self.stamp.at, paused_why=why, real_not_before=self._after(rest))
        )

    def _after(self, rest: timedelta | None) -> datetime | None:
        return None if rest is None else self.stamp.real + rest

    def unpause_account(self, account: str) -> None:
        """A paused account's credentials work again: unpause it. What was refused, and may have been its fault, is
        queued anew where the files still want it."""
        doubted = (DELIVERY.c.state == DeliveryState.REFUSED.value, DELIVERY.c.cause == cause.account(account))
        mended = update(DELIVERY).where(*doubted, DELIVERY.c.late_at > self.stamp.at)
        if self.connection.execute(mended.values(cause=cause.mended(account))).rowcount:
            forget_queued(self.connection)
        self.connection.execute(
            update(ACCOUNT)
            .where(ACCOUNT.c.id == account, ACCOUNT.c.paused_at.is_not(None))
            .values(paused_at=None, paused_why=None, real_not_before=None, waits_why=None)
        )

    def keep_paused(self, account: str, why: str, rest: timedelta | None) -> None:
        """A paused account was probed, and its credentials still do not work."""
        self.connection.execute(
            update(ACCOUNT).where(ACCOUNT.c.id == account).values(paused_why=why, real_not_before=self._after(rest))
        )

    def unknown(self, delivery: str, part: int | None, why: str) -> None:
        """It may be out: unsure. The lease stays: nobody looks before the request can no longer land."""
        self._end(delivery, part, "unknown", why)
        lease = self.connection.execute(select(DELIVERY.c.lease_until).where(DELIVERY.c.id == delivery)).scalar_one()
        self._move(
            delivery,
            DeliveryState.SENDING,
            DeliveryState.UNSURE,
            fence=self.owner,
            why=why,
            lease_until=lease,
            look_at=self.stamp.at,
        )

    def barred(self, delivery: str, why: str, cause: str | None) -> None:
        """A hold came between two parts of a thread: what is out is out, the rest is cut."""
        for before in (DeliveryState.SENDING, DeliveryState.CLAIMED):  # claimed: the thread was being resumed
            self._move(delivery, before, DeliveryState.CUT, fence=self.owner, why=why, cause=cause)

    def not_published(self, delivery: str, timely: bool) -> None:
        """An unsure part was proved absent: it may be tried again while it is timely."""
        if timely:
            self._move(delivery, DeliveryState.UNSURE, DeliveryState.WAITING, why=None)
        else:
            self._move(
                delivery,
                DeliveryState.UNSURE,
                self._or_cut(delivery, DeliveryState.MISSED),
                why="its lateness window is over",
            )

    def still_unsure(self, delivery: str, why: str, again: datetime) -> None:
        """Nobody can tell yet: look again at `again` (campaign time)."""
        self.connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == delivery, DELIVERY.c.state == DeliveryState.UNSURE.value)
            .values(why=why, cause=None, look_at=again)
        )

    def _or_cut(self, delivery: str, otherwise: DeliveryState) -> DeliveryState:
        return DeliveryState.CUT if has_published_part(self.connection, delivery) else otherwise

    def _receipt(self, delivery: str, part: int, receipt: Receipt) -> None:
        proof = {"remote_id": receipt.id, "url": receipt.url, "extra": receipt.extra, "sent_at": self.stamp.at}
        self.connection.execute(_MY_PART, proof | {"mine": delivery, "nth": part})

    def _end(self, delivery: str, part: int | None, outcome: str, why: str | None) -> None:
        """Write how the attempt at `part` ended; None: no request was begun."""
        if part is not None:
            ending = {"real_ended": self.stamp.real, "outcome": outcome, "why": why}
            self.connection.execute(_MY_ATTEMPT, ending | {"mine": delivery, "nth": part, "whose": self.owner})

    def _move(
        self,
        delivery: str,
        before: DeliveryState,
        after: DeliveryState,
        *,
        why: str | None = None,
        fence: str | None = None,
        **values: Any,
    ) -> bool:
        moved = transition_row(
            self.connection, Transition(delivery, before, after, why), self.stamp, self.by, fence=fence, **values
        )
        if moved and before in _PAID and after in _UNPAID:
            spending.refund(self.connection, [delivery], self.stamp.at)
        return moved


def lock_state_and_lease(connection: Connection, delivery: str) -> tuple[DeliveryState, datetime | None]:
    """Read and lock a delivery's state and when its lease ends (real time), until the transaction ends."""
    row = connection.execute(
        select(DELIVERY.c.state, DELIVERY.c.lease_until).where(DELIVERY.c.id == delivery).with_for_update()
    ).one()
    return DeliveryState(row.state), row.lease_until


def release_claims(ledger: Ledger, connection: Connection, claims: Iterable[ClaimedDelivery], now: datetime) -> None:
    """Release claims that were not begun, so that others can have them. `now`: campaign time."""
    for one in claims:
        ClaimWriter(ledger, connection, now, one.owner).release(one.id, None, None)
