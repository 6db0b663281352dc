"""What a ledger remembers beside its deliveries, for one that is put in its place: stops, people, protections."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from amplify.ledger.holds.gates import put_gates, read_gates
from amplify.ledger.holds.known_people import (
    KnownPerson,
    join_spellings,
    read_known_people,
    without_forms,
    write_known_people,
)
from amplify.ledger.holds.protection_rows import Protection, read_protection_rows, write_protection
from amplify.ledger.holds.stops import read_stop_rows, replace_stop_rows
from amplify.model.gate import Gate
from amplify.rules.plan import protections as plan_protections


@dataclass(frozen=True, slots=True)
class LedgerMemory:
    """What holds, whatever ledger the deliveries stand in."""

    stops: Sequence[Mapping[str, Any]]
    """All that were ever made, lifted ones too."""
    people: Mapping[str, KnownPerson]
    gates: Sequence[Gate]
    """Those of people, and of their consent."""
    protections: Mapping[tuple[str, str], Protection]


def read_memory(connection: Connection) -> LedgerMemory:
    """Read what a ledger remembers."""
    gates = [one for one in read_gates(connection).values() if one.kind in ("person", "consent")]
    return LedgerMemory(
        read_stop_rows(connection), read_known_people(connection), gates, read_protection_rows(connection)
    )


def put_memory(connection: Connection, memory: LedgerMemory) -> None:
    """Replace the stops by another, newer ledger's, and add what it knows of people. Nothing that this one knows of
    them is lost: that other ledger may have begun after a loss."""
    replace_stop_rows(connection, memory.stops)
    known = read_known_people(connection)
    write_known_people(connection, [_joined(known.get(id), one) for id, one in memory.people.items()])
    put_gates(connection, memory.gates)


def put_protections(connection: Connection, protections: Iterable[Protection], deed: int, now: datetime) -> None:
    """Put another, newer ledger's protections in force; `deed`: the entry of the history that tells of it. Where nobody
    there had accepted a weaker one, the stronger of both holds."""
    known = read_protection_rows(connection)
    for one in protections:
        before = known.get((one.kind, one.subject))
        value = (
            one.value
            if one.deed is not None or before is None
            else plan_protections.stronger(before.value, one.value, now)
        )
        write_protection(connection, replace(one, value=value, deed=deed))


def protection_mark(subject: str) -> str:
    """What tells the protection of a subject (`person:anna`) from all others: for the history of a ledger that took it
    over."""
    return hashlib.sha256(json.dumps(["protection", subject]).encode()).hexdigest()


def _joined(before: KnownPerson | None, one: KnownPerson) -> KnownPerson:
    if before is None:
        return one
    forms = join_spellings((before.forms, one.forms))
    return replace(one, forms=forms, former=without_forms(forms, without_forms(one.forms, one.former)))
