"""Maintenance: a pass's work on rows that are not due. What is over expires; paused accounts are probed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event

from amplify.context.app_context import AppContext
from amplify.ledger.queries.pending_work import PendingWork, find_pending_work
from amplify.ledger.rows.expiry import MOST, expire_rows
from amplify.model.errors import LoggedOut, PlatformError
from amplify.model.event import log_event
from amplify.planning.last_queue import note_key
from amplify.planning.server_lookup import ask_account


@dataclass
class MaintenanceResult:
    """Result of one round of maintenance."""

    seen: PendingWork
    """The ledger as it is now."""
    reaped: int = 0


def look_at_ledger(app: AppContext) -> PendingWork:
    """Read the pending work of the ledger."""
    with app.ledger.read() as connection:
        return find_pending_work(app.ledger, connection, note_key(app.root), app.clock.now())


def _reap(app: AppContext) -> int:
    """Expire rows in several transactions: a whole day that is over must not keep others from writing."""
    reaped = 0
    while True:
        with app.ledger.write() as connection:
            moved = expire_rows(app.ledger, connection, app.clock.now())
        reaped += moved
        if moved < MOST:
            return reaped


def run_maintenance(app: AppContext) -> MaintenanceResult:
    """Run one round of maintenance: leases and lateness windows expire before anything else is done. Asks no server."""
    seen = look_at_ledger(app)
    done = MaintenanceResult(seen)
    if seen.left:
        done.reaped = _reap(app)
        log_event("reaped", rows=done.reaped)
        done.seen = seen = look_at_ledger(app)
    if seen.outdated and requeue_outdated(app):
        done.seen = look_at_ledger(app)
    return done


def requeue_outdated(app: AppContext) -> bool:
    """Queue the files anew where something was in progress as they changed, and turned out not to be out: whether it
    did. Raises what `queue` raises."""
    from amplify.ledger.rows.plan_changes import outdated_came_back
    from amplify.planning.queue import queue_plan

    with app.ledger.read() as connection:
        if not outdated_came_back(connection):
            return False
    queue_plan(app)
    return True


def probe_accounts(app: AppContext, accounts: Iterable[str], stop: Event | None = None) -> None:
    """Probe paused accounts of one server: unpause those that may speak for the handle of the book again, and keep the
    newest reason of the others. Those behind one that is not answered are left to the next round."""
    from amplify.ledger.rows.settlement import ClaimWriter

    for account in accounts:
        if stop is not None and stop.is_set():
            return
        began = time.monotonic()
        try:
            ask_account(app, account)
            error = None
        except PlatformError as raised:
            error = raised
            app.drop_client(account)
        with app.ledger.write() as connection:
            hand = ClaimWriter(app.ledger, connection, app.clock.now(), app.owner, by="wake")
            if error is None:
                hand.unpause_account(account)
            else:
                local = isinstance(error, LoggedOut) and error.local  # probe at the next pass
                hand.keep_paused(account, error.why, None if local else app.timings.pause)
        if error is None:
            log_event("woke", account=account)
        elif app.is_hung(began):
            return
