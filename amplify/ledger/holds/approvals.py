"""Approvals: who accepted exactly what. They are bound to a hash of what was seen, so an edit makes them void."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, func, insert, or_, select, update

from amplify.ledger.decision_tables import APPROVAL
from amplify.ledger.rows.claimed_delivery import COLUMNS, candidate_in
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.tables import DELIVERY, GATE
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState
from amplify.model.subject import declared_state, kind_and_name
from amplify.rules.plan.approval_policy import TWO, counting_approvers, same_person, seen_hash

APPROVED: Final = "approved"
REJECTED: Final = "rejected"

_KEPT = (APPROVAL.c[name] for name in ("id", "delivery", "verdict", "by", "at", "why", "seen", "due_at"))
_STANDING = select(*_KEPT).where(APPROVAL.c.void_at.is_(None)).order_by(APPROVAL.c.id)


def find_unapproved(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold deliveries that too few people have approved as they are, or that somebody rejected as they are."""
    mine = [one for one in candidates if approvals_needed(one)]
    if not mine:
        return {}
    given = current_verdicts(connection, [one.id for one in mine])
    since = states_since(connection, mine)
    bars: dict[str, Hold] = {}
    for one in mine:
        why = missing_approval(one, given[one.id], since)
        if why is not None:
            bars[one.id] = Hold(why)
    return bars


def approvals_needed(one: DueDelivery) -> int:
    """How many approvals a delivery needs: two at least where it speaks of a person in a state that closes gates."""
    return max(one.approvals, TWO) if _declares(one.subjects) else one.approvals


@lru_cache(maxsize=1024)  # one post goes to many accounts
def _declares(subjects: tuple[str, ...]) -> bool:
    return any(declared_state(subject) for subject in subjects)


def find_deliveries_to_approve(
    connection: Connection, now: datetime, most: int, starts: Sequence[str] | None = None
) -> list[RowMapping]:
    """Select waiting deliveries that people have to approve, the next first: what `candidate_in` reads, `approvals_why`
    and `lang`. `now`: campaign time; `starts`: only ids that begin so."""
    query = (
        select(*COLUMNS, DELIVERY.c.approvals_why, DELIVERY.c.lang)
        .where(
            DELIVERY.c.state == DeliveryState.WAITING.value,
            DELIVERY.c.approvals_needed > 0,
            DELIVERY.c.late_at > now,
        )
        .order_by(DELIVERY.c.due_at, DELIVERY.c.account, DELIVERY.c.id)
        .limit(most)
    )
    if starts is not None:
        query = query.where(or_(*(DELIVERY.c.id.startswith(start, autoescape=True) for start in starts)))
    return list(connection.execute(query).mappings())


def read_waiting_deliveries(connection: Connection, deliveries: Sequence[str]) -> Mapping[str, DueDelivery]:
    """Read those of these deliveries that still wait, as they stand now, by id."""
    query = select(*COLUMNS).where(DELIVERY.c.id.in_(deliveries), DELIVERY.c.state == DeliveryState.WAITING.value)
    return {row["id"]: candidate_in(row) for row in connection.execute(query).mappings()}


def current_verdicts(connection: Connection, deliveries: Sequence[str]) -> Mapping[str, list[RowMapping]]:
    """Select all verdicts on these deliveries that are not void, in the order in which they were given."""
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(_STANDING.where(APPROVAL.c.delivery.in_(deliveries))).mappings():
        found[row["delivery"]].append(row)
    return found


def last_seen(connection: Connection, deliveries: Sequence[str]) -> Mapping[str, RowMapping]:
    """Read the newest verdict on each delivery, void or not, with the message as it was then."""
    latest = (
        select(func.max(APPROVAL.c.id))
        .where(APPROVAL.c.delivery.in_(deliveries))
        .group_by(APPROVAL.c.delivery)
        .scalar_subquery()
    )
    rows = connection.execute(select(APPROVAL).where(APPROVAL.c.id.in_(latest))).mappings()
    return {row["delivery"]: row for row in rows}


def missing_approval(one: DueDelivery, given: Sequence[RowMapping], since: Mapping[str, datetime | None]) -> str | None:
    """Why these verdicts are not enough; None where they are. `since`: subject → when the person's state was set."""
    seen = seen_hash(one.content_hash, one.account, one.due_at)
    current = [row for row in given if row["seen"] == seen]
    no = next((row for row in current if row["verdict"] == REJECTED), None)
    if no is not None:
        return f"rejected by {no['by']}: {no['why']}"
    yes = still_current(one, current, since)
    enough = approvals_needed(one)
    counted = counting_approvers([row["by"] for row in yes], enough, one.author)
    if len(counted) >= enough:
        return None
    has = f"approved by {counted[0]}" if counted else "nobody has approved it"
    if not counted and len(yes) < len(current):
        has = "approved before the person's state was set"
    elif not counted and given:
        has = f"it was changed since {given[-1]['by']} saw it"
    people = "one person" if enough == 1 else "two people"
    return f"{people} must approve it ({has}): run `amplify approve`"


def still_current(
    one: DueDelivery, given: Sequence[RowMapping], since: Mapping[str, datetime | None]
) -> list[RowMapping]:
    """Keep the verdicts that were given after the states were set that the delivery is written for; all where it is
    written for none."""
    begins = [since.get(subject) for subject in one.subjects if declared_state(subject)]
    return [row for row in given if all(begin is not None and row["at"] >= begin for begin in begins)]


def states_since(connection: Connection, candidates: Sequence[DueDelivery]) -> Mapping[str, datetime | None]:
    """When each person's state was set that one of these is written for, by subject (`person:anna@died`); UTC."""
    declared = {subject for one in candidates for subject in one.subjects if declared_state(subject)}
    if not declared:
        return {}
    names = sorted(kind_and_name(subject)[1] for subject in declared)
    rows = connection.execute(
        select(GATE.c.subject, GATE.c.opens_at).where(GATE.c.kind == "person", GATE.c.subject.in_(names))
    )
    return {f"person:{name}": opens for name, opens in rows}


def write_verdict(
    connection: Connection,
    one: DueDelivery,
    verdict: str,
    by: str,
    why: str | None,
    message: Mapping[str, Any],
    stamp: Timestamp,
) -> None:
    """Insert somebody's verdict on a delivery as it stands; their earlier verdicts on it become void."""
    for row in current_verdicts(connection, [one.id]).get(one.id, []):
        if same_person(row["by"], by):
            mine = update(APPROVAL).where(APPROVAL.c.id == row["id"])
            connection.execute(mine.values(void_at=stamp.at, void_why="said anew"))
    connection.execute(
        insert(APPROVAL).values(
            delivery=one.id,
            verdict=verdict,
            by=by,
            at=stamp.at,
            real_at=stamp.real,
            why=why,
            seen=seen_hash(one.content_hash, one.account, one.due_at),
            due_at=one.due_at,
            message=dict(message),
        )
    )


def void_approvals(connection: Connection, deliveries: Sequence[str], why: str, at: datetime) -> int:
    """Void the approvals of these deliveries, and return how many. What was rejected stays rejected."""
    if not deliveries:
        return 0
    mine = update(APPROVAL).where(
        APPROVAL.c.delivery.in_(deliveries), APPROVAL.c.void_at.is_(None), APPROVAL.c.verdict == APPROVED
    )
    return connection.execute(mine.values(void_at=at, void_why=why)).rowcount


def approved_and_waiting(connection: Connection) -> list[str]:
    """Select deliveries still to come that somebody has approved: few, however many wait."""
    query = (
        select(DELIVERY.c.id)
        .join(APPROVAL, APPROVAL.c.delivery == DELIVERY.c.id)
        .where(
            DELIVERY.c.state.in_((DeliveryState.WAITING.value, DeliveryState.CLAIMED.value)),
            APPROVAL.c.void_at.is_(None),
            APPROVAL.c.verdict == APPROVED,
        )
        .distinct()
    )
    return list(connection.execute(query).scalars())


def requeue(connection: Connection, deliveries: Sequence[str]) -> None:
    """Make the next claim look at these held deliveries again: each is looked at once, and their answer has changed."""
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(deliveries), DELIVERY.c.state == DeliveryState.WAITING.value)
        .values(look_at=DELIVERY.c.due_at)
    )
