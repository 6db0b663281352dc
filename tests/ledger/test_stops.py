"""The gate of stops: one row holds whatever it means, wherever the name stands."""

from __future__ import annotations

from typing import Any

import pytest

from amplify.ledger.database import Ledger
from amplify.ledger.holds.stops import Stop, StopRequest, find_stopped, in_force, lift_stop, widen_all, write_stop
from amplify.ledger.queries.stop_impact import measure_impact
from amplify.model.clock import Timestamp
from amplify.model.message import Attachment, LinkCard, Message, Part
from ledger import rows
from ledger.rows import NOW

ANNA = ("Anna Petrova", "Ганна Пятрова", "Ганну Пятрову", "Анна Петрова")


def stop(ledger: Ledger, kind: str, subject: str = "", words: tuple[str, ...] = ()) -> Stop:
    with ledger.write() as connection:
        return write_stop(
            connection,
            StopRequest(kind, subject, "released", "vera", words),
            Timestamp(NOW, ledger.real_now(connection)),
        )


def take(ledger: Ledger, **how: Any) -> list[str]:
    return [one.post for one in rows.take(ledger, **how)]


@pytest.fixture
def library(ledger: Ledger) -> Ledger:
    rows.queue(
        ledger,
        rows.planned("about_anna", "a/x", subjects=("campaign:free", "person:anna")),
        rows.planned("plain", "b/x"),
        rows.planned("with_us", "c/mastodon", subjects=("partner:a", "campaign:free")),
        rows.planned("other", "d/bluesky"),
    )
    return ledger


@pytest.mark.parametrize(
    ("kind", "subject", "left"),
    [
        ("person", "anna", {"plain", "with_us", "other"}),
        ("campaign", "free", set()),
        ("campaign", "another", {"about_anna", "plain", "with_us", "other"}),
        ("partner", "a", {"plain", "other"}),
        ("platform", "x", {"with_us", "other"}),
        ("account", "c/mastodon", {"about_anna", "plain", "other"}),
        ("entry", "other", {"about_anna", "plain", "with_us"}),
        ("all", "", set()),
        ("a kind of tomorrow", "what", set()),
    ],
)
def test_what_each_kind_holds(library: Ledger, kind: str, subject: str, left: set[str]) -> None:
    stop(library, kind, subject)
    assert set(take(library)) == left


def test_what_is_written_for_a_state_is_about_the_person(ledger: Ledger) -> None:
    rows.queue(ledger, rows.planned("remembrance", "a/x", subjects=("person:anna@died",)))
    held = stop(ledger, "person", "anna")
    with ledger.read() as connection:
        assert [row["post"] for row in measure_impact(connection, [held], None).held] == ["remembrance"]


def test_a_held_row_says_who_and_why(library: Ledger) -> None:
    stop(library, "entry", "other")
    take(library)
    held = rows.row(library, rows.planned("other", "d/bluesky"))
    assert held["why"] == "stopped by vera (entry other): released"


def words(text: str = "Hello", alt: str = "A wall", card: str = "A petition", warning: str | None = None) -> Message:
    picture = Attachment("wall.png", "0" * 64, "image/png", 1, 1, alt)
    return Message("x", ("en",), (Part(text, (), (picture,), LinkCard("https://x.example", card, "", None)),), warning)


@pytest.mark.parametrize(
    "message",
    [
        words("Freedom for Anna Petrova!"),
        words("Свабоду для ГАННЫ? Сёння — Ганну Пятрову"),
        words("#FreeAnnaPetrova"),
        words("Анна Петрова"),
        words(alt="Anna Petrova before the court"),
        words(card="A letter to Anna Petrova"),
        words(warning="About Anna Petrova"),
    ],
)
def test_a_name_that_is_only_typed_is_found(ledger: Ledger, message: Message) -> None:
    from dataclasses import replace

    about = replace(rows.planned("typed", "a/x"), message=message, content_hash=message.content_hash())
    rows.queue(ledger, about, rows.planned("other", "d/bluesky"))
    stop(ledger, "person", "anna", ANNA)
    assert take(ledger) == ["other"]


@pytest.mark.parametrize("text", ["Annabel Petrovan", "Another day", "Joanna Petrova-Smith's sister"])
def test_another_name_is_not(ledger: Ledger, text: str) -> None:
    rows.queue(ledger, rows.planned("typed", "a/x", texts=[text]))
    stop(ledger, "person", "anna", ("Anna", *ANNA))
    assert take(ledger) == ["typed"]


@pytest.mark.parametrize(
    ("tags", "text", "held"),
    [
        (("FreeAnna",), "…", True),
        (("freeanna",), "…", True),
        ((), "see #FREEANNA.", True),
        (("FreeAnnaNow",), "#FreeAnnaNow", False),
        ((), "FreeAnna", False),
    ],
)
def test_a_hashtag_whatever_its_case(ledger: Ledger, tags: tuple[str, ...], text: str, held: bool) -> None:
    from dataclasses import replace

    rows.queue(ledger, replace(rows.planned("tagged", "a/x", texts=[text]), hashtags=tags))
    stop(ledger, "hashtag", "freeanna")
    assert take(ledger) == ([] if held else ["tagged"])


def test_a_boost_of_something_stopped(ledger: Ledger) -> None:
    target = rows.planned("about_anna", "a/x", texts=["Anna Petrova"])
    boost = rows.planned("again", "b/x", boost_of=target)
    rows.queue(ledger, target, boost)
    rows.send(ledger, rows.take_one(ledger))
    stop(ledger, "person", "anna", ANNA)
    assert take(ledger) == []
    assert "stopped by vera" in str(rows.row(ledger, boost)["why"])


def test_a_stop_after_the_claim_bars_the_call(library: Ledger) -> None:
    claimed = rows.take(library)
    stop(library, "all")
    assert all("stopped by vera (everything)" in rows.barred(library, one) for one in claimed)


def test_lifted_once_and_for_all(library: Ledger) -> None:
    one, other = stop(library, "all"), stop(library, "platform", "x")
    with library.write() as connection:
        assert lift_stop(connection, one, "vera", "over", NOW)
        assert not lift_stop(connection, one, "vera", "over", NOW)
        assert [left.id for left in in_force(connection)] == [other.id]
    assert set(take(library)) == {"with_us", "other"}


def test_names_learned_later_count(ledger: Ledger) -> None:
    rows.queue(ledger, rows.planned("typed", "a/x", texts=["Ganna P."]))
    stop(ledger, "person", "anna", ANNA)
    with ledger.write() as connection:
        widen_all(connection, {("person", "anna"): ["Ganna P"], ("person", "maria"): ["Maria"]})
        assert in_force(connection)[0].words == (*ANNA, "Ganna P")
    assert take(ledger) == []


def test_nothing_is_asked_twice_while_nothing_is_stopped(library: Ledger) -> None:
    with library.read() as connection:
        assert in_force(connection) == []
        assert find_stopped(connection, [one.row for one in rows.take(library)], NOW) == {}


def test_what_it_reaches(ledger: Ledger) -> None:
    sent = rows.planned("sent", "a/x", texts=["one", "two"])
    rows.queue(ledger, sent)
    rows.send(ledger, rows.take_one(ledger))
    rows.queue(ledger, sent, rows.planned("soon", "a/x"), rows.planned("in_hand", "b/x"), rows.planned("no", "c/x"))
    assert len(rows.take(ledger)) == 3
    with ledger.write() as connection:
        rows.force(connection, rows.planned("soon", "a/x").id, state="waiting", owner=None)
    one = stop(ledger, "entry", "soon")
    with ledger.read() as connection:
        found = measure_impact(connection, [one], 5)
        assert ([row["post"] for row in found.held], found.out, found.whole) == (["soon"], [], True)
        everything = measure_impact(connection, [Stop(0, "all", "", (), "", "", NOW, NOW)], None)
    assert {row["post"] for row in everything.held} == {"soon", "in_hand", "no"}
    assert [(row["post"], len(row["urls"])) for row in everything.out] == [("sent", 2)]


def test_when_the_time_is_over_it_says_that_there_may_be_more(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amplify.ledger.queries.stop_impact._PAGE", 2)
    rows.queue(ledger, *(rows.planned(f"n{number}", "a/x") for number in range(5)))
    one = stop(ledger, "all")
    with ledger.read() as connection:
        part, whole = measure_impact(connection, [one], 0), measure_impact(connection, [one], None)
    assert (len(part.held), part.whole) == (2, False)
    assert (len(whole.held), whole.whole) == (5, True)
