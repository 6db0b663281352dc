"""drain: deliver everything that is due, with several threads and one writer. In the daemon it never ends.

One thread claims and hands out; the others deliver. What is due within seconds is armed: claimed and made ready ahead,
it then waits in memory for its instant, so that only the mark and the call are left. Each armed delivery has a thread
of its own by then, for a moment is one instant for everybody.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any, Final

from sqlalchemy import Connection

from amplify.context.app_context import AppContext
from amplify.engine.deliver import Armed, Delivering, Ended
from amplify.engine.file_watcher import LOOK, Watch
from amplify.engine.worker_pool import Came, Crew
from amplify.ledger.group_commit import Answer, Writer
from amplify.ledger.holds.rate_limits import apply_headers
from amplify.ledger.queries.pending_work import seconds_until_next_claim
from amplify.ledger.rows.claim import ClaimResult, claim_due
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.settlement import release_claims
from amplify.model.errors import AmplifyError, NeedsPerson
from amplify.model.event import LOG, log_event
from amplify.model.rate_limit import ObservedLimit

Told = Callable[[ClaimedDelivery, str], None]
"""Told of each delivery and what came of it."""
Broken = Callable[[ClaimedDelivery, BaseException], None]
"""Told of a delivery that broke off in a way that nobody foresaw: it is reaped when its lease is over."""

AHEAD: Final = timedelta(seconds=20)
"""How long before its due time the daemon makes a delivery ready: uploads and logins take seconds."""
MOMENT: Final = 256
"""Most deliveries that are armed, and most that go out at one instant."""
_BLINK: Final = 0.25
"""Longest wait in seconds: a stop is noticed, and a clock that was set is read anew, within this time."""


def drain(
    desk: AppContext,
    workers: int,
    told: Told | None,
    stop: Event | None,
    outcomes: Counter[str],
    mark: str | None = None,
) -> None:
    """Claim and deliver until nothing is due, or `stop` is set. Each thread may hold one claim ahead.

    `outcomes` counts what came of them; `told` hears of each; `mark`: of the files as they were queued. Files that
    change meanwhile are queued before anything more is claimed; raises what `queue` raises then. A delivery that
    breaks off does not keep the others; what it raised is raised at the end.
    """
    errors: list[BaseException] = []
    Drain(desk, workers, told, stop or Event(), outcomes, lambda _, error: errors.append(error)).run(mark)
    if errors:
        raise errors[0]


class Drain:
    """One worker: a claiming thread and its crew."""

    def __init__(
        self,
        desk: AppContext,
        workers: int,
        told: Told | None,
        stop: Event,
        outcomes: Counter[str],
        broken: Broken,
        *,
        stay: bool = False,
    ) -> None:
        """`stay`: go on when nothing is due, and arm what will be; only for a campaign clock that goes by itself."""
        self._desk, self._workers, self._told, self._stop = desk, workers, told, stop
        self._outcomes, self._broken, self._stay = outcomes, broken, stay
        self._came: SimpleQueue[list[Came]] = SimpleQueue()
        self._in_hand: dict[int, ClaimedDelivery] = {}
        """Everything claimed, by `id()`: an edited row may be claimed once more while what was armed of it waits."""
        self._busy = 0
        """Pieces that the crew has, or that wait for it."""
        self._armed: list[tuple[float, int, Armed]] = []
        """A heap: due time as a timestamp (campaign time), then in the order of arming."""
        self._number = count()
        self._stale: set[str] = set()
        self._news: list[tuple[str, ObservedLimit]] = []
        """What servers said of their allowances, by bucket."""
        self._noted: Answer[None] | None = None
        self._failed: AmplifyError | None = None

    def nudge(self) -> None:
        """Somebody changed what may go out: look at once. From any thread."""
        self._came.put([])

    def renew(self, accounts: Iterable[str]) -> None:
        """Make new clients for these accounts as soon as nobody uses theirs. From any thread."""
        self._stale |= set(accounts)

    def run(self, mark: str | None = None) -> None:
        """Drain. `mark`: of the files as they were just queued; without it they are looked at first.

        What was claimed and not begun is given back at the end. Raises what `queue` raises, and NeedsPerson where the
        ledger went away.
        """
        self._failed, self._noted, self._busy = None, None, 0
        self._in_hand.clear()
        self._came = SimpleQueue()  # what came back to a run that broke off is nobody's any more
        with (
            Writer(self._desk.ledger) as writer,
            Crew("deliver", writer, self._came) as self._crew,
            Crew("moment", writer, self._came) as self._moment,
            Watch(self._desk, self._came, mark) as self._files,
        ):
            self._writer, self._delivering = writer, Delivering(self._desk, writer)
            self._crew.grow(self._workers)
            self._next_claim = 0.0
            try:
                while self._turn():
                    self._wait()
            finally:
                self._give_back()
                self._note()
        if self._failed is not None:
            raise self._failed

    def _turn(self) -> bool:
        """Everything that can be done without waiting. False where nothing is left to wait for."""
        if self._stop.is_set() or self._failed is not None:
            self._give_back()
            return bool(self._in_hand)
        self._files.look()
        self._send_armed()
        more = False
        if self._busy <= self._workers and time.monotonic() >= self._next_claim:
            more = self._claim()  # it costs nearly the same for one row and for many
        if more and not self._in_hand:
            self.nudge()  # nobody else would wake us
        return self._stay or more or bool(self._in_hand)

    def _claim(self) -> bool:
        """Take rows for idle threads; whether some are left that nobody has looked at."""
        if self._stale:
            self._forget()
        ahead = AHEAD if self._stay and len(self._armed) < MOMENT else timedelta(0)
        limit = 2 * self._workers - self._busy
        desk = self._desk

        def work(connection: Connection) -> ClaimResult:
            return claim_due(
                desk.ledger,
                connection,
                now=desk.clock.now(),
                owner=desk.owner,
                lease=desk.timings.lease,
                limit=limit,
                ahead=ahead,
                allowances=desk.allowances,
            )

        try:
            if self._noted is not None:  # never in one transaction with a claim: they take locks in another order
                self._noted.result()
            found = self._writer.run(work)
            self._noted = self._note()
        except NeedsPerson as error:
            self._failed = error
            return False
        now = desk.clock.now()
        self._busy += len(found.taken)
        logged = LOG.isEnabledFor(logging.DEBUG)
        for one in found.taken:
            self._in_hand[id(one)] = one
            early = one.due_at > now
            self._crew.hand(self._delivering.arm if early else self._delivering.deliver, one)
            if logged:
                late = (now - one.due_at).total_seconds()
                log_event(
                    "claimed", delivery=one.id, account=one.account, post=one.post, platform=one.platform, late=late
                )
        idle = not found.more and len(found.taken) < limit
        self._next_claim = time.monotonic() + self._pause(ahead) if idle else 0.0
        return found.more

    def _note(self) -> Answer[None] | None:
        """Write down what servers said of their allowances, for all workers."""
        if not self._news:
            return None
        news, self._news = self._news, []
        ledger = self._desk.ledger
        return self._writer.submit(lambda connection: apply_headers(connection, news, ledger.real_now(connection)))

    def _pause(self, ahead: timedelta) -> float:
        """Seconds until the ledger is worth another look, unless something comes back or somebody nudges."""
        desk = self._desk
        if not self._stay:
            return LOOK
        try:
            with desk.ledger.read() as connection:
                return min(LOOK, seconds_until_next_claim(desk.ledger, connection, desk.clock.now(), ahead))
        except NeedsPerson as error:
            self._failed = error
            return LOOK

    def _send_armed(self) -> None:
        """Hand out what has come to its instant."""
        now = self._desk.clock.now().timestamp()
        come = []
        while self._armed and self._armed[0][0] <= now:
            come.append(heappop(self._armed)[2])
        if come:
            self._moment.launch(self._delivering.send, come)
        if not self._armed:
            self._moment.rest()

    def _wait(self) -> None:
        """Until something comes back, somebody nudges, or something is due."""
        seconds = _BLINK
        if self._armed:
            seconds = min(seconds, self._armed[0][0] - self._desk.clock.now().timestamp())
        if self._busy <= self._workers:
            seconds = min(seconds, self._next_claim - time.monotonic())
        try:
            came = self._came.get(timeout=max(seconds, 0.0))
            while True:
                self._hear(came)
                came = self._came.get_nowait()
        except Empty:
            return

    def _hear(self, came: list[Came]) -> None:
        self._next_claim = 0.0
        for one in came:
            self._came_back(*one)

    def _came_back(self, piece: Any, result: Any) -> None:
        if piece is self._desk:
            self._files_seen(result)
            return
        if isinstance(piece, ClaimedDelivery):
            self._busy -= 1
        if isinstance(result, Armed):
            heappush(self._armed, (result.claimed.due_at.timestamp(), next(self._number), result))
            self._moment.grow(min(len(self._armed), MOMENT))
        else:
            claimed = piece.claimed if isinstance(piece, Armed) else piece
            del self._in_hand[id(claimed)]
            if isinstance(result, Ended):
                self._ended(claimed, result)
            elif isinstance(result, NeedsPerson):  # the ledger went away: for all of them
                self._failed = result
            else:
                self._broken(claimed, result)

    def _ended(self, claimed: ClaimedDelivery, ended: Ended) -> None:
        self._outcomes[ended.outcome] += 1
        self._news += self._desk.rate_limit_news(claimed.account)
        which = {"delivery": claimed.id, "account": claimed.account, "post": claimed.post, "platform": claimed.platform}
        log_event("outcome", **which, outcome=ended.outcome, seconds=ended.seconds, why=ended.why)
        if self._told is not None:
            self._told(claimed, ended.outcome)

    def _files_seen(self, mark: str | BaseException) -> None:
        try:
            self._files.seen(mark)
        except AmplifyError as error:
            self._failed = error

    def _forget(self) -> None:
        busy = {one.account for one in self._in_hand.values()}
        for account in self._stale - busy:
            self._stale.discard(account)
            self._desk.drop_client(account)

    def _give_back(self) -> None:
        """Let others have what was claimed and not begun; where that fails, its lease ends by itself."""
        waiting = self._crew.take_back()
        self._busy -= len(waiting)
        pieces = [*waiting, *self._moment.take_back(), *(armed for _, _, armed in self._armed)]
        self._armed.clear()
        idle = [piece.claimed if isinstance(piece, Armed) else piece for piece in pieces]
        for one in idle:
            del self._in_hand[id(one)]
        if not idle:
            return
        ledger, now = self._desk.ledger, self._desk.clock.now()
        try:
            self._writer.run(lambda connection: release_claims(ledger, connection, idle, now))
        except NeedsPerson as error:
            self._failed = self._failed or error
