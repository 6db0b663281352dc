"""Gates: whether a person, fact, call, campaign, partner or account may be spoken of; copied from the files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from amplify.ledger.bulk import BulkSelect
from amplify.ledger.database import Ledger
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.tables import DELIVERY, GATE
from amplify.model import cause
from amplify.model.delivery import DeliveryState
from amplify.model.gate import Gate, Pause

GATES: Final = 1
"""Number of the gates' lock (`Ledger.lock`): claims share it, so that none holds a row for a gate that has just
opened."""

_OF_SUBJECTS: Final = BulkSelect(
    """
    SELECT gate.kind, gate.subject, gate.closed, gate.opens_at, gate.closes_at, gate."after",
      CAST(gate.pauses AS TEXT) AS pauses
    FROM {rows} AS v JOIN gate ON gate.kind = v.kind AND gate.subject = v.subject
    """,
    {
        "kind": "text",
        "subject": "text",
        "closed": "text",
        "opens_at": "timestamp",
        "closes_at": "timestamp",
        '"after"': "text",
        "pauses": "text",
    },
    kind="text",
    subject="text",
)


def lock_gates(ledger: Ledger, connection: Connection, seconds: int) -> None:
    """Lock the gates exclusively, once every claim and begin mark that shares the lock has ended. On PostgreSQL the
    transaction fails with NeedsPerson where that takes longer than `seconds`."""
    if not ledger.sqlite:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{seconds}s'")
    ledger.lock(connection, GATES)


def write_gates(connection: Connection, gates: Iterable[Gate]) -> bool:
    """Replace all gates by these. True where any changed: everything held is then looked at again."""
    wanted = {(gate.kind, gate.subject): gate for gate in gates}
    if read_gates(connection) == wanted:
        return False
    connection.execute(delete(GATE))
    if wanted:
        connection.execute(insert(GATE), [_row(gate) for gate in wanted.values()])
    recheck_held(connection)
    return True


def put_gates(connection: Connection, gates: Iterable[Gate]) -> None:
    """Upsert these gates, and leave the others: for one person's, while the other files cannot be read."""
    for gate in gates:
        connection.execute(delete(GATE).where(GATE.c.kind == gate.kind, GATE.c.subject == gate.subject))
        connection.execute(insert(GATE), [_row(gate)])
    recheck_held(connection)


def read_gates(connection: Connection) -> Mapping[tuple[str, str], Gate]:
    """Read all gates, by kind and subject."""
    rows = connection.execute(select(GATE)).mappings()
    return {(row["kind"], row["subject"]): _gate(row) for row in rows}


def find_closed_gates(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold deliveries with a subject whose gate is closed now, or that has no gate: fail closed. A boost speaks of what
    its original speaks of as it went out, whatever the files say of it since."""
    repeated = _subjects_of_targets(connection, candidates)
    spoken = {one.id: (*one.subjects, *repeated.get(one.boost_of or "", ())) for one in candidates}
    return find_gate_holds(connection, spoken, now)


def find_gate_holds(connection: Connection, asked: Mapping[str, Sequence[str]], now: datetime) -> Mapping[str, Hold]:
    """Hold what asks for a gate that is closed now, or missing. `asked`: subjects by delivery."""
    subjects = {subject for each in asked.values() for subject in each}
    gates = _gates_of(connection, subjects)
    bars = {subject: bar for subject in subjects if (bar := _bar(subject, gates.get(subject), now)) is not None}
    if not bars:
        return {}
    found = ((id, next((bars[subject] for subject in each if subject in bars), None)) for id, each in asked.items())
    return {id: bar for id, bar in found if bar is not None}


def _subjects_of_targets(connection: Connection, candidates: Sequence[DueDelivery]) -> Mapping[str, Sequence[str]]:
    """Read what the targets of boosts speak of, in their newest generation, by identity: all but who said it."""
    wanted = sorted({one.boost_of for one in candidates if one.boost_of is not None})
    if not wanted:
        return {}
    query = select(DELIVERY.c.base, DELIVERY.c.subjects).where(DELIVERY.c.base.in_(wanted))
    rows = connection.execute(query.order_by(DELIVERY.c.generation))
    return {base: [one for one in subjects if not one.startswith("account:")] for base, subjects in rows}


def _gates_of(connection: Connection, subjects: Iterable[str]) -> Mapping[str, Gate]:
    """Read the gates of these subjects (`kind:id`) that exist, by subject."""
    rows = _OF_SUBJECTS.run(connection, sorted(tuple(subject.split(":", 1)) for subject in subjects))
    return {
        f"{kind}:{name}": Gate(kind, name, closed, opens_at, closes_at, after, _pauses(json.loads(pauses)))
        for kind, name, closed, opens_at, closes_at, after, pauses in rows
    }


def _bar(subject: str, gate: Gate | None, now: datetime) -> Hold | None:
    if gate is None:
        why = f"{subject.replace(':', ' ', 1)} is not known to the ledger: run `amplify queue`"
        return Hold(why, cause=cause.gate(subject))
    closed = gate.why_not(now)
    return Hold(closed, gate.opens_again(now), cause=cause.gate(subject)) if closed is not None else None


def recheck_held(connection: Connection) -> None:
    """Make the next claim look at all held rows again: otherwise each is looked at once."""
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.state == DeliveryState.WAITING.value, DELIVERY.c.why.is_not(None))
        .values(look_at=DELIVERY.c.due_at)
    )


def _row(gate: Gate) -> dict[str, Any]:
    return {
        "kind": gate.kind,
        "subject": gate.subject,
        "closed": gate.closed,
        "opens_at": gate.opens_at,
        "closes_at": gate.closes_at,
        "after": gate.after,
        "pauses": [[pause.start.isoformat(), pause.end.isoformat(), pause.why] for pause in gate.pauses],
        "state": gate.state,
    }


def _gate(row: RowMapping) -> Gate:
    return Gate(
        kind=row["kind"],
        subject=row["subject"],
        closed=row["closed"],
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        after=row["after"],
        pauses=_pauses(row["pauses"]),
        state=row["state"],
    )


def _pauses(rows: Iterable[Sequence[str]]) -> tuple[Pause, ...]:
    """A gate's quiet periods from its JSON."""
    return tuple(Pause(datetime.fromisoformat(start), datetime.fromisoformat(end), why) for start, end, why in rows)
