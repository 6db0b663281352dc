"""Worker loop: one thread claims what is due and submits it to a pool of threads that deliver; endless in the daemon.

What is due within seconds is claimed and prepared ahead of time (uploads, log-ins), each on a thread of its own that
then waits for its begin mark: so a moment at which hundreds of accounts post costs one commit and the requests.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from amplify.context.app_context import AppContext
from amplify.engine.deliver import Deliverer, Marked, Outcome, ReadyDelivery
from amplify.engine.files_sync import LOOK, Watch
from amplify.engine.worker_pool import WorkerPool
from amplify.ledger.database import LedgerConnection
from amplify.ledger.group_commit import GroupCommitter
from amplify.ledger.holds.rate_limits import apply_headers
from amplify.ledger.queries.pending_work import seconds_until_next_claim
from amplify.ledger.rows.claim import ClaimRequest, ClaimResult, claim_due, renew_claims
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.expiry import expire_rows
from amplify.ledger.rows.settlement import release_claims
from amplify.model.errors import AmplifyError, NeedsPerson
from amplify.model.event import LOG, log_event
from amplify.model.rate_limit import ObservedLimit

if TYPE_CHECKING:
    from amplify.engine.remote_upkeep import RemoteUpkeep

OnOutcome = Callable[[ClaimedDelivery, str], None]
"""Outcome callback: called with each delivery and its outcome."""
OnError = Callable[[ClaimedDelivery, BaseException], None]
"""Error callback: called with a delivery that ended in an unexpected exception; its lease expires later."""

AHEAD: Final = timedelta(seconds=20)
"""How long before its due time the daemon prepares a delivery: uploads and log-ins take seconds."""
MOMENT: Final = 256
"""How many deliveries may be prepared ahead before no more are claimed ahead: each has a thread."""
_BLINK: Final = 0.25
"""Longest wait in seconds: a stop is noticed, and a clock that was set is read anew, within this time."""


def deliver_due(
    app: AppContext,
    workers: int,
    on_outcome: OnOutcome | None,
    stop: Event | None,
    outcomes: Counter[str],
    files_fingerprint: str | None = None,
    upkeep: RemoteUpkeep | None = None,
) -> None:
    """Claim and deliver until nothing is due and `upkeep` has ended, or `stop` is set. Each thread may have one claim
    ahead.

    `outcomes` counts the outcomes; `files_fingerprint`: of the files as they were queued. Files that change
    meanwhile are queued before anything more is claimed; raises what `queue` raises then. A delivery that breaks off
    does not keep the others; what it raised is raised at the end.
    """
    errors: list[BaseException] = []
    worker = Worker(app, workers, on_outcome, stop or Event(), outcomes, lambda _, error: errors.append(error))
    if upkeep is not None:
        worker.attend(upkeep)
    worker.run(files_fingerprint)
    if errors:
        raise errors[0]


class Worker:
    """Claims in the thread that calls `run`, delivers in a pool. Only the claiming thread touches its attributes."""

    def __init__(
        self,
        app: AppContext,
        workers: int,
        on_outcome: OnOutcome | None,
        stop: Event,
        outcomes: Counter[str],
        on_error: OnError,
        *,
        forever: bool = False,
    ) -> None:
        """`forever`: go on when nothing is due, and prepare what will be; only for a campaign clock that goes by
        itself."""
        self._app, self._workers, self._on_outcome, self._stop = app, workers, on_outcome, stop
        self._outcomes, self._on_error, self._forever = outcomes, on_error, forever
        self._events: SimpleQueue[Callable[[], None]] = SimpleQueue()
        """Events from other threads: functions that the claiming thread calls."""
        self._claims: dict[Future[Any], ClaimedDelivery] = {}
        """Claimed deliveries, by the future of the work on them."""
        self._since: dict[Future[Any], float] = {}
        """When each was handed to a thread (`time.monotonic`)."""
        self._renewed: Future[Any] | None = None
        self._busy = 0
        """Deliveries submitted to the pool and not done."""
        self._early: list[tuple[float, int, ReadyDelivery, Future[Marked]]] = []
        """Heap of deliveries prepared ahead: due time as a timestamp (campaign time), then the order of preparing."""
        self._speaking = 0
        """Threads of the second pool that wait for their moment, or are making their request."""
        self._number = count()
        self._stale: set[str] = set()
        self._limits_heard: list[tuple[str, ObservedLimit]] = []
        """Observed rate limits that are not saved yet, by bucket."""
        self._limits_saved: Future[None] | None = None
        self._failed: AmplifyError | None = None
        self._upkeep: RemoteUpkeep | None = None

    def wake(self) -> None:
        """Make the loop look at the ledger at once: what may go out has changed. Thread-safe."""
        self._events.put(_nothing)

    def attend(self, upkeep: RemoteUpkeep) -> None:
        """Go on until this has ended, and deliver what it makes due."""
        self._upkeep = upkeep
        upkeep.on_change(self.wake)

    def refresh_clients(self, accounts: Iterable[str]) -> None:
        """Replace the clients of these accounts as soon as nobody uses them. Thread-safe."""
        self._stale |= set(accounts)

    def run(self, files_fingerprint: str | None = None) -> None:
        """Run the loop. `files_fingerprint`: of the files as they were just queued; None: they are looked at first.

        What was claimed and not begun is released at the end. Raises what `queue` raises, and NeedsPerson where the
        ledger went away.
        """
        self._failed, self._limits_saved, self._busy, self._speaking = None, None, 0, 0
        self._claims.clear()
        self._since.clear()
        self._renewed, self._next_renewal = None, time.monotonic() + self._renewal
        self._events = SimpleQueue()  # events of a run that broke off are dropped
        with (
            GroupCommitter(self._app.ledger) as self._commits,
            WorkerPool("deliver", self._workers) as self._pool,
            WorkerPool("moment") as self._moment_pool,
            Watch(self._app, self._files_looked_at, files_fingerprint) as self._files,
        ):
            self._deliverer = Deliverer(self._app, self._commits)
            self._next_claim = 0.0
            try:
                while self._work():
                    self._wait()
            finally:
                self._give_back()
                self._save_limits()
        if self._failed is not None:
            raise self._failed

    def _work(self) -> bool:
        """Do everything that can be done without waiting. False where nothing is left to wait for."""
        if self._stop.is_set() or self._failed is not None:
            self._give_back()
            return bool(self._claims)
        self._files.look()
        self._begin_moment()
        self._renew()
        more = False
        others = self._upkeep is not None and self._upkeep.is_running  # before the claim, which sees all they have done
        if self._busy <= self._workers and time.monotonic() >= self._next_claim:
            more = self._claim()  # it costs nearly the same for one row and for many
        if more and not self._claims:
            self.wake()  # nobody else would
        return self._forever or more or bool(self._claims) or others or not self._events.empty()

    def _claim(self) -> bool:
        """Claim rows for idle threads; whether due rows are left that nobody has looked at."""
        self._close_stale_clients()
        app = self._app
        ahead = AHEAD if self._forever and self._speaking < MOMENT else timedelta(0)
        limit = 2 * self._workers - self._busy

        asked = ClaimRequest(app.owner, app.timings.claim, limit, ahead, app.allowances)

        def work(connection: LedgerConnection) -> ClaimResult:
            return claim_due(app.ledger, connection, app.clock.now(), asked)

        try:
            if self._limits_saved is not None:  # never in one transaction with a claim, which locks in another order
                self._limits_saved.result()
            found = self._commits.run(work)
            self._limits_saved = self._save_limits()
        except NeedsPerson as error:
            self._failed = error
            return False
        now = app.clock.now()
        for one in found.taken:
            self._busy += 1
            prepare_only = one.due_at > now
            self._submit(self._pool, one, self._deliverer.prepare if prepare_only else self._deliverer.deliver, one)
            if LOG.isEnabledFor(logging.DEBUG):
                late = (now - one.due_at).total_seconds()
                log_event(
                    "claimed", delivery=one.id, account=one.account, post=one.post, platform=one.platform, late=late
                )
        idle = not found.more and len(found.taken) < limit
        self._next_claim = time.monotonic() + self._seconds_until_next_claim(ahead) if idle else 0.0
        return found.more

    def _renew(self) -> None:
        """Renew the claims in hand: we are alive. None for longer than a lease: others may be quicker than a thread
        that hangs. And free what others claimed who are not: a long pass of cron outlives them (the daemon has its own
        task for that). Nobody waits for it, and one that fails is tried again."""
        if time.monotonic() < self._next_renewal or not (self._renewed is None or self._renewed.done()):
            return
        self._next_renewal = time.monotonic() + self._renewal
        ledger, timings = self._app.ledger, self._app.timings
        oldest = time.monotonic() - timings.lease.total_seconds()
        ours = [claimed for future, claimed in self._claims.items() if self._since[future] > oldest]

        def work(connection: LedgerConnection) -> None:
            renew_claims(ledger, connection, ours, timings.claim)
            if not self._forever:
                expire_rows(ledger, connection, self._app.clock.now())

        if ours or (self._claims and not self._forever):
            self._renewed = self._commits.submit(work)

    @property
    def _renewal(self) -> float:
        """Seconds between two renewals: two of them may fail."""
        return self._app.timings.claim.total_seconds() / 3

    def _submit(self, pool: WorkerPool, claimed: ClaimedDelivery, function: Callable[..., Any], *args: Any) -> None:
        future = pool.submit(function, *args)
        self._claims[future], self._since[future] = claimed, time.monotonic()
        future.add_done_callback(lambda done: self._events.put(partial(self._done, pool, done)))

    def _save_limits(self) -> Future[None] | None:
        """Save the observed rate limits, for all workers."""
        if not self._limits_heard:
            return None
        heard, self._limits_heard = self._limits_heard, []
        ledger = self._app.ledger
        return self._commits.submit(lambda connection: apply_headers(connection, heard, ledger.real_now(connection)))

    def _seconds_until_next_claim(self, ahead: timedelta) -> float:
        """Seconds until another claim may find something, unless an event comes before."""
        app = self._app
        if not self._forever:
            return LOOK
        try:
            with app.ledger.read() as connection:
                return min(LOOK, seconds_until_next_claim(app.ledger, connection, app.clock.now(), ahead))
        except NeedsPerson as error:
            self._failed = error
            return LOOK

    def _begin_moment(self) -> None:
        """Request the begin marks of prepared deliveries that are due now: the threads that wait for them go on."""
        now = self._app.clock.now().timestamp()
        due = []
        while self._early and self._early[0][0] <= now:
            _, _, ready, mark = heappop(self._early)
            due.append((ready, mark))
        if due:
            self._deliverer.request_first_marks(due)

    def _wait(self) -> None:
        """Wait until another thread sends an event, or something is due."""
        seconds = _BLINK
        if self._early:
            seconds = min(seconds, self._early[0][0] - self._app.clock.now().timestamp())
        if self._busy <= self._workers:
            seconds = min(seconds, self._next_claim - time.monotonic())
        try:
            event = self._events.get(timeout=max(seconds, 0.0))
        except Empty:
            return
        self._next_claim = 0.0
        event()
        while not self._events.empty():
            self._events.get()()

    def _done(self, pool: WorkerPool, future: Future[Any]) -> None:
        """Handle the result of a thread's work on a delivery."""
        claimed = self._claims.pop(future, None)
        if claimed is None:  # its claim was released
            return
        del self._since[future]
        if pool is self._pool:
            self._busy -= 1
        else:
            self._speaking -= 1
            self._moment_pool.resize(self._speaking)
        error = future.exception()
        if isinstance(error, NeedsPerson):  # the ledger went away: for all of them
            self._failed = error
        elif error is not None:
            self._on_error(claimed, error)
        elif isinstance(future.result(), ReadyDelivery):
            self._keep_ready(claimed, future.result())
        else:
            self._ended(claimed, future.result())

    def _keep_ready(self, claimed: ClaimedDelivery, ready: ReadyDelivery) -> None:
        """Submit a prepared delivery to a thread that waits for its begin mark, which is requested when it is due."""
        mark: Future[Marked] = Future()
        self._speaking += 1
        self._moment_pool.resize(self._speaking)
        self._submit(self._moment_pool, claimed, self._deliverer.send, ready, mark)
        heappush(self._early, (claimed.due_at.timestamp(), next(self._number), ready, mark))

    def _ended(self, claimed: ClaimedDelivery, ended: Outcome) -> None:
        self._outcomes[ended.outcome] += 1
        self._limits_heard += self._app.rate_limit_news(claimed.account)
        which = {"delivery": claimed.id, "account": claimed.account, "post": claimed.post, "platform": claimed.platform}
        log_event("outcome", **which, outcome=ended.outcome, seconds=ended.seconds, why=ended.why)
        if self._on_outcome is not None:
            self._on_outcome(claimed, ended.outcome)

    def _files_looked_at(self, fingerprint: str | BaseException) -> None:
        """Callback of the file watcher, in its thread."""
        self._events.put(partial(self._queue_changed_files, fingerprint))

    def _queue_changed_files(self, fingerprint: str | BaseException) -> None:
        try:
            self._files.seen(fingerprint)
        except AmplifyError as error:
            self._failed = error

    def _close_stale_clients(self) -> None:
        if not self._stale:
            return
        in_use = {one.account for one in self._claims.values()}
        for account in self._stale - in_use:
            self._stale.discard(account)
            self._app.drop_client(account)

    def _give_back(self) -> None:
        """Release what was claimed and not begun; where that fails, its lease ends by itself."""
        early = {id(ready.claimed): mark for _, _, ready, mark in self._early}
        self._early.clear()
        idle = []
        for future, claimed in list(self._claims.items()):
            mark = early.get(id(claimed))
            if mark is not None and mark.cancel():  # its thread gets the exception, and ends
                self._speaking -= 1
            elif future.cancel():
                self._busy -= 1
            else:
                continue
            del self._claims[future], self._since[future]
            idle.append(claimed)
        if not idle:
            return
        ledger, now = self._app.ledger, self._app.clock.now()
        try:
            self._commits.run(lambda connection: release_claims(ledger, connection, idle, now))
        except NeedsPerson as error:
            self._failed = self._failed or error


def _nothing() -> None:
    """Event without an effect: it only wakes the loop."""
