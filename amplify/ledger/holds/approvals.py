"""Approvals: who accepted exactly what, and who rejected which words.

An approval is bound to a hash of what was seen, so an edit makes it void. A rejection is bound to the words alone: they
are held until they change, whatever else does. A verdict without its entry in the audit log does not count."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, literal_column, or_, select, text, update

from amplify.ledger.decision_tables import APPROVAL, DEED
from amplify.ledger.queries.audit_log import record_event
from amplify.ledger.rows.claimed_delivery import COLUMNS, candidate_in
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.rows.originals import read_originals
from amplify.ledger.tables import DELIVERY, GATE
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState
from amplify.model.subject import declared_state, kind_and_name
from amplify.rules.plan.approval_policy import TWO, counting_approvers, same_person, seen_hash, words_hash

APPROVED: Final = "approved"
REJECTED: Final = "rejected"
ACTS: Final = {APPROVED: "approve", REJECTED: "reject"}
"""What the audit log calls a verdict."""

_KEPT: Final = ("id", "delivery", "verdict", "by", "at", "why", "seen", "due_at", "late_at", "words")
_STANDING = (
    select(
        *(APPROVAL.c[name] for name in _KEPT),
        DEED.c.act.label("deed_act"),
        DEED.c.actor.label("deed_actor"),
        DEED.c.at.label("deed_at"),
        DEED.c.subject.label("deed_subject"),
        DEED.c.payload.label("deed_payload"),
        DEED.c.salt.label("deed_salt"),
    )
    .join(DEED, DEED.c.number == APPROVAL.c.deed)
    .where(APPROVAL.c.void_at.is_(None))
    .order_by(APPROVAL.c.id)
)
_ANY_REJECTED: Final = text("SELECT 1 FROM approval WHERE verdict = 'rejected' AND void_at IS NULL LIMIT 1")
_REJECTED: Final[ColumnElement[Any]] = literal_column("'rejected'")  # spelled out, so that the partial index serves


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What people have said of one delivery as it stands now."""

    seen: str
    """The hash of what would be approved now."""
    given: Sequence[RowMapping]
    """All verdicts on it that are not void, in the order in which they were given."""
    rejection: RowMapping | None
    """By whom and why its words are rejected, on this delivery or under another name."""

    @property
    def current(self) -> list[RowMapping]:
        """The approvals of exactly this."""
        return [row for row in self.given if row["seen"] == self.seen and row["verdict"] == APPROVED]


def find_unapproved(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold deliveries that too few people have approved as they are, or whose words somebody rejected."""
    rejected = _is_any_rejected(connection)
    mine = [one for one in candidates if rejected or approvals_needed(one)]
    if not mine:
        return {}
    verdicts = read_verdicts(connection, mine)
    since = states_since(connection, mine)
    bars: dict[str, Hold] = {}
    for one in mine:
        why = missing_approval(one, verdicts[one.id], since)
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
    """Select waiting deliveries that people have to approve, or of which they said no, the next first: what
    `candidate_in` reads, `approvals_why` and `lang`. `now`: campaign time; `starts`: only ids that begin so."""
    query = (
        select(*COLUMNS, DELIVERY.c.approvals_why, DELIVERY.c.lang)
        .where(DELIVERY.c.state == DeliveryState.WAITING.value, DELIVERY.c.late_at > now)
        .order_by(DELIVERY.c.due_at, DELIVERY.c.account, DELIVERY.c.id)
    )
    if starts is not None:
        query = query.where(or_(*(DELIVERY.c.id.startswith(start, autoescape=True) for start in starts)))
    found = list(connection.execute(query.where(DELIVERY.c.approvals_needed > 0).limit(most)).mappings())
    if _is_any_rejected(connection):
        free = list(connection.execute(query.where(DELIVERY.c.approvals_needed == 0)).mappings())
        rejected = _rejections(connection, [candidate_in(row) for row in free])
        found += [row for row in free if row["id"] in rejected]
    return sorted(found, key=lambda row: (row["due_at"], row["account"], row["id"]))[:most]


def read_waiting_deliveries(connection: Connection, deliveries: Sequence[str]) -> Mapping[str, DueDelivery]:
    """Read those of these deliveries that still wait, as they stand now, by id."""
    query = select(*COLUMNS).where(DELIVERY.c.id.in_(deliveries), DELIVERY.c.state == DeliveryState.WAITING.value)
    return {row["id"]: candidate_in(row) for row in connection.execute(query).mappings()}


def read_verdicts(connection: Connection, candidates: Sequence[DueDelivery]) -> Mapping[str, Verdicts]:
    """Read what people have said of these deliveries, by id."""
    given = _current_verdicts(connection, [one.id for one in candidates])
    seen = seen_hashes(connection, candidates)
    rejections = _rejections(connection, candidates)
    found = {}
    for one in candidates:
        mine = Verdicts(seen[one.id], given[one.id], None)
        # Whoever rejected these words elsewhere, and has approved exactly this, said that it is another matter.
        no = (row for row in rejections.get(one.id, ()) if not _approved_by(mine, row["by"]))
        found[one.id] = Verdicts(mine.seen, mine.given, next(no, None))
    return found


def seen_hashes(connection: Connection, candidates: Sequence[DueDelivery]) -> Mapping[str, str]:
    """What an approval of each of these deliveries, as it stands now, is bound to, by id."""
    originals = read_originals(connection, candidates)
    repeated = {id: original.content_hash for id, original in originals.items()}
    return {
        one.id: seen_hash(one.content_hash, one.account, one.due_at, one.late_at, repeated.get(one.id))
        for one in candidates
    }


def _current_verdicts(connection: Connection, deliveries: Sequence[str]) -> Mapping[str, list[RowMapping]]:
    """Select all verdicts on these deliveries that count and are not void, in the order in which they were given."""
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(_STANDING.where(APPROVAL.c.delivery.in_(deliveries))).mappings():
        if is_recorded(row):
            found[row["delivery"]].append(row)
    return found


def is_recorded(row: Mapping[str, Any] | RowMapping) -> bool:
    """Whether the audit log's entry, whose fields stand beside a verdict as `deed_…`, tells of exactly this verdict."""
    if (row["deed_act"], row["deed_actor"], row["deed_at"]) != (ACTS.get(row["verdict"]), row["by"], row["at"]):
        return False
    if row["deed_salt"] is None:  # what it told was erased since
        return True
    told = row["deed_payload"]
    return bool(row["deed_subject"] == f"delivery:{row['delivery']}" and told.get("seen") == row["seen"])


def _is_any_rejected(connection: Connection) -> bool:
    return connection.execute(_ANY_REJECTED).first() is not None


def _rejections(connection: Connection, candidates: Sequence[DueDelivery]) -> Mapping[str, list[RowMapping]]:
    """The rejections of the words of these deliveries, whatever delivery they were said of, by id."""
    if not _is_any_rejected(connection):
        return {}
    words = _words_of_all(connection, candidates)
    query = _STANDING.where(APPROVAL.c.verdict == _REJECTED, APPROVAL.c.words.in_(sorted(set(words.values()))))
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        if is_recorded(row):
            found[row["words"]].append(row)
    return {id: found[digest] for id, digest in words.items() if digest in found}


def _words_of_all(connection: Connection, candidates: Sequence[DueDelivery]) -> Mapping[str, str]:
    """The hash of the words of each of these deliveries, by id."""
    originals = read_originals(connection, candidates)
    repeated = {id: original.message_json for id, original in originals.items()}
    return {one.id: _words_of(one.message_json, repeated.get(one.id)) for one in candidates}


@lru_cache(maxsize=4096)
def _words_of(message: str, original: str | None) -> str:
    return words_hash(json.loads(message), _words_of(original, None) if original is not None else None)


def _approved_by(verdicts: Verdicts, by: str) -> bool:
    return any(same_person(row["by"], by) for row in verdicts.current)


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


def missing_approval(one: DueDelivery, verdicts: Verdicts, since: Mapping[str, datetime | None]) -> str | None:
    """Why these verdicts are not enough; None where they are. `since`: subject → when the person's state was set."""
    if verdicts.rejection is not None:
        return f"rejected by {verdicts.rejection['by']}: {verdicts.rejection['why'] or 'the reason was erased'}"
    enough, given = approvals_needed(one), verdicts.given
    yes = still_current(one, verdicts.current, since)
    counted = counting_approvers([row["by"] for row in yes], enough, one.author)
    if len(counted) >= enough:
        return None
    has = f"approved by {counted[0]}" if counted else "nobody has approved it"
    if not counted and len(yes) < len(verdicts.current):
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
    """Insert somebody's verdict on a delivery as it stands, and its entry in the audit log; their earlier verdicts on
    it become void. Whoever approves a delivery takes back what they said of its words elsewhere, as far as it goes."""
    for row in _current_verdicts(connection, [one.id]).get(one.id, []):
        if same_person(row["by"], by):
            mine = update(APPROVAL).where(APPROVAL.c.id == row["id"])
            connection.execute(mine.values(void_at=stamp.at, void_why="said anew"))
    seen = seen_hashes(connection, [one])[one.id]
    words = _words_of_all(connection, [one])[one.id] if verdict == REJECTED else None
    told = {"seen": seen, "post": one.post, "account": one.account, "due": one.due_at} | (
        {"words": words} if words else {}
    )
    entry = record_event(connection, ACTS[verdict], by, f"delivery:{one.id}", why, told, stamp)
    connection.execute(
        insert(APPROVAL).values(
            delivery=one.id,
            verdict=verdict,
            by=by,
            at=stamp.at,
            real_at=stamp.real,
            why=why,
            seen=seen,
            due_at=one.due_at,
            late_at=one.late_at,
            words=words,
            message=dict(message),
            deed=entry.number,
        )
    )


def void_approvals(connection: Connection, deliveries: Sequence[str], why: str, at: datetime) -> list[int]:
    """Void the approvals of these deliveries, and return their numbers. What was rejected stays rejected."""
    if not deliveries:
        return []
    mine = update(APPROVAL).where(
        APPROVAL.c.delivery.in_(deliveries), APPROVAL.c.void_at.is_(None), APPROVAL.c.verdict == APPROVED
    )
    return list(connection.execute(mine.values(void_at=at, void_why=why).returning(APPROVAL.c.id)).scalars())


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
