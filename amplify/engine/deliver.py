"""deliver: the way of one claimed delivery, from the uploads and the last look at the gates to the receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection

from amplify.context.app_context import AppContext
from amplify.engine.suspend import seconds_since_boot, was_suspended
from amplify.engine.worker_pool import Course, Wanted
from amplify.ledger.group_commit import NOBODY, Writer, each
from amplify.ledger.rows.begin_mark import BeginRequest, Begun, NotBegun, PreparedUploads, begin_requests, save_uploads
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery, ClaimedPart
from amplify.ledger.rows.receipts import PublishedPart, record_receipts
from amplify.ledger.rows.settlement import ClaimWriter
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.model.event import log_event
from amplify.model.message import Part
from amplify.model.platform import Platform, PublishRequest, Receipt
from amplify.rules.plan.upload_validity import is_valid

_AT_ONCE: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Armed:
    """Everything is uploaded and built; only the calls themselves are left."""

    claimed: ClaimedDelivery
    adapter: Platform
    prepared: dict[int, dict[str, Any]]
    """By part that is still to come."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a delivery."""

    outcome: str
    """`sent`, `try_later`, `refused`, `logged_out`, `unknown`, `held`, `cut`, or `lost`: another worker has it."""
    why: str | None = None
    """What the platform, a gate or our own files said, where it is not out."""
    seconds: float | None = None
    """Real time from the first mark's being durable to the answer that ended it; None: it did not end with one."""


class Delivering:
    """Takes claimed deliveries to their platforms. One instance serves all threads of a pass."""

    def __init__(self, desk: AppContext, writer: Writer) -> None:
        self._desk, self._writer = desk, writer

    def deliver(self, claimed: ClaimedDelivery) -> Course[Ended]:
        """Send what is not out yet. Never raises a platform error: what came of it is in the ledger."""
        armed = yield from self.arm(claimed)
        if isinstance(armed, Ended):
            return armed
        return (yield from self.send(armed))

    def arm(self, claimed: ClaimedDelivery) -> Course[Armed | Ended]:
        """All that may be done ahead of time; or what came of it, where it ended here."""
        try:
            adapter = self._desk.adapter(claimed.account)
        except PlatformError as error:
            return (yield from self._failed(claimed, None, error, ours=True))
        try:
            prepared, uploaded = self._prepare(adapter, claimed)
        except PlatformError as error:
            return (yield from self._failed(claimed, None, error))
        if uploaded and not (yield self._keep, PreparedUploads(claimed, uploaded)):
            return Ended("lost")
        return Armed(claimed, adapter, prepared)

    def send(self, armed: Armed) -> Course[Ended]:
        """The calls, each behind its own durable mark."""
        claimed, prepared = armed.claimed, armed.prepared
        if not prepared:
            yield self._by_hand(claimed, lambda hand: hand.complete(claimed.id))
            return Ended("sent")
        receipts = [part.receipt for part in claimed.parts if part.receipt is not None]
        first, began = True, monotonic()
        for part in claimed.parts[len(receipts) :]:
            looked = seconds_since_boot()
            begun = yield self._mark, BeginRequest(claimed, part.number, prepared[part.number], first)
            if isinstance(begun, NotBegun):
                return (yield from self._barred(claimed, begun, out=bool(receipts)))
            if first:
                first, began = False, monotonic()
            if was_suspended(looked):
                asleep = TryLater("the machine slept between the last look at the gates and the call", _AT_ONCE)
                return (yield from self._failed(claimed, begun, asleep))
            try:
                receipt = self._send(armed.adapter, claimed, part, begun, prepared[part.number], receipts)
            except PlatformError as error:
                return (yield from self._failed(claimed, begun, error, seconds=monotonic() - began))
            receipts.append(receipt)
            last = part.number == len(claimed.parts) - 1
            out = PublishedPart(claimed, part.number, receipt, last)
            if last:  # nobody need wait for it: the next delivery's own mark comes after it in line
                self._writer.ask(self._sent, out, NOBODY)
            else:
                yield self._sent, out
        return Ended("sent", seconds=monotonic() - began)

    def _prepare(
        self, adapter: Platform, claimed: ClaimedDelivery
    ) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
        """Upload for every part that is still to come, before the first call: nothing of it can appear.

        What each part goes out with, and what of it was uploaded just now.
        """
        prepared: dict[int, dict[str, Any]] = {}
        uploaded: dict[int, dict[str, Any]] = {}
        real = datetime.now(UTC)
        for part in claimed.parts:
            if part.receipt is not None:
                continue
            if claimed.message.boost is not None:
                prepared[part.number] = {}
                continue
            # A claimed part is not out, so what no longer holds may be uploaded anew: nobody has seen the old one.
            if part.prepared is not None and is_valid(part.prepared, real):
                prepared[part.number] = part.prepared
                continue
            words = claimed.message.parts[part.number]
            prepared[part.number] = adapter.prepare(claimed.message, words)
            if words.pictures or words.card is not None:
                uploaded[part.number] = prepared[part.number]
        return prepared, uploaded

    def _send(
        self,
        adapter: Platform,
        claimed: ClaimedDelivery,
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

    def _barred(self, claimed: ClaimedDelivery, barred: NotBegun, out: bool) -> Course[Ended]:
        """A gate closed at the last moment."""
        if barred.lost:
            return Ended("lost")
        if out:
            yield self._by_hand(claimed, lambda hand: hand.barred(claimed.id, barred.why))
            return Ended("cut", barred.why)
        yield self._by_hand(claimed, lambda hand: hand.release(claimed.id, barred.why))
        return Ended("held", barred.why)

    def _failed(
        self,
        claimed: ClaimedDelivery,
        begun: Begun | None,
        error: PlatformError,
        ours: bool = False,
        seconds: float | None = None,
    ) -> Course[Ended]:
        """Write down what a failure means. `ours`: it lies in our own files, so each pass may try again."""
        part = begun.part if begun is not None else None
        why = error.why
        if isinstance(error, TryLater) or (begun is None and isinstance(error, Unknown)):
            # Before the begin mark nothing can have appeared: whatever happened may be done again.
            after = error.after if isinstance(error, TryLater) else None
            after = self._desk.timings.backoff if after is None else after
            yield self._by_hand(claimed, lambda hand: hand.try_later(claimed.id, claimed.account, part, why, after))
            return Ended("try_later", why, seconds)
        if isinstance(error, LoggedOut):
            rest = None if ours else self._desk.timings.pause
            yield self._by_hand(
                claimed, lambda hand: hand.credentials_failed(claimed.id, claimed.account, part, why, rest)
            )
            self._desk.drop_client(claimed.account)
            log_event("paused", account=claimed.account, why=why)
            return Ended("logged_out", why, seconds)
        if isinstance(error, Refused):
            yield self._by_hand(claimed, lambda hand: hand.refused(claimed.id, part, why))
            return Ended("refused", why, seconds)
        yield self._by_hand(claimed, lambda hand: hand.unknown(claimed.id, part, why))
        return Ended("unknown", why, seconds)

    def _by_hand(self, claimed: ClaimedDelivery, act: Callable[[ClaimWriter], Any]) -> Wanted:
        """Let the hand that holds this claim act in the next group commit."""
        desk = self._desk

        def work(connection: Connection) -> Any:
            return act(ClaimWriter(desk.ledger, connection, desk.clock.now(), claimed.owner))

        return each, work

    def _mark(self, connection: Connection, marks: Sequence[BeginRequest]) -> list[Begun | NotBegun]:
        desk = self._desk
        return begin_requests(desk.ledger, connection, marks, desk.clock.now(), desk.timings.lease)

    def _sent(self, connection: Connection, parts: Sequence[PublishedPart]) -> list[bool]:
        return record_receipts(self._desk.ledger, connection, parts, self._desk.clock.now())

    def _keep(self, connection: Connection, uploads: Sequence[PreparedUploads]) -> list[bool]:
        desk = self._desk
        return save_uploads(desk.ledger, connection, uploads, desk.clock.now(), desk.timings.lease)


def call_for(
    claimed: ClaimedDelivery, part: ClaimedPart, created_at: datetime, prepared: dict[str, Any], receipts: list[Receipt]
) -> PublishRequest:
    """The request for one part of a thread: the same on every retry."""
    text: Part = claimed.message.parts[part.number]
    return PublishRequest(
        part=text,
        message=claimed.message,
        key=part.key,
        record_key=part.record_key,
        created_at=created_at.astimezone(UTC),
        prepared=prepared,
        root=receipts[0] if receipts else None,
        parent=receipts[-1] if receipts else None,
    )
