"""Delivery of one claimed row: prepare it; then for each part a durable begin mark, the request, the receipt."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

from amplify.context.app_context import AppContext
from amplify.engine.refusals import explain_error
from amplify.ledger.database import LedgerConnection
from amplify.ledger.group_commit import GroupCommitter
from amplify.ledger.rows.begin_mark import BeginRequest, Begun, NotBegun, PreparedUploads, begin_requests, save_uploads
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery, ClaimedPart
from amplify.ledger.rows.receipts import PublishedPart, record_receipts
from amplify.ledger.rows.settlement import ClaimWriter
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.model.event import log_event
from amplify.model.message import Part
from amplify.model.platform import Platform, PublishRequest, Receipt
from amplify.rules.plan.upload_validity import is_valid

Marked = tuple[Begun | NotBegun, float]
"""The answer to a `BeginRequest`, and when the holds were checked (`seconds_since_boot`)."""

_AT_ONCE: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class ReadyDelivery:
    """A prepared delivery: everything is uploaded and built, only the requests themselves are left."""

    claimed: ClaimedDelivery
    adapter: Platform
    prepared: dict[int, dict[str, Any]]
    """By part that is still to come."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a delivery."""

    outcome: str
    """`sent`, `try_later`, `refused`, `logged_out`, `unknown`, `held`, `cut`, or `lost`: another worker has it."""
    why: str | None = None
    """The reason from the platform, a hold or our own files, where it is not out."""
    seconds: float | None = None
    """Seconds (real time) from the first durable begin mark to the last answer; None: it did not end with one."""


class Deliverer:
    """Sends claimed deliveries to their platforms. One instance serves all threads of a pass."""

    def __init__(self, app: AppContext, commits: GroupCommitter) -> None:
        self._app, self._commits = app, commits

    def deliver(self, claimed: ClaimedDelivery) -> Outcome:
        """Send what is not out yet. Never raises a platform error: the outcome is written to the ledger."""
        ready = self.prepare(claimed)
        return ready if isinstance(ready, Outcome) else self.send(ready)

    def prepare(self, claimed: ClaimedDelivery) -> ReadyDelivery | Outcome:
        """Do all that may be done ahead of time: log in, upload, build. Returns the outcome where it ends here."""
        try:
            adapter = self._app.adapter(claimed.account)
            prepared, uploaded = _prepare_parts(adapter, claimed)
        except PlatformError as error:
            return self._failed(claimed, None, error)
        if not prepared:  # its last receipt came after its claim was lost
            self._settle(claimed, lambda hand: hand.complete(claimed.id))
            return Outcome("sent")
        if (
            uploaded
            and not self._commits.submit_batched(self._save_uploads, PreparedUploads(claimed, uploaded)).result()
        ):
            return Outcome("lost")
        return ReadyDelivery(claimed, adapter, prepared)

    def send(self, ready: ReadyDelivery, first_mark: Future[Marked] | None = None) -> Outcome:
        """Make the requests, each after its own durable begin mark. `first_mark`: requested already, for a moment."""
        claimed, prepared = ready.claimed, ready.prepared
        receipts = [part.receipt for part in claimed.parts if part.receipt is not None]
        began: float | None = None
        for part in claimed.parts[len(receipts) :]:
            mark = first_mark if began is None and first_mark is not None else self._request(ready, part, began is None)
            begun, looked = mark.result()
            if isinstance(begun, NotBegun):
                return self._not_begun(claimed, begun, out=bool(receipts))
            began = monotonic() if began is None else began
            if was_suspended(looked):
                return self._failed(claimed, begun, TryLater(SLEPT, _AT_ONCE))
            try:
                receipt = self._call(ready.adapter, claimed, part, begun, prepared[part.number], receipts)
            except PlatformError as error:
                return self._failed(claimed, begun, error, seconds=monotonic() - began)
            receipts.append(receipt)
            last = part.number == len(claimed.parts) - 1
            written = self._commits.submit_batched(
                self._save_receipts, PublishedPart(claimed, part.number, receipt, last)
            )
            if not last:  # for the last one nobody need wait: any later begin mark is written after it
                written.result()
        return Outcome("sent", seconds=0.0 if began is None else monotonic() - began)

    def request_first_marks(self, all_ready: Sequence[tuple[ReadyDelivery, Future[Marked]]]) -> None:
        """Request the begin marks of all first parts in one transaction; each future is set when that is durable."""
        requests = [(_first_mark(ready), mark) for ready, mark in all_ready]
        self._commits.submit_group(self._begin, requests)

    def _request(self, ready: ReadyDelivery, part: ClaimedPart, first: bool) -> Future[Marked]:
        wanted = BeginRequest(ready.claimed, part.number, ready.prepared[part.number], first)
        return self._commits.submit_batched(self._begin, wanted)

    def _call(
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

    def _not_begun(self, claimed: ClaimedDelivery, barred: NotBegun, out: bool) -> Outcome:
        """Settle a delivery that is held at the last moment. `out`: earlier parts of the thread are out."""
        if barred.lost:
            return Outcome("lost")
        if out:
            self._settle(claimed, lambda hand: hand.barred(claimed.id, barred.why, barred.cause))
            return Outcome("cut", barred.why)
        self._settle(claimed, lambda hand: hand.release(claimed.id, barred.why, barred.cause))
        return Outcome("held", barred.why)

    def _failed(
        self,
        claimed: ClaimedDelivery,
        begun: Begun | None,
        error: PlatformError,
        seconds: float | None = None,
    ) -> Outcome:
        """Settle a delivery that failed: for this delivery or for its account."""
        error = explain_error(self._app, claimed.account, error)
        part = begun.part if begun is not None else None
        id, account, why = claimed.id, claimed.account, error.why
        if isinstance(error, TryLater) or (begun is None and isinstance(error, Unknown)):
            # Before the begin mark nothing can have appeared: whatever happened may be done again.
            later = error if isinstance(error, TryLater) else TryLater(why)
            backoff = self._app.timings.backoff
            if later.account:
                wait = backoff if later.after is None else later.after
                self._settle(claimed, lambda hand: hand.try_later(id, account, part, why, wait))
            else:
                self._settle(claimed, lambda hand: hand.postpone(claimed, part, later, backoff))
            return Outcome("try_later", why, seconds)
        if isinstance(error, LoggedOut):
            rest = None if error.local else self._app.timings.pause
            self._settle(claimed, lambda hand: hand.credentials_failed(id, account, part, why, rest))
            self._app.drop_client(account)
            log_event("paused", account=account, why=why)
            return Outcome("logged_out", why, seconds)
        if isinstance(error, Refused):
            doubted = error.unexplained
            self._settle(claimed, lambda hand: hand.refused(id, part, why, account if doubted else None))
            return Outcome("refused", why, seconds)
        self._settle(claimed, lambda hand: hand.unknown(id, part, why))
        return Outcome("unknown", why, seconds)

    def _settle(self, claimed: ClaimedDelivery, act: Callable[[ClaimWriter], Any]) -> None:
        """Call `act` with a `ClaimWriter` of this claim in the next group commit, and wait for that."""
        app = self._app
        self._commits.run(lambda connection: act(ClaimWriter(app.ledger, connection, app.clock.now(), claimed.owner)))

    def _begin(self, connection: LedgerConnection, marks: Sequence[BeginRequest]) -> list[Marked]:
        app, looked = self._app, seconds_since_boot()
        answers = begin_requests(app.ledger, connection, marks, app.clock.now(), app.timings.lease)
        return [(answer, looked) for answer in answers]

    def _save_receipts(self, connection: LedgerConnection, parts: Sequence[PublishedPart]) -> list[bool]:
        return record_receipts(self._app.ledger, connection, parts, self._app.clock.now())

    def _save_uploads(self, connection: LedgerConnection, uploads: Sequence[PreparedUploads]) -> list[bool]:
        app = self._app
        return save_uploads(app.ledger, connection, uploads, app.timings.claim)


def _first_mark(ready: ReadyDelivery) -> BeginRequest:
    number = min(ready.prepared)
    return BeginRequest(ready.claimed, number, ready.prepared[number], first=True)


def _prepare_parts(
    adapter: Platform, claimed: ClaimedDelivery
) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """Upload for all parts that are still to come, before the first request: nothing of it can appear.

    Returns what each part goes out with, and what of it was uploaded just now.
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


PATIENCE: Final = 5.0
"""Seconds that may pass between the last check of the holds and the request. More than a loaded machine needs, and
less than the time in which anybody expects a stop to have worked."""

SLEPT: Final = "the machine slept between the last look at the gates and the call, so it was not made"

# Linux counts sleep in a clock of its own; elsewhere the POSIX one does.
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds_since_boot() -> float:
    """Seconds since the machine started, sleep included."""
    return time.clock_gettime(_CLOCK)


def was_suspended(since: float) -> bool:
    """Whether the machine was suspended since then (`seconds_since_boot`): an awake one would need less time."""
    return seconds_since_boot() - since > PATIENCE
