"""begin and settle: the durable mark before a call, and what came of it. Each guarded and fenced by its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from amplify.ledger.claim import Claimed
from amplify.ledger.gates import closed, gates_of
from amplify.ledger.moves import move
from amplify.ledger.store import Ledger
from amplify.ledger.tables import ACCOUNT, ATTEMPT, DELIVERY, PART
from amplify.model.delivery import State
from amplify.model.platform import Receipt

# Made once: building a statement costs more than running it.
_MY_PART = update(PART).where(PART.c.delivery == bindparam("mine"), PART.c.number == bindparam("nth"))
_ATTEMPT = insert(ATTEMPT).returning(ATTEMPT.c.id)
_MY_ATTEMPT = update(ATTEMPT).where(ATTEMPT.c.id == bindparam("mine"))
_WAKE_BOOSTS = (
    update(DELIVERY)
    .where(DELIVERY.c.boost_of == bindparam("boosted"), DELIVERY.c.state == State.WAITING.value)
    .values(look_at=DELIVERY.c.due_at)
)


@dataclass(frozen=True, slots=True)
class Begun:
    """The mark is durable: the call may be made now."""

    attempt: int
    created_at: datetime
    """Identical on every retry."""


@dataclass(frozen=True, slots=True)
class Barred:
    """The call must not be made, and why."""

    why: str


class Hand:
    """One worker's hand on the ledger, inside one write transaction.

    `now` is campaign time; leases and attempts are timed by real time.
    """

    def __init__(self, ledger: Ledger, connection: Connection, now: datetime, owner: str, by: str = "publish") -> None:
        self.connection, self.now, self.owner, self.by = connection, now, owner, by
        self.real = ledger.real_now(connection)

    def begin(self, claimed: Claimed, part: int, prepared: dict[str, Any], lease: timedelta) -> Begun | Barred:
        """Read the gates a last time, then mark durably that the call for `part` is about to be made.

        Barred: a gate closed, the window is over, or the claim was lost.
        """
        bar = closed(gates_of(self.connection, claimed.subjects), claimed.subjects, self.now)
        if bar is not None:
            return Barred(bar if isinstance(bar, str) else bar.why_not(self.now) or "held")
        if self.now >= claimed.late_at:
            return Barred("its lateness window is over")
        if not self._mark(claimed.id, self.real + lease):
            return Barred("another worker has it")
        mine = {"mine": claimed.id, "nth": part}
        # Nobody but the claim's owner writes a part, so what was claimed is what stands there.
        created_at = claimed.parts[part].created_at or self.now
        self.connection.execute(_MY_PART, mine | {"created_at": created_at, "prepared": prepared})
        begun = {"delivery": claimed.id, "part": part, "owner": self.owner, "at": self.now, "real_began": self.real}
        attempt = self.connection.execute(_ATTEMPT, begun).scalar_one()
        return Begun(attempt, created_at)

    def _mark(self, delivery: str, lease_until: datetime) -> bool:
        if self._move(
            delivery, State.CLAIMED, State.SENDING, fence=self.owner, owner=self.owner, lease_until=lease_until
        ):
            return True
        renewed = self.connection.execute(
            update(DELIVERY)
            .where(
                DELIVERY.c.id == delivery,
                DELIVERY.c.state == State.SENDING.value,
                DELIVERY.c.owner == self.owner,
            )
            .values(lease_until=lease_until)
        )
        return renewed.rowcount == 1

    def sent(self, delivery: str, part: int, receipt: Receipt, attempt: int | None, last: bool) -> bool:
        """A part is out; with the last one the delivery is. False where the claim was lost meanwhile.

        The receipt is kept in any case: what is out is out.
        """
        self._receipt(delivery, part, receipt)
        self._end(attempt, "sent", None)
        return not last or self._sent(delivery, State.SENDING) or self._sent(delivery, State.UNSURE)

    def complete(self, delivery: str) -> bool:
        """A claimed delivery turns out to be out already: its last receipt came after it was given up."""
        return self._move(
            delivery, State.CLAIMED, State.SENDING, fence=self.owner, owner=self.owner, lease_until=self.real
        ) and self._sent(delivery, State.SENDING)

    def found(self, delivery: str, part: int, receipt: Receipt, last: bool) -> None:
        """An unsure part turned out to be out."""
        self._receipt(delivery, part, receipt)
        if last:
            self._sent(delivery, State.UNSURE)
        else:
            self._move(delivery, State.UNSURE, State.WAITING, why=None)

    def _sent(self, delivery: str, before: State) -> bool:
        fence = self.owner if before is State.SENDING else None
        moved = self._move(delivery, before, State.SENT, fence=fence, sent_at=self.now)
        if moved:  # boosts of it need not wait any longer
            self.connection.execute(_WAKE_BOOSTS, {"boosted": delivery.partition(".")[0]})
        return moved

    def release(self, delivery: str, why: str | None) -> bool:
        """Back to waiting before anything was sent: a gate closed, or pictures could not be uploaded yet."""
        return self._move(delivery, State.CLAIMED, State.WAITING, fence=self.owner, why=why)

    def try_later(self, delivery: str, account: str, attempt: int | None, why: str, after: timedelta) -> None:
        """Nothing was accepted: back to waiting; the account keeps silent for `after` (real time)."""
        self._end(attempt, "try_later", why)
        before = State.CLAIMED if attempt is None else State.SENDING
        self._move(delivery, before, State.WAITING, fence=self.owner, why=why)
        self.connection.execute(
            update(ACCOUNT).where(ACCOUNT.c.id == account).values(real_not_before=self.real + after)
        )

    def refused(self, delivery: str, attempt: int | None, why: str) -> None:
        """The platform will never take it. Parts that are out stay out: the thread is cut."""
        self._end(attempt, "refused", why)
        before = State.CLAIMED if attempt is None else State.SENDING
        self._move(delivery, before, self._or_cut(delivery, State.REFUSED), fence=self.owner, why=why)

    def logged_out(self, delivery: str, account: str, attempt: int | None, why: str, rest: timedelta | None) -> None:
        """The account cannot speak: it pauses itself, its deliveries wait. It is asked again after `rest` (real
        time; None: at the next pass)."""
        self._end(attempt, "logged_out", why)
        before = State.CLAIMED if attempt is None else State.SENDING
        self._move(delivery, before, State.WAITING, fence=self.owner, why=why)
        self.connection.execute(
            update(ACCOUNT)
            .where(ACCOUNT.c.id == account)
            .values(paused_at=self.now, paused_why=why, real_not_before=self.real + rest if rest else None)
        )

    def speaks_again(self, account: str) -> None:
        """A paused account answered: it was mended."""
        self.connection.execute(
            update(ACCOUNT).where(ACCOUNT.c.id == account).values(paused_at=None, paused_why=None, real_not_before=None)
        )

    def still_paused(self, account: str, why: str, rest: timedelta | None) -> None:
        """Asked again, and it still cannot speak."""
        self.connection.execute(
            update(ACCOUNT)
            .where(ACCOUNT.c.id == account)
            .values(paused_why=why, real_not_before=self.real + rest if rest else None)
        )

    def unknown(self, delivery: str, attempt: int | None, why: str) -> None:
        """It may be out. The lease stays: nobody looks before the request can no longer land."""
        self._end(attempt, "unknown", why)
        lease = self.connection.execute(select(DELIVERY.c.lease_until).where(DELIVERY.c.id == delivery)).scalar_one()
        self._move(
            delivery, State.SENDING, State.UNSURE, fence=self.owner, why=why, lease_until=lease, look_at=self.now
        )

    def barred(self, delivery: str, why: str) -> None:
        """A gate closed between two parts of a thread: what is out is out, the rest stays unsaid."""
        for before in (State.SENDING, State.CLAIMED):  # claimed: the thread was being resumed
            self._move(delivery, before, State.CUT, fence=self.owner, why=why)

    def absent(self, delivery: str, timely: bool) -> None:
        """An unsure part was proved absent: it may be tried again while it is timely."""
        if timely:
            self._move(delivery, State.UNSURE, State.WAITING, why=None)
        else:
            self._move(delivery, State.UNSURE, self._or_cut(delivery, State.MISSED), why="its lateness window is over")

    def still_unsure(self, delivery: str, why: str, again: datetime) -> None:
        """Nobody can tell yet: look again at `again` (campaign time)."""
        self.connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == delivery, DELIVERY.c.state == State.UNSURE.value)
            .values(why=why, look_at=again)
        )

    def _or_cut(self, delivery: str, otherwise: State) -> State:
        out = select(PART.c.number).where(PART.c.delivery == delivery, PART.c.remote_id.is_not(None)).limit(1)
        return State.CUT if self.connection.execute(out).first() is not None else otherwise

    def _receipt(self, delivery: str, part: int, receipt: Receipt) -> None:
        proof = {"remote_id": receipt.id, "url": receipt.url, "extra": receipt.extra, "sent_at": self.now}
        self.connection.execute(_MY_PART, proof | {"mine": delivery, "nth": part})

    def _end(self, attempt: int | None, outcome: str, why: str | None) -> None:
        if attempt is not None:
            ending = {"real_ended": self.real, "outcome": outcome, "why": why}
            self.connection.execute(_MY_ATTEMPT, ending | {"mine": attempt})

    def _move(
        self,
        delivery: str,
        before: State,
        after: State,
        *,
        why: str | None = None,
        fence: str | None = None,
        **values: Any,
    ) -> bool:
        return move(
            self.connection,
            delivery,
            before,
            after,
            at=self.now,
            real_at=self.real,
            by=self.by,
            why=why,
            fence=fence,
            **values,
        )
