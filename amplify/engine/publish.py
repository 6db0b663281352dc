"""One pass (`amplify publish`): queue what changed, expire, reconcile, and deliver everything that is due."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from amplify.engine.files_sync import files_mark, requeue_if_changed
from amplify.engine.heartbeat import note_pass
from amplify.engine.maintenance import look_at_ledger, run_maintenance
from amplify.ledger.holds.file_errors import NO_ERRORS, FileErrors
from amplify.model.event import log_event
from amplify.planning.file_versions import files_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amplify.context.app_context import AppContext
    from amplify.engine.worker import OnOutcome
    from amplify.ledger.queries.failing import FailingDelivery
    from amplify.ledger.queries.pending_work import PendingWork
    from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
    from amplify.model.plan import PlanChange


@dataclass
class PassResult:
    """Result of one pass."""

    changes: Sequence[PlanChange] = ()
    reaped: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    paused: dict[str, str] = field(default_factory=dict)
    """Paused accounts → what to mend."""
    unsure: int = 0
    errors: FileErrors = NO_ERRORS
    """Errors of the files, and what is held for them."""
    failing: Sequence[FailingDelivery] = ()
    """What is due and its platform does not take just now."""
    older: str = ""
    """Why this machine's files changed nothing: another one has queued newer ones, or others."""

    @property
    def needs_person(self) -> bool:
        return bool(self.paused or self.unsure or self.older or self.failing)


def run_pass(
    app: AppContext, *, workers: int = 8, on_outcome: OnOutcome | None = None, stop: Event | None = None
) -> PassResult:
    """Publish everything that is due now, exactly once. Any number of passes may run at once, on any machines.

    What files with errors name is held, and all else goes on. Raises UnreadableFiles where an error concerns
    everybody: nothing is sent then, and where there comes to be one, nothing more. `stop` ends the pass after the
    deliveries that are under way.
    """
    began = time.monotonic()
    log_event("pass_began")
    done = PassResult()
    mark = files_mark(app)
    requeued = requeue_if_changed(app, mark)
    done.changes = requeued or ()
    if done.changes:
        log_event("queued", changes=len(done.changes))
    kept = run_maintenance(app)
    done.reaped = kept.reaped
    worked = kept.seen.due or kept.seen.asks_servers
    if worked:
        _work(app, kept.seen, mark, done.outcomes, workers, on_outcome, stop or Event())
    if requeued is not None:  # on a new day others have come near; after what is due, which waits for nobody
        from amplify.planning.paint_ahead import paint_ahead

        paint_ahead(app, lambda: stop is None or not stop.is_set())
    done.errors = kept.seen.errors
    with app.ledger.read() as connection:
        done.older = files_note(connection, app.root)
    last = look_at_ledger(app) if worked else kept.seen
    done.paused, done.failing, done.unsure = dict(last.paused), last.failing, last.doubts
    _tell(done, time.monotonic() - began)
    note_pass(app)
    return done


def _work(
    app: AppContext,
    seen: PendingWork,
    mark: str,
    outcomes: Counter[str],
    workers: int,
    on_outcome: OnOutcome | None,
    stop: Event,
) -> None:
    """Deliver what is due; and ask servers beside it, what was in doubt or paused, never before it."""
    from amplify.engine.remote_upkeep import RemoteUpkeep
    from amplify.engine.worker import deliver_due

    spoke: set[str] = set()

    def heard(claimed: ClaimedDelivery, outcome: str) -> None:
        if outcome in ("sent", "refused"):  # its server answers just now
            spoke.add(claimed.account)
        if on_outcome is not None:
            on_outcome(claimed, outcome)

    with RemoteUpkeep(app, stop) as upkeep:
        if upkeep.start(seen) or seen.due:
            deliver_due(app, workers, heard, stop, outcomes, mark, upkeep)
    upkeep.raise_errors()
    if spoke and not stop.is_set():
        from amplify.planning.server_lookup import refresh_limits

        refresh_limits(app, spoke)


def _tell(done: PassResult, seconds: float) -> None:
    if not (done.outcomes or done.changes or done.reaped):
        log_event("pass_idle", seconds=seconds)
        return
    sent, held = done.outcomes["sent"], done.outcomes["held"]
    log_event("pass_ended", seconds=seconds, sent=sent, held=held, failed=done.outcomes.total() - sent - held)
