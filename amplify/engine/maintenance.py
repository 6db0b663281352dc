"""upkeep: everything a pass owes to rows that are not due: to reap, wake, look up, take down. Most find nothing."""

from __future__ import annotations

from dataclasses import dataclass

from amplify.context.app_context import Desk
from amplify.ledger.queries.pending_work import Agenda, agenda
from amplify.ledger.rows.expiry import MOST, reap
from amplify.model.event import tell
from amplify.planning.last_queue import note_key


@dataclass
class Upkept:
    """What one round did."""

    seen: Agenda
    """The ledger as it was before; its accounts and what is due as they are now."""
    reaped: int = 0
    unsure: int = 0
    """How many deliveries nobody can tell of yet."""
    looked: bool = False
    """Accounts were asked, or deliveries looked up: more may be due now."""


def look(desk: Desk) -> Agenda:
    """The ledger at one moment."""
    with desk.ledger.read() as connection:
        return agenda(desk.ledger, connection, note_key(desk.root), desk.clock.now())


def _reap(desk: Desk) -> int:
    """In pieces: a whole day that is over must not keep others from writing."""
    reaped = 0
    while True:
        with desk.ledger.write() as connection:
            moved = reap(desk.ledger, connection, desk.clock.now())
        reaped += moved
        if moved < MOST:
            return reaped


def upkeep(desk: Desk) -> Upkept:
    """One round. Whatever is over is reaped before anything else is done."""
    seen = look(desk)
    done = Upkept(seen, unsure=seen.doubts)
    if seen.left:
        done.reaped = _reap(desk)
        tell("reaped", rows=done.reaped)
        done.seen = seen = look(desk)
    if seen.askable:
        from amplify.engine.probe_accounts import wake

        wake(desk, seen.askable)
        done.looked = True
    if seen.unsure:
        from amplify.engine.reconcile import reconcile

        done.unsure = reconcile(desk)
        done.looked = True
    if seen.removing:
        from amplify.engine.takedown_worker import remove

        remove(desk)
    return done
