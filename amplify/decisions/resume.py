"""Lifting a stop. What is too late by then is missed, and what was approved has to be approved anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection, LedgerRow
from amplify.ledger.holds.approvals import approved_and_waiting, void_approvals
from amplify.ledger.holds.gates import GATES, recheck_held
from amplify.ledger.holds.known_people import let_go
from amplify.ledger.holds.stops import Stop, ask_to_lift, find_deliveries_held_by, in_force, lift_stop
from amplify.ledger.listener import notify_workers
from amplify.ledger.queries.audit_log import has_event, record_event
from amplify.ledger.queries.stop_impact import due_while
from amplify.ledger.rows.receipts import has_published_part
from amplify.ledger.rows.transitions import Transition, transition_row
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.model.event import log_event
from amplify.rules.plan.approval_policy import same_person

_ASK: Final = "ask to resume"
ASKED_FOR: Final = timedelta(days=1)
"""How long (real time) the first of two requests to lift a stop counts: things change."""


@dataclass(frozen=True, slots=True)
class ResumeResult:
    """Result of lifting a stop."""

    stop: Stop
    lifted: bool
    """False: one person has asked, and another one has to confirm it."""
    missed: int = 0
    """Deliveries that were due meanwhile and whose lateness window is over, or that were asked to be missed."""
    in_time: int = 0
    """Deliveries that were due meanwhile and are still within their lateness window: they go on."""
    voided: int = 0
    """Approvals that have to be given anew."""


def resume_subject(
    app: AppContext, kind: str, subject: str, why: str, actor: str, miss_due: bool = False
) -> ResumeResult:
    """Lift the stop of a subject; for a person, where two people have to agree, request it. Nothing goes out late.

    What was due meanwhile goes on while its lateness window is open; `miss_due`: it is missed, too.
    Raises WrongUse where nothing like that is stopped, NeedsPerson where the same person confirms their own request.
    """
    with app.ledger.write() as connection:
        app.ledger.lock(connection, GATES)
        stamp = app.timestamp(connection)
        stop = _standing(connection, kind, subject)
        if stop.names_somebody and not _second(connection, stop, actor, stamp.real):
            ask_to_lift(connection, stop, actor, why, stamp.real)
            record_event(connection, _ASK, actor, f"{kind}:{stop.subject}", why, {}, stamp)
            return ResumeResult(stop, lifted=False)
        due = due_while(connection, stop, stamp.at)
        late = [row for row in due if miss_due or row["late_at"] <= stamp.at]
        missed = sum(_miss(connection, stop, row, actor, stamp) for row in late)
        voided = _void(connection, stop, stamp.at)
        lift_stop(connection, stop, actor, why, stamp.at)
        if stop.kind == "person":
            let_go(connection, stop.subject)
        recheck_held(connection)
        told: dict[str, Any] = {"asked_by": stop.asked_by, "missed": missed, "in_time": len(due) - len(late)}
        told |= {"approvals_voided": len(voided), "voided": voided}
        record_event(connection, "resume", actor, f"{kind}:{stop.subject}", why, told, stamp)
        notify_workers(app.ledger, connection)
    log_event("resumed_subject", subject=f"{kind}:{stop.subject}", actor=actor)
    return ResumeResult(stop, True, missed, len(due) - len(late), len(voided))


def _standing(connection: LedgerConnection, kind: str, subject: str) -> Stop:
    stops = in_force(connection)
    found = next((one for one in stops if (one.kind, one.subject) == (kind, subject)), None)
    if found is None:
        there = ", ".join(one.name for one in stops) or "nothing is stopped"
        raise WrongUse(f"no stop of {kind} {subject or 'everything'} is in force; stopped: {there}")
    return found


def _second(connection: LedgerConnection, stop: Stop, actor: str, real: datetime) -> bool:
    """Whether the actor is the second of two people. The first counts where the audit log knows of it."""
    if stop.asked_by is None or stop.real_asked is None or stop.real_asked + ASKED_FOR < real:
        return False
    if not has_event(connection, _ASK, stop.asked_by, f"{stop.kind}:{stop.subject}", real_at=stop.real_asked):
        return False
    if same_person(actor, stop.asked_by):
        raise NeedsPerson(
            f"{stop.asked_by} has asked to resume {stop.name}: a second person has to confirm it with the same command"
        )
    return True


def _miss(connection: LedgerConnection, stop: Stop, row: LedgerRow, actor: str, stamp: Timestamp) -> bool:
    """Mark as missed what was due while it was stopped. False where somebody else has moved it."""
    why = f"due while {stop.name} was stopped" + (f": {stop.why}" if stop.why else "")
    delivery, before = row["id"], DeliveryState(row["state"])
    if before is DeliveryState.CLAIMED:  # its worker has not begun, and finds it gone
        transition_row(connection, Transition(delivery, before, DeliveryState.WAITING), stamp, actor)
    after = DeliveryState.CUT if has_published_part(connection, delivery) else DeliveryState.MISSED
    move = Transition(delivery, DeliveryState.WAITING, after, why)
    return transition_row(connection, move, stamp, actor, cause=stop.cause)


def _void(connection: LedgerConnection, stop: Stop, now: datetime) -> list[int]:
    """Void the approvals of what was held: they were given before whatever happened. Returns their numbers."""
    approved = approved_and_waiting(connection)
    held = find_deliveries_held_by(connection, stop, approved)
    return void_approvals(connection, held, f"{stop.name} was stopped since", now)
