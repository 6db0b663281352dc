"""Erasure of a person from the ledger: texts are erased; that something was sent, when, and its engagement stay."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amplify.context.app_context import AppContext
from amplify.decisions.find_subject import people_spellings
from amplify.ledger.database import LedgerConnection, LedgerRow
from amplify.ledger.holds.known_people import EVERYWHERE, forget_known_person, read_known_people
from amplify.ledger.holds.protection_rows import delete_protection
from amplify.ledger.holds.stops import in_force
from amplify.ledger.queries.audit_log import ERASING, erase_events, list_events, record_event
from amplify.ledger.rows.erase import (
    PAGE,
    SETTLED,
    count_deliveries,
    delivery_pages,
    erase_seen,
    erase_stops,
    erase_words,
    lifted_stops,
    overwrite_deleted,
    pictures_of,
    read_deliveries,
    seen_messages,
    settle_files,
)
from amplify.model.clock import Timestamp
from amplify.model.errors import NeedsPerson
from amplify.model.subject import person_in
from amplify.rules.text.aliases import NameMatcher

Told = Callable[[int, int], None]


@dataclass
class PersonMentions:
    """All places where the ledger names a person."""

    person: str
    words: tuple[str, ...]
    """Every spelling that was looked for."""
    deliveries: list[str] = field(default_factory=list)
    to_come: list[str] = field(default_factory=list)
    """Deliveries that are still to go out, or that nobody has settled: they keep their texts."""
    seen: list[int] = field(default_factory=list)
    """Approvals of other texts than today's."""
    stops: list[int] = field(default_factory=list)
    deeds: list[int] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)
    """Pictures that no other delivery has, by hash."""
    stopped: bool = False
    """Whether a stop is in force: it stays, with the names it looks for."""
    known: bool = False
    """Whether the ledger keeps the name of somebody whom the files no longer have."""

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.seen or self.stops or self.deeds or self.known)


def find_mentions(
    app: AppContext, person: str, aliases: Sequence[str] = (), told: Told | None = None
) -> PersonMentions:
    """Search the whole ledger for a person. `aliases`: spellings beside those of the files and of stops. Read-only."""
    with app.ledger.read() as connection:
        known = [word for stop in in_force(connection) if _is(stop.kind, stop.subject, person) for word in stop.words]
        known += [
            word
            for stop in lifted_stops(connection)
            if _is(stop["kind"], stop["subject"], person)
            for word in stop["words"]
        ]
        if (remembered := read_known_people(connection).get(person)) is not None:
            known += remembered.forms.get(EVERYWHERE, ())
        found = PersonMentions(person, tuple(dict.fromkeys((*aliases, *people_spellings(app).get(person, ()), *known))))
        found.stopped = any(_is(stop.kind, stop.subject, person) for stop in in_force(connection))
        found.known = remembered is not None and remembered.gone_at is not None and not found.stopped
        names = NameMatcher({person: found.words})
        _look(connection, found, names, told)
        found.seen = [number for number, message in seen_messages(connection) if names.in_words(json.dumps(message))]
        found.stops = [
            stop["id"]
            for stop in lifted_stops(connection)
            if _is(stop["kind"], stop["subject"], person)
            or (stop["kind"] == "words" and names.names(f"#{stop['subject']}"))
        ]
        found.deeds = [row["number"] for row in list_events(connection) if _tells(row, person, names)]
    return found


def forget_person(app: AppContext, found: PersonMentions, actor: str, told: Told | None = None) -> None:
    """Erase what `find_mentions` found. Raises NeedsPerson where something that names the person is still to come."""
    if found.to_come:
        raise NeedsPerson(
            f"{len(found.to_come)} deliveries that name {found.person} are still to come: take them out of the files, "
            "run `amplify queue`, then forget"
        )
    names = NameMatcher({found.person: found.words})

    def keeps(word: str) -> bool:
        return person_in(word) != found.person and not names.names(f"#{word}")

    now = app.clock.now()
    for start in range(0, len(found.deliveries), PAGE):
        some = found.deliveries[start : start + PAGE]
        with app.ledger.write() as connection:
            overwrite_deleted(connection)
            erase_words(connection, read_deliveries(connection, some), keeps, now)
        if told is not None:
            told(start + len(some), len(found.deliveries))
    with app.ledger.write() as connection:
        overwrite_deleted(connection)
        erase_seen(connection, found.seen)
        erase_stops(connection, found.stops)
        if not found.stopped:
            forget_known_person(connection, found.person)
        if found.known:
            delete_protection(connection, "person", found.person)
        erase_events(connection, found.deeds)
        payload = {"deeds": found.deeds, "deliveries": len(found.deliveries), "pictures": len(found.pictures)}
        record_event(connection, "forget", actor, None, None, payload, Timestamp(now, app.ledger.real_now(connection)))
    settle_files(app.ledger)
    app.pictures.drop(found.pictures)
    shutil.rmtree(app.thumbnails, ignore_errors=True)  # whoever is in them: they are drawn again


def _is(kind: str, subject: str, person: str) -> bool:
    return kind == "person" and subject == person


def _look(connection: LedgerConnection, found: PersonMentions, names: NameMatcher, told: Told | None) -> None:
    """Search all deliveries, whatever their state."""
    done, together, kept = 0, count_deliveries(connection), set[str]()
    for rows in delivery_pages(connection):
        for row in rows:
            pictures = pictures_of(row["message"])
            if not _names(row, found.person, names):
                kept |= pictures
            elif row["state"] in SETTLED:
                found.deliveries.append(row["id"])
                found.pictures |= pictures
            else:
                found.to_come.append(row["id"])
        done += len(rows)
        if told is not None:
            told(done, together)
    found.pictures -= kept


def _names(row: LedgerRow, person: str, names: NameMatcher) -> bool:
    if any(person_in(subject) == person for subject in row["subjects"]):
        return True
    said = [row["why"] or "", *(f"#{tag}" for tag in row["hashtags"])]
    return bool(names.in_words(json.dumps(row["message"]))) or any(names.names(one) for one in said)


def _tells(deed: LedgerRow, person: str, names: NameMatcher) -> bool:
    """Whether an audit event is about the person, or names them."""
    if deed["salt"] is None or deed["act"] in ERASING:
        return False
    if deed["subject"] is not None and person_in(deed["subject"]) == person:
        return True
    said = [deed["subject"] or "", deed["why"] or "", *_texts(deed["payload"])]
    return any(names.names(one) for one in said)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return []
