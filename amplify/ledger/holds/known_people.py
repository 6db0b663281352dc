"""Known people: everybody whom the files have ever named, with every spelling. What the ledger knows of them goes on,
whatever the files leave out, until two people have resumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select

from amplify.ledger.decision_tables import KNOWN_PERSON
from amplify.ledger.holds.gates import find_gate_holds
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.rows.originals import read_originals
from amplify.ledger.tables import GATE
from amplify.model.subject import people_in

if TYPE_CHECKING:
    from amplify.rules.text.aliases import NameMatcher

_FORMER = select(KNOWN_PERSON.c.person, KNOWN_PERSON.c.former).where(KNOWN_PERSON.c.former.is_not(None))


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the ledger knows of one person."""

    person: str
    forms: tuple[str, ...]
    """Every spelling that the files have had."""
    former: tuple[str, ...]
    """Those that they no longer have."""
    state: str
    since: datetime
    """When the ledger learned the state (UTC, campaign time)."""
    gone_at: datetime | None = None
    """When the files no longer had the person."""


def read_known_people(connection: Connection) -> Mapping[str, KnownPerson]:
    """Read everybody, by id."""
    rows = connection.execute(select(KNOWN_PERSON)).mappings()
    return {
        row["person"]: KnownPerson(
            row["person"],
            tuple(row["forms"]),
            tuple(row["former"] or ()),
            row["state"],
            row["since"],
            row["gone_at"],
        )
        for row in rows
    }


def write_known_people(connection: Connection, people: Iterable[KnownPerson]) -> None:
    """Replace what is known of these people."""
    rows = [_row(one) for one in people]
    if rows:
        connection.execute(delete(KNOWN_PERSON).where(KNOWN_PERSON.c.person.in_([row["person"] for row in rows])))
        connection.execute(insert(KNOWN_PERSON), rows)


def let_go(connection: Connection, person: str) -> None:
    """Forget what the files no longer say of somebody: spellings, or, where they no longer have the person, all of
    it."""
    known = read_known_people(connection).get(person)
    if known is None:
        return
    if known.gone_at is not None:
        forget_known_person(connection, person)
        return
    forms = tuple(form for form in known.forms if form not in known.former)
    write_known_people(connection, [KnownPerson(person, forms, (), known.state, known.since)])


def forget_known_person(connection: Connection, person: str) -> None:
    """Delete everything that is known of somebody, and their gates where the files no longer have the person."""
    known = read_known_people(connection).get(person)
    if known is not None and known.gone_at is not None:
        for kind, prefix in (("person", f"{person}@"), ("consent", f"{person}/")):
            ours = GATE.c.subject.startswith(prefix, autoescape=True) | (GATE.c.subject == person)
            connection.execute(delete(GATE).where(GATE.c.kind == kind, ours))
    connection.execute(delete(KNOWN_PERSON).where(KNOWN_PERSON.c.person == person))


def find_formerly_named(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold deliveries that name somebody by a spelling that the files no longer have, while that person's gate is
    closed."""
    former = tuple((person, tuple(forms)) for person, forms in connection.execute(_FORMER))
    if not former:
        return {}
    named = _matcher(former)
    originals = read_originals(connection, candidates)
    asked: dict[str, list[str]] = {}
    for one in candidates:
        original = originals.get(one.id)
        who = named.in_words(one.message_json)
        if original is not None:
            who |= named.in_words(original.message_json)
        # Whom the files still find in it is asked by `find_closed_gates`, perhaps by the gate of a state.
        asked[one.id] = [f"person:{person}" for person in sorted(who.difference(people_in(one.subjects)))]
    return find_gate_holds(connection, {id: subjects for id, subjects in asked.items() if subjects}, now)


@lru_cache(maxsize=4)
def _matcher(former: tuple[tuple[str, tuple[str, ...]], ...]) -> NameMatcher:
    from amplify.rules.text.aliases import NameMatcher

    return NameMatcher(dict(former))


def _row(one: KnownPerson) -> dict[str, Any]:
    return {
        "person": one.person,
        "forms": list(one.forms),
        "former": list(one.former) or None,
        "state": one.state,
        "since": one.since,
        "gone_at": one.gone_at,
    }
