"""Plan changes: the diff between plan and ledger, and writing it. Rows in progress or published are never touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from amplify.ledger.bulk import BulkSelect
from amplify.ledger.database import get_meta, set_meta
from amplify.ledger.queries.pending_work import OUTDATED
from amplify.ledger.rows.transitions import Transition, log_transitions
from amplify.ledger.tables import ACCOUNT, DELIVERY, PART
from amplify.model.cause import is_mended
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState
from amplify.model.plan import FaultyDelivery, Plan, PlanChange, Planned
from amplify.model.problem import Problem
from amplify.model.workspace import UNNAMED
from amplify.platforms import registry
from amplify.rules.plan.cost import micros_of
from amplify.rules.plan.idempotency import idempotency_key, record_key

_COLUMNS = (
    DELIVERY.c.id,
    DELIVERY.c.base,
    DELIVERY.c.generation,
    DELIVERY.c.state,
    DELIVERY.c.account,
    DELIVERY.c.entry,
    DELIVERY.c.post,
    DELIVERY.c.due_at,
    DELIVERY.c.sent_at,
    DELIVERY.c.why,
    DELIVERY.c.cause,
    DELIVERY.c.late_at,
    DELIVERY.c.content_hash,
    DELIVERY.c.subjects,
    DELIVERY.c.approvals_needed,
    DELIVERY.c.author,
)

_SOME: Final = 5000
"""Most rows of one query: databases limit the number of parameters."""
_OUT: Final = BulkSelect(
    "SELECT DISTINCT part.delivery FROM {rows} AS v JOIN part ON part.delivery = v.id AND part.remote_id IS NOT NULL",
    {"delivery": "text"},
    id="text",
)
_UNBEGUN = (DeliveryState.WAITING, DeliveryState.CLAIMED)
"""States in which nothing of a delivery is on its way."""
_UNSETTLED = (DeliveryState.SENDING, DeliveryState.UNSURE)
_OVER = (DeliveryState.CANCELLED, DeliveryState.REFUSED, DeliveryState.MISSED)


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """The difference between plan and ledger: what is written, what is held, and what will not go out."""

    changes: list[PlanChange]
    """What `write_changes` would do, by due time; nothing where they agree."""
    held: Mapping[str, Problem]
    """Waiting rows whose files have errors → the first of them."""
    unsent: list[PlanChange]
    """What is planned and will not go out as it is, with the reason (sign `=`); by due time."""
    unwritten: int
    """How many deliveries are not written down for their errors."""


def diff_plan(connection: Connection, planned: Sequence[Planned], now: datetime, end: datetime) -> list[PlanChange]:
    """Diff a plan without errors with the ledger: what `write_changes` would do."""
    return compare_plan(connection, Plan(now, end, tuple(planned), (), ())).changes


def compare_plan(connection: Connection, plan: Plan) -> PlanDiff:
    """Diff the plan of our accounts with the ledger. What has errors is not written down, and what waits of it is held
    as it was queued: not even taken back, since nobody knows what its files are to say."""
    now, end = plan.start, plan.end
    ours = plan.ours
    faulty = {one.id: one for one in plan.faulty}
    rows = _newest(connection, [*(one.id for one in ours), *faulty], end)
    out = {id for (id,) in _OUT.run(connection, [(row["id"],) for row in rows.values()])}
    changes: list[PlanChange] = []
    unsent: list[PlanChange] = []
    held: dict[str, Problem] = {}
    for delivery in ours:
        if delivery.id not in faulty:
            row = rows.pop(delivery.id, None)
            change = _compare(delivery, row, out)
            if change is not None:
                (unsent if change.sign == "=" else changes).append(change)
    unwritten = 0
    for fault in faulty.values():
        row = rows.pop(fault.id, None)
        unwritten += row is None or row["state"] in _OVER
        unsent.append(_fault(fault, row))
        if row is not None and row["state"] in _UNBEGUN:
            held[row["id"]] = fault.problem
    for row in rows.values():
        if row["state"] in _UNBEGUN and row["late_at"] > now and row["due_at"] < end:
            problem = _left_out(plan, row)
            if problem is not None:
                held[row["id"]] = problem
                change = _change("=", row, f"held: {problem.place}: {problem.message}")
                unsent.append(replace(change, asks=True))
                continue
            why = "no longer in the files"
            changes.append(_change("-", row, f"{why}; what is out stays" if row["id"] in out else why))
    return PlanDiff(sorted(changes, key=_order), held, sorted(unsent, key=_order), unwritten)


def _order(change: PlanChange) -> tuple[datetime, str, str]:
    return change.due, change.account, change.id


def _left_out(plan: Plan, row: RowMapping) -> Problem | None:
    """The error for which the files do not tell what becomes of a row: of its entry, or of its post."""
    found = plan.left_entries.get(row["entry"]) or plan.left_posts.get(row["post"])
    return found or plan.left_posts.get(UNNAMED)


def _fault(fault: FaultyDelivery, row: RowMapping | None) -> PlanChange:
    state = DeliveryState(row["state"]) if row is not None else None
    why = f"{fault.problem.place}: {fault.problem.message}"
    if state in _UNBEGUN:
        why = f"held: {why}"
    elif state is None:
        why = f"not written down: {why}"
    id = row["id"] if row is not None else fault.id
    return PlanChange("=", id, fault.account, fault.post, fault.due, state, why, asks=True)


def _newest(connection: Connection, planned: Iterable[str], end: datetime) -> dict[str, RowMapping]:
    """Read the last generation of every delivery that is planned, or waits to go out before `end`; by identity."""
    waiting = select(DELIVERY.c.base).where(
        DELIVERY.c.state.in_([state.value for state in _UNBEGUN]), DELIVERY.c.due_at < end
    )
    bases = sorted({*planned, *connection.execute(waiting).scalars()})
    rows: dict[str, RowMapping] = {}
    for first in range(0, len(bases), _SOME):
        some = bases[first : first + _SOME]
        query = select(*_COLUMNS).where(DELIVERY.c.base.in_(some)).order_by(DELIVERY.c.base, DELIVERY.c.generation)
        rows |= {row["base"]: row for row in connection.execute(query).mappings()}
    return rows


def _compare(delivery: Planned, row: RowMapping | None, out: set[str]) -> PlanChange | None:
    if row is None:
        return PlanChange("+", delivery.id, delivery.account, delivery.post, delivery.due, None, "new")
    state = DeliveryState(row["state"])
    words = row["content_hash"] != delivery.content_hash
    time = row["due_at"] != delivery.due or row["late_at"] != delivery.late
    why = " and ".join(
        reason
        for reason, holds in (
            ("other words", words),
            (f"was due {row['due_at']:%Y-%m-%d %H:%M} UTC", time),
            ("other subjects", set(row["subjects"]) != set(delivery.subjects)),
            ("other approvals", row["approvals_needed"] != delivery.approvals),
            ("another author", row["author"] != delivery.author),
        )
        if holds
    )
    change = PlanChange("~", row["id"], delivery.account, delivery.post, delivery.due, state, why)
    if state is DeliveryState.CANCELLED:
        return _signed(change, "^", "back in the files")
    mended = state is DeliveryState.REFUSED and is_mended(row["cause"])
    if mended and not words:
        again = f"{delivery.id}.{row['generation'] + 1}"
        why = "was refused; its account was mended since"
        return PlanChange("+", again, delivery.account, delivery.post, delivery.due, state, why)
    if (state is DeliveryState.REFUSED and words) or (state is DeliveryState.MISSED and time):
        again = f"{delivery.id}.{row['generation'] + 1}"
        return PlanChange(
            "+", again, delivery.account, delivery.post, delivery.due, state, f"was {state.value}; edited"
        )
    if state in _UNBEGUN and row["id"] not in out:
        return change if why else None
    if words and state not in (
        DeliveryState.REFUSED,
        DeliveryState.MISSED,
        DeliveryState.REMOVED,
        DeliveryState.GONE,
        DeliveryState.REMOVING,
    ):
        again = "; give it a new id to say it at its new time" if row["due_at"] != delivery.due else ""
        return _signed(change, "!", f"out with other words{again}")
    if state in _UNBEGUN and not time:
        return None  # the rest of a thread
    asks = words or time or state is DeliveryState.REFUSED
    return replace(_signed(change, "=", _why_not_again(state, row, words or time)), asks=asks)


def _why_not_again(state: DeliveryState, row: RowMapping, changed: bool) -> str:
    """Why what is planned does not go out; where its files have changed since, also what to do."""
    if state in _UNBEGUN:
        return "a part of it is out: the rest keeps its time"
    if state is DeliveryState.REFUSED:
        return f"refused ({row['why']}): write other words, or give it a new id"
    if state is DeliveryState.MISSED:
        return "missed: give it a new time to say it after all"
    at = f"{row['sent_at'] or row['due_at']:%Y-%m-%d %H:%M} UTC"
    said = {
        DeliveryState.SENT: f"sent on {at}",
        DeliveryState.CUT: f"sent in part on {at}",
        DeliveryState.REMOVING: f"sent on {at}, and being taken down",
        DeliveryState.REMOVED: f"sent on {at}, and taken down",
        DeliveryState.GONE: f"sent on {at}, and deleted by others",
        DeliveryState.UNSURE: f"perhaps sent on {at}: nobody knows yet",
        DeliveryState.SENDING: "being sent",
    }[state]
    return f"{said}: give it a new id to say it again" if changed else said


def _signed(change: PlanChange, sign: str, why: str) -> PlanChange:
    return PlanChange(sign, change.id, change.account, change.post, change.due, change.state, why)


def _change(sign: str, row: RowMapping, why: str) -> PlanChange:
    return PlanChange(sign, row["id"], row["account"], row["post"], row["due_at"], DeliveryState(row["state"]), why)


def lock_rows(connection: Connection, changes: Iterable[PlanChange]) -> None:
    """Lock the rows that are about to change: none of them is begun any more, and what was begun can be seen."""
    ids = sorted(change.id for change in changes if change.sign in "~^-")
    for first in range(0, len(ids), _SOME):
        rows = select(DELIVERY.c.id).where(DELIVERY.c.id.in_(ids[first : first + _SOME])).order_by(DELIVERY.c.id)
        connection.execute(rows.with_for_update())


def write_changes(
    connection: Connection, planned: Iterable[Planned], changes: Sequence[PlanChange], stamp: Timestamp
) -> None:
    """Write a diff to the ledger, in the caller's transaction, which excludes other writers of one."""
    by_base = {delivery.id: delivery for delivery in planned}
    new: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    moved: list[Transition] = []
    folio = connection.execute(select(func.max(DELIVERY.c.folio))).scalar_one() or 0
    for change in changes:
        if change.sign == "!":
            continue
        if change.sign == "-":
            after = DeliveryState.CUT if _is_out(connection, change.id) else DeliveryState.CANCELLED
            before = _guarded(connection, change, {"state": after.value, "why": change.why, "cause": None})
            if before is not None:
                moved.append(Transition(change.id, before, after, change.why))
            continue
        base, _, generation = change.id.partition(".")
        delivery = by_base[base]
        values = _content(delivery)
        if change.sign == "+":
            folio += 1
            new.append(_row(change.id, delivery, int(generation or 1), stamp.at) | values | {"folio": folio})
            parts.extend(_part(change.id, delivery, number) for number in range(_part_count(delivery)))
            moved.append(Transition(change.id, None, DeliveryState.WAITING, change.why))
            continue
        again = {"state": DeliveryState.WAITING.value, "why": None, "cause": None}
        before = _guarded(connection, change, values | again)
        if before is not None:
            _renew_parts(connection, change.id, delivery)
            if before is not DeliveryState.WAITING:
                moved.append(Transition(change.id, before, DeliveryState.WAITING, change.why))
    if new:
        connection.execute(insert(DELIVERY), new)
        connection.execute(insert(PART), parts)
    log_transitions(connection, moved, stamp, "queue")


def outdate_unsettled(connection: Connection, planned: Iterable[Planned], now: datetime) -> None:
    """End the lateness window of what is in progress and is no longer wanted as it is: where it proves not to be out,
    it must not go out as it was. What is wanted in other words or at another time is queued anew then."""
    wanted = {delivery.id: delivery for delivery in planned}
    in_progress = DELIVERY.c.state.in_([state.value for state in _UNSETTLED])
    outdated: list[str] = []
    for row in connection.execute(select(*_COLUMNS).where(in_progress)).all():
        delivery = wanted.get(row.base)
        same = delivery is not None and (row.content_hash, row.due_at) == (delivery.content_hash, delivery.due)
        late = delivery.late if delivery is not None and same else min(row.late_at, now)
        if late != row.late_at:
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == row.id, in_progress).values(late_at=late))
        if delivery is not None and not same:
            outdated.append(row.id)
    set_meta(connection, OUTDATED, " ".join(sorted(outdated)))


def outdated_came_back(connection: Connection) -> bool:
    """Whether some of that is no longer in progress: what the files say of it now can be queued."""
    ids = (get_meta(connection, OUTDATED) or "").split()
    state = DELIVERY.c.state.in_([state.value for state in _UNSETTLED])
    return len(ids) > len(connection.execute(select(DELIVERY.c.id).where(DELIVERY.c.id.in_(ids), state)).all())


def _is_out(connection: Connection, delivery: str) -> bool:
    """Whether a part of it is published: the rest of such a thread is cut, not cancelled."""
    out = select(PART.c.number).where(PART.c.delivery == delivery, PART.c.remote_id.is_not(None))
    return connection.execute(out.limit(1)).first() is not None


def _guarded(connection: Connection, change: PlanChange, values: dict[str, Any]) -> DeliveryState | None:
    """Update a row only where nothing of it may be on its way; the state it was in, or None.

    An edit wins until the begin mark: it takes the row from whoever claimed it, whose begin mark then fails.
    """
    assert change.state is not None
    mine = update(DELIVERY).where(DELIVERY.c.id == change.id).values(owner=None, lease_until=None, **values)
    for before in _UNBEGUN if change.state in _UNBEGUN else (change.state,):
        if connection.execute(mine.where(DELIVERY.c.state == before.value)).rowcount == 1:
            return before
    return None


def _row(row_id: str, delivery: Planned, generation: int, now: datetime) -> dict[str, Any]:
    return {
        "id": row_id,
        "base": delivery.id,
        "generation": generation,
        "entry": delivery.entry,
        "post": delivery.post,
        "campaign": delivery.campaign,
        "partner": delivery.partner,
        "platform": delivery.platform,
        "account": delivery.account,
        "occurrence": delivery.occurrence,
        "state": DeliveryState.WAITING.value,
        "queued_at": now,
    }


def _content(delivery: Planned) -> dict[str, Any]:
    boost = delivery.message.boost
    return {
        "variant": delivery.variant,
        "kind": delivery.kind,
        "lang": delivery.lang,
        "due_at": delivery.due,
        "late_at": delivery.late,
        "look_at": delivery.due,
        "message": delivery.message.as_json(),
        "content_hash": delivery.content_hash,
        "subjects": list(delivery.subjects),
        "hashtags": list(delivery.hashtags),
        "boost_of": boost.delivery if boost is not None else None,
        "cost": micros_of(delivery.message, registry.prices(delivery.platform)),
        "approvals_needed": delivery.approvals,
        "approvals_why": delivery.approvals_why,
        "author": delivery.author,
        "erased_at": None,
    }


def _part_count(delivery: Planned) -> int:
    return max(1, len(delivery.message.parts))


def _part(row_id: str, delivery: Planned, number: int) -> dict[str, Any]:
    return {
        "delivery": row_id,
        "number": number,
        "key": idempotency_key(row_id, number),
        "record_key": record_key(row_id, number, delivery.due),
    }


def _renew_parts(connection: Connection, row_id: str, delivery: Planned) -> None:
    """Rewrite the parts of an edited delivery: parts that stay keep their keys, uploads for the old text are lost."""
    count = _part_count(delivery)
    connection.execute(delete(PART).where(PART.c.delivery == row_id, PART.c.number >= count))
    connection.execute(update(PART).where(PART.c.delivery == row_id).values(created_at=None, prepared=None))
    known = set(connection.execute(select(PART.c.number).where(PART.c.delivery == row_id)).scalars())
    missing = [_part(row_id, delivery, number) for number in range(count) if number not in known]
    if missing:
        connection.execute(insert(PART), missing)


def write_accounts(connection: Connection, places: Mapping[str, str | None]) -> None:
    """Upsert each of our accounts, with the rate scope whose limits it shares (`model.rate_limit`)."""
    rows = connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.place))
    known: dict[str, str | None] = {row.id: row.place for row in rows}
    new = [
        {"id": account, "platform": account.partition("/")[2], "place": place}
        for account, place in places.items()
        if account not in known
    ]
    if new:
        connection.execute(insert(ACCOUNT), new)
    for account, place in places.items():
        if account in known and known[account] != place:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(place=place))
