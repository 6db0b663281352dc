"""Stops follow what goes on under another id; what the ledger knows by itself; who was seen at work. Both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amplify.ledger.database import Ledger
from amplify.ledger.holds.renamed import follow_renamed
from amplify.ledger.holds.stops import StopRequest, in_force, write_stop
from amplify.ledger.queries.known_subjects import delivered_subjects, gated_subjects
from amplify.ledger.queries.workers_seen import recent_workers
from amplify.model.clock import Timestamp
from amplify.model.plan import Planned
from ledger import rows
from ledger.rows import NOW, planned

TEXT = "A long letter to the minister of justice, about the papers"


def stopped(ledger: Ledger, kind: str, subject: str) -> None:
    with ledger.write() as connection:
        write_stop(connection, StopRequest(kind, subject, "", "vera"), Timestamp(NOW, ledger.real_now(connection)))


def words(ledger: Ledger, *new: Planned) -> tuple[str, ...]:
    with ledger.write() as connection:
        follow_renamed(connection, new)
        return in_force(connection)[0].words


@pytest.fixture
def letters(ledger: Ledger) -> Ledger:
    rows.queue(ledger, planned("letter", texts=[TEXT]), planned("known", texts=["Quite another thing"]))
    return ledger


@pytest.mark.parametrize(
    ("kind", "changes", "followed"),
    [
        ("entry", {"entry": "new"}, True),
        ("entry", {"entry": "new", "post": "new"}, True),
        ("entry", {"entry": "known"}, False),  # another one, that was there before
        ("post", {"post": "new"}, True),
        ("post", {"post": "new", "entry": "new"}, True),
        ("post", {"post": "known"}, False),
        ("campaign", {"campaign": "new"}, True),
        ("campaign", {"campaign": "new", "post": "new", "entry": "new"}, True),
    ],
)
def test_what_goes_on_under_another_id(letters: Ledger, kind: str, changes: dict[str, str], followed: bool) -> None:
    before = planned("letter", texts=[TEXT])
    stopped(letters, kind, getattr(before, kind))
    renamed = replace(before, id="f" * 64, **changes)  # type: ignore[arg-type]
    assert words(letters, renamed) == ((f"{kind}:{changes[kind]}",) if followed else ())


def test_other_words_are_another_post(letters: Ledger) -> None:
    stopped(letters, "post", "letter")
    other = planned("new", texts=["Flowers for the garden of the school, and a song"])
    assert words(letters, other) == ()


def test_what_the_ledger_knows(letters: Ledger) -> None:
    rows.queue(letters, planned("about", "a/x", subjects=("person:anna@died", "campaign:free", "action:petition")))
    with letters.read() as connection:
        assert {("person", "anna"), ("account", "a/x"), ("action", "petition")} <= gated_subjects(connection)
        found = delivered_subjects(connection)
    assert {("entry", "letter"), ("post", "about"), ("person", "anna"), ("platform", "x")} <= found


def test_who_was_seen(letters: Ledger) -> None:
    with letters.read() as connection:
        assert recent_workers(letters, connection) == []
    claimed = rows.take(letters, owner="host.example:4711:a1b2c3")[0]
    rows.begin(letters, claimed)
    with letters.read() as connection:
        assert [one.name for one in recent_workers(letters, connection)] == ["host.example, process 4711"]
