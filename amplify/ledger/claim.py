"""claim: take due rows for one worker. Each blocked row is visited once, and then waits until its answer can change."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, exists, or_, select, update

from amplify.ledger.gates import GATES, closed, gates_of
from amplify.ledger.moves import log
from amplify.ledger.store import Ledger
from amplify.ledger.tables import ACCOUNT, DELIVERY, PART, Utc
from amplify.model.delivery import State
from amplify.model.gate import Gate
from amplify.model.message import Message, message_from_json
from amplify.model.platform import Receipt

# The statements of a claim, made once: building them costs more than running them.
_mine, _held = DELIVERY.alias("mine"), DELIVERY.alias("held")
_due_row = (
    _mine.c.account == ACCOUNT.c.id,
    _mine.c.state == State.WAITING.value,
    _mine.c.look_at <= bindparam("now", type_=Utc),
    _mine.c.late_at > bindparam("now", type_=Utc),
)
_free = ~exists().where(_held.c.account == ACCOUNT.c.id, _held.c.state.in_((State.CLAIMED.value, State.SENDING.value)))
_awake = ACCOUNT.c.paused_at.is_(None) & or_(
    ACCOUNT.c.real_not_before.is_(None), ACCOUNT.c.real_not_before <= bindparam("real", type_=Utc)
)
_urgency = select(_mine.c.look_at).where(*_due_row).order_by(_mine.c.look_at).limit(1).correlate(ACCOUNT)
_urgent = _urgency.scalar_subquery()
_LOCKED = (  # what another worker has locked is passed over, so that workers do not queue for the same accounts
    select(ACCOUNT.c.id)
    .where(_awake, _free, _urgent.is_not(None))
    .order_by(_urgent, ACCOUNT.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_first = select(_mine.c.id).where(*_due_row).order_by(_mine.c.look_at, _mine.c.due_at, _mine.c.id).limit(1)
_FIRST = (
    select(DELIVERY)
    .select_from(ACCOUNT.join(DELIVERY, DELIVERY.c.id == _first.correlate(ACCOUNT).scalar_subquery()))
    .where(ACCOUNT.c.id.in_(bindparam("names", expanding=True)), _free)
    .order_by(DELIVERY.c.look_at, DELIVERY.c.due_at, DELIVERY.c.id)
)


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """One message of a claimed thread, and how far it got."""

    number: int
    key: str
    record_key: str
    created_at: datetime | None
    prepared: dict[str, Any] | None
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours until `lease_until` (real time)."""

    id: str
    owner: str
    """Fences every mark and settlement: one claim's own, so that a claim that was lost and taken again is another's,
    even within one process."""
    account: str
    platform: str
    post: str
    due_at: datetime
    late_at: datetime
    subjects: tuple[str, ...]
    message: Message
    parts: tuple[ClaimedPart, ...]
    target: Receipt | None
    """What a boost repeats."""


def claim(
    ledger: Ledger, connection: Connection, *, now: datetime, owner: str, lease: timedelta, limit: int
) -> list[Claimed]:
    """Up to `limit` due deliveries, of as many accounts: one at a time an account keeps its order.

    Runs inside the caller's write transaction. `now` is campaign time; the lease runs in real time.
    """
    real = ledger.real_now(connection)
    taken: list[RowMapping] = []
    targets: Mapping[str, tuple[State, Receipt | None]] = {}
    while not taken:  # rows behind held ones are due as well
        rows = _due(connection, now, real, limit)
        if not rows:
            return []
        ledger.lock(connection, GATES, shared=True)
        gates = gates_of(connection, (subject for row in rows for subject in row["subjects"]))
        targets = _targets(connection, rows)
        busy: set[str] = set()
        for row in rows:
            if row["account"] in busy:
                continue
            bar = closed(gates, row["subjects"], now) or _boost_waits(row, targets)
            if bar is None:
                busy.add(row["account"])
                taken.append(row)
            else:
                _hold(connection, row, bar, now)
    ticket = f"{owner}#{os.urandom(4).hex()}"
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_([row["id"] for row in taken]))
        .values(state=State.CLAIMED.value, owner=ticket, lease_until=real + lease, why=None)
    )
    log(
        connection,
        [(row["id"], State.WAITING, State.CLAIMED, None) for row in taken],
        at=now,
        real_at=real,
        by="publish",
    )
    return [
        _claimed(row, ticket, parts, targets) for row, parts in zip(taken, parts_of(connection, taken), strict=True)
    ]


def _due(connection: Connection, now: datetime, real: datetime, limit: int) -> list[RowMapping]:
    """The earliest due row of each free account, the most urgent first. Accounts are locked first, then looked at
    again: another worker may have taken one between the two."""
    locked = list(connection.execute(_LOCKED, {"now": now, "real": real, "most": limit}).scalars())
    if not locked:
        return []
    return list(connection.execute(_FIRST, {"now": now, "names": locked}).mappings())


def _hold(connection: Connection, row: RowMapping, bar: Gate | str, now: datetime) -> None:
    """Let the row wait, with the reason, until the answer can change. Never past its lateness window."""
    if isinstance(bar, str):
        why, again = bar, None
    else:
        why = bar.why_not(now) or "held"
        again = bar.opens_again(now)
    look_at = min(again, row["late_at"]) if again is not None else row["late_at"]
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == row["id"], DELIVERY.c.state == State.WAITING.value)
        .values(why=why, look_at=look_at)
    )
    if row["boost_of"] is not None and _boost_waits(row, _targets(connection, [row])) is None:
        # Its target was sent while this row was being held: whoever sent it has looked for waiting boosts already.
        mine = update(DELIVERY).where(DELIVERY.c.id == row["id"], DELIVERY.c.why == why)
        connection.execute(mine.values(why=None, look_at=row["due_at"]))


def _targets(connection: Connection, rows: list[RowMapping]) -> Mapping[str, tuple[State, Receipt | None]]:
    wanted = [row["boost_of"] for row in rows if row["boost_of"] is not None]
    if not wanted:
        return {}
    found = connection.execute(
        select(DELIVERY.c.base, DELIVERY.c.state, PART.c.remote_id, PART.c.url, PART.c.extra)
        .join(PART, (PART.c.delivery == DELIVERY.c.id) & (PART.c.number == 0))
        .where(DELIVERY.c.base.in_(wanted))
        .order_by(DELIVERY.c.generation)
    )
    return {
        base: (State(state), Receipt(remote, url or "", extra) if remote else None)
        for base, state, remote, url, extra in found
    }


def _boost_waits(row: RowMapping, targets: Mapping[str, tuple[State, Receipt | None]]) -> str | None:
    """Why a boost cannot go yet: its target has to be out, and still up."""
    if row["boost_of"] is None:
        return None
    state, receipt = targets.get(row["boost_of"], (None, None))
    if state is None:
        return "the post it repeats is not in the ledger"
    if state is State.SENT and receipt is not None:
        return None
    return f"the post it repeats is {state.value}"


def parts_of(connection: Connection, rows: list[RowMapping]) -> list[tuple[ClaimedPart, ...]]:
    """The parts of each row, in order."""
    found: dict[str, list[ClaimedPart]] = {row["id"]: [] for row in rows}
    query = select(PART).where(PART.c.delivery.in_(list(found))).order_by(PART.c.delivery, PART.c.number)
    for part in connection.execute(query).mappings():
        receipt = Receipt(part["remote_id"], part["url"] or "", part["extra"]) if part["remote_id"] else None
        found[part["delivery"]].append(
            ClaimedPart(part["number"], part["key"], part["record_key"], part["created_at"], part["prepared"], receipt)
        )
    return [tuple(found[row["id"]]) for row in rows]


def _claimed(
    row: RowMapping, owner: str, parts: tuple[ClaimedPart, ...], targets: Mapping[str, tuple[State, Receipt | None]]
) -> Claimed:
    message = message_from_json(row["message"])
    target = targets[row["boost_of"]][1] if row["boost_of"] is not None else None
    if target is None and message.boost is not None and message.boost.url is not None:
        target = Receipt("", message.boost.url)
    return Claimed(
        id=row["id"],
        owner=owner,
        account=row["account"],
        platform=row["platform"],
        post=row["post"],
        due_at=row["due_at"],
        late_at=row["late_at"],
        subjects=tuple(row["subjects"]),
        message=message,
        parts=parts,
        target=target,
    )


def load(connection: Connection, rows: list[RowMapping]) -> list[Claimed]:
    """Rows that somebody holds otherwise (unsure ones, for `reconcile`), with their parts and targets."""
    targets = _targets(connection, rows)
    return [_claimed(row, "", parts, targets) for row, parts in zip(rows, parts_of(connection, rows), strict=True)]
