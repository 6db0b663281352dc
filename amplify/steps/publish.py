"""publish: one pass. Queue what changed, reap, reconcile, and deliver everything that is due."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amplify.ledger.agenda import Agenda, agenda
from amplify.ledger.reap import reap
from amplify.steps.current import note_key, queued_mark

if TYPE_CHECKING:
    from threading import Event

    from amplify.ledger.claim import Claimed
    from amplify.model.plan import Change
    from amplify.steps.desk import Desk
    from amplify.steps.drain import Told


@dataclass
class Pass:
    """What one pass did."""

    changes: list[Change] = field(default_factory=list)
    reaped: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    paused: dict[str, str] = field(default_factory=dict)
    """Accounts that cannot speak, and what to mend."""
    unsure: int = 0

    @property
    def needs_person(self) -> bool:
        return bool(self.paused or self.unsure)


def publish(desk: Desk, *, workers: int = 8, told: Told | None = None, stop: Event | None = None) -> Pass:
    """Everything that is due now, exactly once. Any number of passes may run at once, on any machines.

    Raises UnreadableFiles where the files have errors: nothing is sent then. `stop` ends the pass after the
    deliveries in hand.
    """
    done = Pass()
    seen = _look(desk)
    if seen.queued != queued_mark(desk.fingerprint(), desk.clock.now()):
        from amplify.steps.queue import queue

        done.changes = list(queue(desk).changes)
        seen = _look(desk)
    if seen.left:
        with desk.ledger.write() as connection:
            done.reaped = reap(desk.ledger, connection, desk.clock.now())
        seen = _look(desk)
    if seen.askable:
        from amplify.steps.wake import wake

        wake(desk, seen.askable)
    if seen.unsure:
        from amplify.steps.reconcile import reconcile

        done.unsure = reconcile(desk)
    if seen.due or seen.unsure or seen.askable:
        from amplify.steps.drain import drain

        spoke: set[str] = set()

        def heard(claimed: Claimed, outcome: str) -> None:
            if outcome in ("sent", "refused"):  # its server answers just now
                spoke.add(claimed.account)
            if told is not None:
                told(claimed, outcome)

        drain(desk, workers, heard, stop, done.outcomes)
        if spoke and not (stop is not None and stop.is_set()):
            from amplify.steps.online import refresh_limits

            refresh_limits(desk, spoke)
        seen = _look(desk)
    done.paused = dict(seen.paused)
    return done


def _look(desk: Desk) -> Agenda:
    with desk.ledger.read() as connection:
        return agenda(desk.ledger, connection, note_key(desk.root), desk.clock.now())
