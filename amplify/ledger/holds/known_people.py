"""Known people: everybody whom the files have ever named, with every spelling. What the ledger knows of them goes on,
whatever the files leave out, until two people have resumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

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
_FORMS = select(KNOWN_PERSON.c.person, KNOWN_PERSON.c.forms)


Spellings = Mapping[str, tuple[str, ...]]
"""Spellings of one name, by the campaign in whose posts they name the person; under `EVERYWHERE` all others."""
EVERYWHERE: Final = ""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the ledger knows of one person."""

    person: str
    forms: Spellings
    """Every spelling that the files have had."""
    former: Spellings
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
            _spellings(row["forms"]),
            _spellings(row["former"] or {}),
            row["state"],
            row["since"],
            row["gone_at"],
        )
        for row in rows
    }


def without_forms(forms: Spellings, others: Spellings) -> Spellings:
    """Those of `forms` that are not among the others; campaigns without any are left out."""
    left = {
        campaign: tuple(form for form in listed if form not in others.get(campaign, ()))
        for campaign, listed in forms.items()
    }
    return {campaign: listed for campaign, listed in left.items() if listed}


def join_spellings(several: Iterable[Spellings]) -> Spellings:
    """All of them, each once, by campaign."""
    found: dict[str, dict[str, None]] = {}
    for spelled in several:
        for campaign, forms in spelled.items():
            found.setdefault(campaign, {}).update(dict.fromkeys(forms))
    return {campaign: tuple(forms) for campaign, forms in found.items()}


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
    forms = without_forms(known.forms, known.former)
    write_known_people(connection, [KnownPerson(person, forms, {}, known.state, known.since)])


def forget_known_person(connection: Connection, person: str) -> None:
    """Delete everything that is known of somebody, and their gates where the files no longer have the person."""
    known = read_known_people(connection).get(person)
    if known is not None and known.gone_at is not None:
        for kind, prefix in (("person", f"{person}@"), ("consent", f"{person}/")):
            ours = GATE.c.subject.startswith(prefix, autoescape=True) | (GATE.c.subject == person)
            connection.execute(delete(GATE).where(GATE.c.kind == kind, ours))
    connection.execute(delete(KNOWN_PERSON).where(KNOWN_PERSON.c.person == person))


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Spellings by which people are found in the texts of deliveries."""

    forms: Mapping[str, Spellings]

    def named_in(self, one: DueDelivery) -> frozenset[str]:
        """The people whom a delivery's texts name by one of these spellings."""
        listed = (
            (who, (*forms.get(EVERYWHERE, ()), *forms.get(one.campaign, ()))) for who, forms in self.forms.items()
        )
        sought = tuple((who, forms) for who, forms in listed if forms)
        return _matcher(sought).in_words(one.message_json) if sought else frozenset()

    def add_to(self, one: DueDelivery) -> DueDelivery:
        """The delivery, with everybody whom it names by one of these spellings among its subjects."""
        named = self.named_in(one).difference(people_in(one.subjects))
        return replace(one, subjects=(*one.subjects, *(f"person:{who}" for who in sorted(named)))) if named else one


def read_known_names(connection: Connection, people: Sequence[str]) -> KnownNames:
    """Read every spelling that the files have ever had for these people."""
    if not people:
        return KnownNames({})
    rows = connection.execute(_FORMS.where(KNOWN_PERSON.c.person.in_(people)))
    return KnownNames({person: _spellings(forms) for person, forms in rows})


def find_formerly_named(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold deliveries that name somebody by a spelling that the files no longer have, while that person's gate is
    closed."""
    former = KnownNames({person: _spellings(forms) for person, forms in connection.execute(_FORMER)})
    if not former.forms:
        return {}
    originals = read_originals(connection, candidates)
    asked: dict[str, list[str]] = {}
    for one in candidates:
        both = (one, originals[one.id]) if one.id in originals else (one,)
        who = {person for each in both for person in former.named_in(each)}
        # Whom the files still find in it is asked by `find_closed_gates`, perhaps by the gate of a state.
        if subjects := [f"person:{person}" for person in sorted(who.difference(people_in(one.subjects)))]:
            asked[one.id] = subjects
    return find_gate_holds(connection, asked, now)


@lru_cache(maxsize=64)  # one a campaign
def _matcher(former: tuple[tuple[str, tuple[str, ...]], ...]) -> NameMatcher:
    from amplify.rules.text.aliases import NameMatcher

    return NameMatcher(dict(former))


def _spellings(packed: Mapping[str, Sequence[str]]) -> Spellings:
    return {campaign: tuple(forms) for campaign, forms in packed.items()}


def _row(one: KnownPerson) -> dict[str, Any]:
    return {
        "person": one.person,
        "forms": {campaign: list(forms) for campaign, forms in one.forms.items()},
        "former": {campaign: list(forms) for campaign, forms in one.former.items()} or None,
        "state": one.state,
        "since": one.since,
        "gone_at": one.gone_at,
    }
