"""Approval: people look at what is to go out, and say yes or no to exactly that."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection, LedgerRow
from amplify.ledger.holds import approvals
from amplify.ledger.holds.approvals import (
    APPROVED,
    REJECTED,
    Verdicts,
    approvals_needed,
    find_deliveries_to_approve,
    last_seen,
    missing_approval,
    read_verdicts,
    read_waiting_deliveries,
    seen_hashes,
    states_since,
    still_current,
    write_verdict,
)
from amplify.ledger.holds.gates import GATES
from amplify.ledger.holds.hold_checks import CARE_CHECKS, find_holds
from amplify.ledger.listener import notify_workers
from amplify.ledger.rows.claimed_delivery import candidate_in
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.model.message import Message, message_from_json
from amplify.rules.plan.approval_policy import TWO, counting_approvers, same_person
from amplify.rules.plan.message_diff import diff_messages

_MOST: Final = 1000
_REHEARSED: Final = ("rehearsal", "a second person in the rehearsal")


@dataclass(frozen=True, slots=True)
class Review:
    """One delivery that waits for approval, as it stands now."""

    row: DueDelivery
    message: Message
    lang: str
    seen: str
    """The hash of what is shown: an approval is bound to it."""
    needed: int
    why: str | None
    """Why it needs so many approvals."""
    approved_by: tuple[str, ...]
    """Whose approvals count already."""
    lacking: str | None
    """What approval is missing, in a sentence; None: it may go out."""
    rejected: bool
    changed: tuple[str, ...]
    """Diff since somebody last looked at it, as lines."""
    changed_since: str | None
    """Who that was."""
    held: str | None = None
    """What else holds it now, in a sentence: an approval does not lift that."""


def to_review(app: AppContext, starts: Sequence[str] | None = None, rejected: bool = False) -> list[Review]:
    """List what waits for approval, the next first, at most a thousand. `starts`: only ids that begin so; `rejected`:
    also what somebody has said no to."""
    with app.ledger.read() as connection:
        rows = find_deliveries_to_approve(connection, app.clock.now(), _MOST, starts)
        reviews = _reviews(connection, rows, app.clock.now())
    return [one for one in reviews if one.lacking is not None and (rejected or not one.rejected)]


def approve_reviews(app: AppContext, reviews: Iterable[Review], actor: str) -> int:
    """Approve exactly what was shown; returns how many. Raises NeedsPerson where one was changed meanwhile, or where
    the same person, or its author, would be the second."""
    return _say(app, list(reviews), APPROVED, actor, None)


def reject_review(app: AppContext, review: Review, actor: str, why: str) -> None:
    """Reject a delivery: it is held until it is edited, or until the same person approves it."""
    _say(app, [review], REJECTED, actor, why)


def approve_as_rehearsed(app: AppContext) -> int:
    """Approve everything, in a rehearsal, where nobody reads; returns how many deliveries waited for it."""
    together, before = 0, None
    while (waiting := to_review(app)) and waiting != before:
        for actor in _REHEARSED:
            approve_reviews(app, [one for one in waiting if actor not in one.approved_by], actor)
        together += len(waiting)
        before = waiting
    return together


def find_reviews(app: AppContext, named: Sequence[str]) -> list[Review]:
    """Find what waits for approval, by id or its beginning; `ID@SEEN` only while it is what was seen.

    Raises WrongUse for an id that names none or several, NeedsPerson for one that has changed.
    """
    found = []
    for name in named:
        start, _, seen = name.partition("@")
        those = to_review(app, [start], rejected=True) if start else []
        if len(those) != 1:
            which = "nothing that waits for approval begins" if not those else f"{len(those)} deliveries begin"
            raise WrongUse(f"{which} with {start!r}: `amplify approve --json` lists them")
        if seen and not those[0].seen.startswith(seen):
            raise NeedsPerson(f"{start} was changed since it was shown: look at it again")
        found += those
    return found


def _reviews(connection: LedgerConnection, rows: Sequence[LedgerRow], now: datetime) -> list[Review]:
    candidates = [candidate_in(row) for row in rows]
    ids = [one.id for one in candidates]
    verdicts, before = read_verdicts(connection, candidates), last_seen(connection, ids)
    since, held = states_since(connection, candidates), find_holds(connection, candidates, now, CARE_CHECKS)
    found = [
        _review(one, row, verdicts[one.id], before.get(one.id), since)
        for one, row in zip(candidates, rows, strict=True)
    ]
    return [replace(one, held=held[one.row.id].why) if one.row.id in held else one for one in found]


def _review(
    one: DueDelivery,
    row: LedgerRow,
    verdicts: Verdicts,
    before: LedgerRow | None,
    since: Mapping[str, datetime | None],
) -> Review:
    message = message_from_json(json.loads(one.message_json))
    approvers = [each["by"] for each in still_current(one, verdicts.current, since)]
    changed, by = _changed(one, message, verdicts.seen, before)
    return Review(
        row=one,
        message=message,
        lang=row["lang"],
        seen=verdicts.seen,
        needed=approvals_needed(one),
        why=row["approvals_why"],
        approved_by=tuple(counting_approvers(approvers, approvals_needed(one), one.author)),
        lacking=missing_approval(one, verdicts, since),
        rejected=verdicts.rejection is not None,
        changed=changed,
        changed_since=by,
    )


def _changed(
    one: DueDelivery, message: Message, seen: str, before: LedgerRow | None
) -> tuple[tuple[str, ...], str | None]:
    """Diff a message with the one that was looked at last, where that was another one."""
    if before is None or before["seen"] == seen:
        return (), None
    if before["message"] is None:
        return ("+ what was seen before has been erased",), before["by"]
    lines = diff_messages(message_from_json(before["message"]), message, before["due_at"], one.due_at)
    if before["late_at"] is not None and before["late_at"] - before["due_at"] != one.late_at - one.due_at:
        lines += [f"- until {before['late_at']:%Y-%m-%d %H:%M} UTC", f"+ until {one.late_at:%Y-%m-%d %H:%M} UTC"]
    return tuple(lines or ["+ what it repeats"]), before["by"]


def _say(app: AppContext, reviews: Sequence[Review], verdict: str, actor: str, why: str | None) -> int:
    if not reviews:
        return 0
    with app.ledger.write() as connection:
        app.ledger.lock(connection, GATES)  # so that no claim holds what has just been approved
        stamp = app.timestamp(connection)
        current = read_waiting_deliveries(connection, [one.row.id for one in reviews])
        seen = seen_hashes(connection, list(current.values()))
        approvals.requeue(connection, list(current))
        for one in reviews:
            _refuse(one, current.get(one.row.id), seen, actor, verdict)
            write_verdict(connection, current[one.row.id], verdict, actor, why, one.message.as_json(), stamp)
        notify_workers(app.ledger, connection)
    return len(reviews)


def _refuse(shown: Review, current: DueDelivery | None, seen: Mapping[str, str], actor: str, verdict: str) -> None:
    """Raise NeedsPerson where a delivery is no longer what was shown, or where the actor's approval cannot count."""
    if current is None or seen[current.id] != shown.seen:
        raise NeedsPerson(f"{shown.row.post} on {shown.row.account} was changed while you looked at it: look again")
    if verdict == REJECTED:
        return
    if any(same_person(actor, one) for one in shown.approved_by):
        raise NeedsPerson(f"{actor} has approved {shown.row.post} already: another person has to be the second")
    if shown.needed >= TWO and shown.approved_by and same_person(actor, current.author):
        raise NeedsPerson(f"{actor} wrote {shown.row.post}: somebody else has to be the second to approve it")
