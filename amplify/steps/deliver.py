"""deliver: the way of one claimed delivery, from the last look at the gates to the receipt."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from amplify.ledger.claim import Claimed, ClaimedPart
from amplify.ledger.settle import Barred, Begun, Hand
from amplify.ledger.writer import T, Writer
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.model.message import Part
from amplify.model.platform import Call, Platform, Receipt
from amplify.steps.desk import Desk


class Delivering:
    """Takes claimed deliveries to their platforms. One instance serves all threads of a pass."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk, self._writer = desk, writer

    def deliver(self, claimed: Claimed) -> str:
        """Send what is not out yet. Never raises a platform error: what came of it is in the ledger.

        Returns the outcome in a word: `sent`, `try_later`, `refused`, `logged_out`, `unknown`, `held`, `cut`.
        """
        try:
            adapter = self._desk.adapter(claimed.account)
        except PlatformError as error:
            return self._failed(claimed, None, error, ours=True)
        try:
            prepared = self._prepare(adapter, claimed)
        except PlatformError as error:
            return self._failed(claimed, None, error)
        if not prepared:
            self._submit(claimed, lambda hand: hand.complete(claimed.id)).result()
        receipts = [part.receipt for part in claimed.parts if part.receipt is not None]
        for part in claimed.parts[len(receipts) :]:
            begun = self._begin(claimed, part, prepared[part.number])
            if isinstance(begun, Barred):
                return self._barred(claimed, begun, out=bool(receipts) or part.number > 0)
            try:
                receipt = self._send(adapter, claimed, part, begun, prepared[part.number], receipts)
            except PlatformError as error:
                return self._failed(claimed, begun, error)
            receipts.append(receipt)
            last = part.number == len(claimed.parts) - 1
            # The thread need not wait for the last commit: the next delivery's own mark comes after it in line.
            written = self._submit(claimed, _sent(claimed.id, part.number, receipt, begun.attempt, last))
            if not last:
                written.result()
        return "sent"

    def _prepare(self, adapter: Platform, claimed: Claimed) -> dict[int, dict[str, Any]]:
        """Upload for every part that is still to come, before the first call: nothing of it can appear."""
        prepared: dict[int, dict[str, Any]] = {}
        for part in claimed.parts:
            if part.receipt is not None:
                continue
            if part.prepared is not None or claimed.message.boost is not None:
                prepared[part.number] = part.prepared or {}
            else:
                prepared[part.number] = adapter.prepare(claimed.message, claimed.message.parts[part.number])
        return prepared

    def _begin(self, claimed: Claimed, part: ClaimedPart, prepared: dict[str, Any]) -> Begun | Barred:
        lease = self._desk.timings.lease

        def begin(hand: Hand) -> Begun | Barred:
            return hand.begin(claimed, part.number, prepared, lease)

        return self._submit(claimed, begin).result()

    def _send(
        self,
        adapter: Platform,
        claimed: Claimed,
        part: ClaimedPart,
        begun: Begun,
        prepared: dict[str, Any],
        receipts: list[Receipt],
    ) -> Receipt:
        if claimed.message.boost is not None:
            if claimed.target is None:
                raise Refused("the post it repeats has no address")
            return adapter.boost(claimed.target, part.key, part.record_key, begun.created_at)
        return adapter.publish(call_for(claimed, part, begun.created_at, prepared, receipts))

    def _barred(self, claimed: Claimed, barred: Barred, out: bool) -> str:
        """A gate closed at the last moment."""
        if out:
            self._submit(claimed, lambda hand: hand.barred(claimed.id, barred.why)).result()
            return "cut"
        self._submit(claimed, lambda hand: hand.release(claimed.id, barred.why)).result()
        return "held"

    def _failed(self, claimed: Claimed, begun: Begun | None, error: PlatformError, ours: bool = False) -> str:
        """Write down what a failure means. `ours`: it lies in our own files, so each pass may try again."""
        attempt = begun.attempt if begun is not None else None
        why = error.why
        if isinstance(error, TryLater) or (begun is None and isinstance(error, Unknown)):
            # Before the begin mark nothing can have appeared: whatever happened may be done again.
            after = getattr(error, "after", None) or self._desk.timings.backoff
            self._submit(
                claimed, lambda hand: hand.try_later(claimed.id, claimed.account, attempt, why, after)
            ).result()
            return "try_later"
        if isinstance(error, LoggedOut):
            rest = None if ours else self._desk.timings.pause
            self._submit(
                claimed, lambda hand: hand.logged_out(claimed.id, claimed.account, attempt, why, rest)
            ).result()
            self._desk.forget(claimed.account)
            return "logged_out"
        if isinstance(error, Refused):
            self._submit(claimed, lambda hand: hand.refused(claimed.id, attempt, why)).result()
            return "refused"
        self._submit(claimed, lambda hand: hand.unknown(claimed.id, attempt, why)).result()
        return "unknown"

    def _submit(self, claimed: Claimed, act: Callable[[Hand], T]) -> Future[T]:
        """Let the hand that holds this claim act in the next group commit."""
        desk = self._desk

        def work(connection: Connection) -> T:
            return act(Hand(desk.ledger, connection, desk.clock.now(), claimed.owner))

        return self._writer.submit(work)


def call_for(
    claimed: Claimed, part: ClaimedPart, created_at: datetime, prepared: dict[str, Any], receipts: list[Receipt]
) -> Call:
    """The request for one part of a thread: the same on every retry."""
    text: Part = claimed.message.parts[part.number]
    return Call(
        part=text,
        message=claimed.message,
        key=part.key,
        record_key=part.record_key,
        created_at=created_at.astimezone(UTC),
        prepared=prepared,
        root=receipts[0] if receipts else None,
        parent=receipts[-1] if receipts else None,
    )


def _sent(delivery: str, part: int, receipt: Receipt, attempt: int, last: bool) -> Callable[[Hand], bool]:
    return lambda hand: hand.sent(delivery, part, receipt, attempt, last)
