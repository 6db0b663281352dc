"""upkeep: everything a pass owes to rows that are not due: to reap, wake, look up, take down. Most find nothing."""

from __future__ import annotations

from dataclasses import dataclass

from amplify.context.app_context import AppContext
from amplify.ledger.queries.pending_work import PendingWork, find_pending_work
from amplify.ledger.rows.expiry import MOST, expire_rows
from amplify.model.event import log_event
from amplify.planning.last_queue import note_key


@dataclass
class MaintenanceResult:
    """What one round did."""

    seen: PendingWork
    """The ledger as it was before; its accounts and what is due as they are now."""
    reaped: int = 0
    unsure: int = 0
    """How many deliveries nobody can tell of yet."""
    looked: bool = False
    """Accounts were asked, or deliveries looked up: more may be due now."""


def look_at_ledger(desk: AppContext) -> PendingWork:
    """The ledger at one moment."""
    with desk.ledger.read() as connection:
        return find_pending_work(desk.ledger, connection, note_key(desk.root), desk.clock.now())


def _reap(desk: AppContext) -> int:
    """In pieces: a whole day that is over must not keep others from writing."""
    reaped = 0
    while True:
        with desk.ledger.write() as connection:
            moved = expire_rows(desk.ledger, connection, desk.clock.now())
        reaped += moved
        if moved < MOST:
            return reaped


def run_maintenance(desk: AppContext) -> MaintenanceResult:
    """One round. Whatever is over is reaped before anything else is done."""
    seen = look_at_ledger(desk)
    done = MaintenanceResult(seen, unsure=seen.doubts)
    if seen.left:
        done.reaped = _reap(desk)
        log_event("reaped", rows=done.reaped)
        done.seen = seen = look_at_ledger(desk)
    if seen.askable:
        from amplify.engine.probe_accounts import probe_accounts

        probe_accounts(desk, seen.askable)
        done.looked = True
    if seen.unsure:
        from amplify.engine.reconcile import reconcile_unsure

        done.unsure = reconcile_unsure(desk)
        done.looked = True
    if seen.removing:
        from amplify.engine.takedown_worker import run_takedowns

        run_takedowns(desk)
    return done
