"""The gates as the ledger knows them: copied from the files, asked before every call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from amplify.ledger.tables import DELIVERY, GATE
from amplify.model.delivery import State
from amplify.model.gate import Gate, Pause

GATES: Final = 1
"""What `Ledger.lock` calls them: claims share it, so that none holds a row for a gate that has just opened."""


_SOME = select(GATE).where(GATE.c.subject.in_(bindparam("names", expanding=True)))


def write_gates(connection: Connection, gates: Iterable[Gate]) -> bool:
    """Replace all gates. True where any changed: everything held is then looked at again."""
    wanted = {(gate.kind, gate.subject): gate for gate in gates}
    if read_gates(connection) == wanted:
        return False
    connection.execute(delete(GATE))
    if wanted:
        connection.execute(insert(GATE), [_row(gate) for gate in wanted.values()])
    look_again(connection)
    return True


def read_gates(connection: Connection) -> Mapping[tuple[str, str], Gate]:
    """Every gate by kind and subject."""
    rows = connection.execute(select(GATE)).mappings()
    return {(row["kind"], row["subject"]): _gate(row) for row in rows}


def gates_of(connection: Connection, subjects: Iterable[str]) -> Mapping[tuple[str, str], Gate]:
    """The gates of some subjects (`kind:id`): all that a claim needs to know."""
    names = sorted({subject.partition(":")[2] for subject in subjects})
    rows = connection.execute(_SOME, {"names": names}).mappings()
    return {(row["kind"], row["subject"]): _gate(row) for row in rows}


def look_again(connection: Connection) -> None:
    """Held rows are visited once; this makes the next claim visit them all once more."""
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.state == State.WAITING.value, DELIVERY.c.why.is_not(None))
        .values(look_at=DELIVERY.c.due_at)
    )


def closed(gates: Mapping[tuple[str, str], Gate], subjects: Iterable[str], now: datetime) -> Gate | str | None:
    """The gate that bars one of `subjects` at `now`, or a sentence where a subject has no gate; None: all open."""
    for subject in subjects:
        kind, _, name = subject.partition(":")
        gate = gates.get((kind, name))
        if gate is None:
            return f"{kind} {name} is not known to the ledger: run `amplify queue`"
        if gate.why_not(now) is not None:
            return gate
    return None


def _row(gate: Gate) -> dict[str, Any]:
    return {
        "kind": gate.kind,
        "subject": gate.subject,
        "closed": gate.closed,
        "opens_at": gate.opens_at,
        "closes_at": gate.closes_at,
        "after": gate.after,
        "pauses": [[pause.start.isoformat(), pause.end.isoformat(), pause.why] for pause in gate.pauses],
    }


def _gate(row: RowMapping) -> Gate:
    pauses = tuple(
        Pause(datetime.fromisoformat(start), datetime.fromisoformat(end), why) for start, end, why in row["pauses"]
    )
    return Gate(row["kind"], row["subject"], row["closed"], row["opens_at"], row["closes_at"], row["after"], pauses)
