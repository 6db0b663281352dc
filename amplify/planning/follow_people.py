"""Following people from one state of the files to the next: a hold is lifted by people, never by a missing line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection
from amplify.ledger.holds.known_people import (
    EVERYWHERE,
    KnownPerson,
    Spellings,
    forget_known_person,
    join_spellings,
    read_known_people,
    without_forms,
    write_known_people,
)
from amplify.ledger.holds.stops import StopRequest, in_force, widen_all, write_stop
from amplify.ledger.queries.audit_log import record_event
from amplify.model.gate import Gate
from amplify.model.person import Person, PersonState
from amplify.model.subject import declared_state, person_in
from amplify.rules.plan.person_gates import state_words
from amplify.rules.text.aliases import name_forms
from amplify.rules.text.first_names import first_names

FOLLOWED_BY = "amplify"
"""Who asked for a stop that followed from the files."""
Gates = Mapping[tuple[str, str], Gate]
About = Mapping[str, Sequence[str]]
"""Campaign → whom it is about."""


@dataclass(frozen=True, slots=True)
class PeopleChange:
    """What the ledger knew of everybody before it looked at the files, and what it knows now."""

    before: Mapping[str, KnownPerson]
    after: Mapping[str, KnownPerson]

    def gates_from(self, gates: Iterable[Gate]) -> Iterator[Gate]:
        """The files' gates: one for posts that are written for a state opens when the ledger learned it, no earlier."""
        for gate in gates:
            known = self.after.get(person_in(f"{gate.kind}:{gate.subject}") or "")
            if known is not None and gate.opens_at is not None and declared_state(f"person:{gate.subject}"):
                gate = replace(gate, opens_at=max(gate.opens_at, known.since))
            yield gate

    def kept_gates(self, gates: Gates) -> Iterator[Gate]:
        """Gates of people whom the files no longer have: they stay as they were."""
        gone = {id for id, one in self.after.items() if one.gone_at is not None}
        for (kind, subject), gate in gates.items():
            if kind in ("person", "consent") and subject.partition("/")[0] in gone:
                yield gate


def learn_people(
    connection: LedgerConnection, people: Mapping[str, Person], about: About, gates: Gates, now: datetime
) -> PeopleChange:
    """Write down what the files say of everybody. `gates`: as they were before."""
    before = read_known_people(connection)
    after = {id: _present(one, _spelled(one, about), before.get(id), now) for id, one in people.items()}
    said = join_spellings(_spelled(one, about) for one in people.values())
    for id, known in before.items():
        if id in people:
            continue
        if known.gone_at is None and not without_forms(known.forms, said) and _closed(known, gates, now) is None:
            forget_known_person(connection, id)  # another id, and nothing was held
        else:
            after[id] = replace(known, gone_at=known.gone_at or now, former=known.forms)
    write_known_people(connection, [one for id, one in after.items() if one != before.get(id)])
    return PeopleChange(before, after)


def learn_one_person(connection: LedgerConnection, person: Person, now: datetime) -> PeopleChange:
    """Write down what the file says of one person, while the others cannot be read: campaigns are as they were."""
    before = read_known_people(connection)
    known = before.get(person.id)
    about = {campaign: (person.id,) for campaign in (known.forms if known is not None else ()) if campaign}
    one = _present(person, _spelled(person, about), known, now)
    write_known_people(connection, [one])
    return PeopleChange(before, {**before, person.id: one})


def follow_people(
    app: AppContext, connection: LedgerConnection, people: Mapping[str, Person], gates: Gates, change: PeopleChange
) -> None:
    """Stop people who must not be spoken of any more, or whose hold the files have lifted, until two people resume;
    and add spellings to the stops in force. `gates`: as they were before."""
    stamp = app.timestamp(connection)
    stopped = {stop.subject for stop in in_force(connection) if stop.kind == "person"}
    new = []
    for asked in _stops(people, gates, change, stamp.at):
        if asked.subject not in stopped:
            write_stop(connection, asked, stamp)
            new.append(asked)
    widen_all(connection, {("person", id): known.forms.get(EVERYWHERE, ()) for id, known in change.after.items()})
    for asked in new:
        told = {"words": list(asked.words)}
        record_event(connection, "stop", FOLLOWED_BY, f"person:{asked.subject}", asked.why, told, stamp)


def _stops(people: Mapping[str, Person], gates: Gates, change: PeopleChange, now: datetime) -> Iterator[StopRequest]:
    until = "two people must say that posts may go out again"
    for id, known in change.after.items():
        before = change.before.get(id)
        silent = _silent_state(before, gates.get(("person", id)))
        forms = known.forms.get(EVERYWHERE, ())
        if id not in people:
            why = _closed(known, gates, now)
            if before is not None and before.gone_at is None and why is not None:
                yield StopRequest(
                    "person",
                    id,
                    f"{why}, and the files no longer have {id}: {until}",
                    FOLLOWED_BY,
                    known.forms.get(EVERYWHERE, ()),
                )
        elif silent is not None and people[id].state.speaks:
            why = f"{id} was {state_words(silent)} until now: {until}"
            yield StopRequest("person", id, why, FOLLOWED_BY, forms)
    for (kind, id), gate in gates.items():  # of a ledger that knew gates only
        if kind == "person" and gate.state is not None and id not in change.after:
            yield StopRequest("person", id, f"{gate.closed}, and the files no longer have {id}: {until}", FOLLOWED_BY)


def _present(person: Person, spelled: Spellings, known: KnownPerson | None, now: datetime) -> KnownPerson:
    if known is None:
        return KnownPerson(person.id, spelled, {}, person.state.value, now)
    ever = join_spellings((known.forms, spelled))
    same = known.state == person.state.value and known.gone_at is None
    return KnownPerson(person.id, ever, without_forms(ever, spelled), person.state.value, known.since if same else now)


def _spelled(person: Person, about: About) -> Spellings:
    """Every spelling that names the person: everywhere, and in the posts of campaigns that are about them."""
    own = dict.fromkeys((campaign for campaign, people in about.items() if person.id in people), first_names(person))
    return {EVERYWHERE: tuple(name_forms(person)), **{campaign: tuple(forms) for campaign, forms in own.items()}}


def _closed(known: KnownPerson, gates: Gates, now: datetime) -> str | None:
    """Why nothing about this person went out, in a sentence; None while it did."""
    gate = gates.get(("person", known.person))
    return gate.why_not(now) if gate is not None else None


def _silent_state(known: KnownPerson | None, gate: Gate | None) -> PersonState | None:
    """The state for which nothing about the person went out; None where it did, or for another reason."""
    if gate is not None and gate.state is not None:
        return PersonState(gate.state)
    state = PersonState(known.state) if known is not None else None
    return state if state is not None and not state.speaks else None
