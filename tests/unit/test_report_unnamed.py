"""Of somebody who is held a report tells nothing but a number: in no form, whoever looks for whom it concerns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from report_ledger import NAMES, NOW, add, at, fill, read
from sqlalchemy import Connection, create_engine, insert
from sqlmodel import SQLModel

from amplify.ledger.database import set_meta
from amplify.ledger.decision_tables import STOP
from amplify.ledger.tables import GATE
from amplify.model import cause
from amplify.report.report import collect_deliveries
from amplify.report.report_csv import as_csv
from amplify.report.report_html import as_html
from amplify.report.report_json import as_json
from amplify.report.report_markdown import as_markdown
from amplify.report.report_model import Names, Report

DUE = at(17, "10:00:00")
WHO = replace(NAMES, people={"anna": ("Anna Petrova", "Ганна", "Ann*")})


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def collected(connection: Connection, names: Names = WHO) -> Report:
    return collect_deliveries(connection, start=None, end=None, now=NOW, names=names)


def forms(found: Report) -> dict[str, str]:
    return {
        "csv": as_csv(found),
        "json": json.dumps(as_json(found), ensure_ascii=False),
        "markdown": as_markdown(found),
        "html": as_html(found),
    }


def close(connection: Connection, person: str = "anna") -> None:
    connection.execute(insert(GATE).values(kind="person", subject=person, closed=f"{person} is release confirmed"))


def stop(connection: Connection, kind: str, subject: str, why: str, words: tuple[str, ...] = ()) -> None:
    row = {"kind": kind, "subject": subject, "words": list(words), "why": why, "by": "vera", "at": DUE, "real_at": DUE}
    connection.execute(insert(STOP).values(**row))


TELLING: list[tuple[str, dict[str, Any]]] = [
    ("listed", {"subjects": ["person:anna"]}),
    ("post", {"post": "letter-to-anna"}),
    ("joined", {"post": "freeanna"}),
    ("entry", {"entry": "annas-week"}),
    ("campaign", {"campaign": "free_anna"}),
    ("hashtag", {"hashtags": ["FreeAnna"]}),
    ("script", {"hashtags": ["ВоляГанна"]}),
    ("cause", {"cause": cause.stop("person", "anna"), "why": "stopped"}),
    ("consent", {"subjects": ["consent:anna/portrait"]}),
    ("reason", {"why": "Anna is at home"}),
]


@pytest.mark.parametrize("state", ["missed", "waiting", "sent", "removed", "refused", "cut"])
@pytest.mark.parametrize(("how", "row"), TELLING, ids=[how for how, _ in TELLING])
def test_what_tells_of_her_is_counted_and_not_named(
    connection: Connection, state: str, how: str, row: dict[str, Any]
) -> None:
    close(connection)
    fields = {"post": "some-post-x1", "entry": "some-entry-x2", "campaign": "day", "variant": "variant-x3", **row}
    post = fields.pop("post")
    out = at(17, "10:00:09") if state in ("sent", "removed", "cut") else None
    add(connection, "secretid", "press_union/x", post, DUE, state, sent=out, parts=(out,), **fields)
    add(connection, "open", "press_union/x", "known-post", DUE, "missed", why="late", campaign="day", entry="other")
    found = collected(connection)
    assert found.unnamed == 1
    assert found.counts.planned == 2
    for form, text in forms(found).items():
        for word in ("secretid", post, fields["entry"], "variant-x3", "FreeAnna", "ВоляГанна", "Free Anna", "at home"):
            assert word not in text, (form, word)
        assert "known-post" in text
    groups = {group.name: group.counts.planned for group in found.dimension("campaign").groups}
    assert groups == {"Day of Solidarity": 1, "not named here": 1}


def test_lists_say_how_many_they_leave_out(connection: Connection) -> None:
    close(connection)
    for number in range(4):
        add(connection, f"m{number}", "press_union/x", "p", DUE, "missed", why="w", subjects=["person:anna"])
    out = at(17, "10:00:09")
    add(connection, "s", "press_union/x", "p", DUE, "sent", sent=out, parts=(out,), subjects=["person:anna"])
    add(connection, "o", "press_union/x", "q", DUE, "sent", sent=out, parts=(out,), campaign="day")
    text = as_markdown(collected(connection))
    assert "4 messages are not listed here, for the sake of somebody they name." in text
    assert "1 message is not listed here" in text
    assert "5 deliveries are in these numbers and nowhere named" in text


def test_numbers_are_whole_in_every_form(connection: Connection) -> None:
    close(connection)
    out = at(17, "10:00:09")
    for id, who in (("a", ["person:anna"]), ("b", [])):
        add(connection, id, "press_union/x", "p", DUE, "sent", sent=out, parts=(out,), subjects=who, campaign="day")
        read(connection, id, 0, at(17, "11:00:09"), "1h", 3, 0, 0, 0, 0, 10)
    found = collected(connection)
    assert found.tally.likes.total == 6
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert sum(int(row["likes"]) for row in rows if row["latest"] == "yes") == 6
    (hidden,) = [row for row in rows if row["unnamed"] == "yes" and row["latest"] == "yes"]
    told = {key for key, value in hidden.items() if value}
    assert told <= {"platform", "lang", "state", "mark", "missing", "latest", "unnamed", "rehearsal"} | {
        *("likes", "reposts", "replies", "quotes", "bookmarks", "views", "interactions")
    }


@pytest.mark.parametrize("how", ["stop", "files"])
def test_whoever_knows_that_she_is_held(connection: Connection, how: str) -> None:
    """A stop in the ledger, or a state in the files that nobody has queued yet."""
    names = WHO
    if how == "stop":
        stop(connection, "person", "anna", "she is free", ("Anna Petrova",))
    else:
        names = replace(WHO, silent=frozenset({"person:anna"}))
    fill(connection)
    add(connection, "x", "press_union/x", "quiet-post", DUE, "missed", why="w", subjects=["person:anna"])
    found = collected(connection, names)
    for form, text in forms(found).items():
        for word in ("quiet-post", "Free Anna", "FreeAnna", "free-anna", "she is free"):
            assert word not in text, (form, word)


@pytest.mark.parametrize(
    ("kind", "subject", "why"),
    [("hashtag", "FreeAnna", "asked"), ("campaign", "day", "Anna was freed"), ("entry", "annas-week", "asked")],
)
def test_other_stops_do_not_name_her_either(connection: Connection, kind: str, subject: str, why: str) -> None:
    close(connection)
    stop(connection, kind, subject, why)
    add(connection, "open", "press_union/x", "known-post", DUE, "waiting", campaign="day", entry="other")
    found = collected(connection)
    assert [(one.kind, one.subject, one.why) for one in found.closed] == [(f"stop of {kind}", None, None)]
    for text in forms(found).values():
        assert "Anna" not in text
        assert "annas" not in text


def test_nobody_is_held_and_all_is_named(connection: Connection) -> None:
    connection.execute(insert(GATE).values(kind="person", subject="anna"))
    add(connection, "a", "press_union/x", "free-anna", DUE, "missed", why="late", subjects=["person:anna"])
    found = collected(connection)
    assert found.unnamed == 0
    assert all("free-anna" in text for text in forms(found).values())
    assert "not named" not in as_markdown(found).split("## Method")[0]


def test_a_rehearsal_says_so_and_links_to_nothing(connection: Connection) -> None:
    fill(connection)
    assert "https://" in as_markdown(collected(connection))
    assert collected(connection).rehearsal is False
    set_meta(connection, "rehearsal", NOW.isoformat())
    found = collected(connection)
    told = forms(found)
    assert json.loads(told["json"])["rehearsal"] is True
    assert {row["rehearsal"] for row in csv.DictReader(io.StringIO(told["csv"]))} == {"yes"}
    assert {row["url"] for row in csv.DictReader(io.StringIO(told["csv"]))} == {""}
    for form in ("markdown", "html"):
        assert "ngagement report of a rehearsal" in told[form]
        assert "This is a rehearsal: nothing of it was published" in told[form]
        assert ".example/" not in told[form]
        assert "its links open" not in told[form]
