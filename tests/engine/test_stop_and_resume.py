"""stop and resume: at once, for everybody, and nothing goes out late afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned

from amplify.decisions.approve import approve_reviews, to_review
from amplify.decisions.resume import resume_subject
from amplify.decisions.stop import stop_subject
from amplify.ledger.holds.stops import in_force
from amplify.ledger.queries.audit_log import list_events, verify_chain
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson, WrongUse
from engine.fake import FakeDesk, World
from engine.passes import desk, go, world

__all__ = ["desk", "world"]

HOUR = timedelta(hours=1)


def states(desk: FakeDesk, *deliveries: object) -> list[DeliveryState]:
    return [rows.state(desk.ledger, one) for one in deliveries]  # type: ignore[arg-type]


def acts(desk: FakeDesk) -> list[tuple[str, str, str | None]]:
    with desk.ledger.read() as connection:
        assert verify_chain(connection).broken is None
        return [(row["act"], row["actor"], row["subject"]) for row in reversed(list_events(connection))]


def test_nothing_that_is_stopped_goes_out(desk: FakeDesk, world: World) -> None:
    about, other = planned("about", "a/x", texts=["Free Anna Petrova"]), planned("other", "b/x", texts=["Hello"])
    rows.queue(desk.ledger, about, other)
    done = stop_subject(desk, "person", "anna", "the family asked", "vera", ["Anna Petrova"])
    assert (done.seen, done.known, [row["post"] for row in done.reach.held]) == (True, True, ["about"])
    go(desk)
    assert world.texts() == ["Hello"]
    assert acts(desk) == [("stop", "vera", "person:anna")]


def test_the_tail_of_a_thread_is_not_said(desk: FakeDesk, world: World) -> None:
    thread = planned("thread", "a/x", texts=["one", "two", "three"])
    rows.queue(desk.ledger, thread)
    stopped = Event()

    def meanwhile(moment: str) -> None:
        if len(world.accepted) == 1 and not stopped.is_set():
            stopped.set()
            stop_subject(desk, "all", "", "an error", "vera")

    world.meanwhile = meanwhile
    go(desk)
    assert (world.texts(), states(desk, thread)) == (["one"], [DeliveryState.CUT])


def test_boosts_of_it_are_not_made(desk: FakeDesk, world: World) -> None:
    target = planned("target", "a/x", texts=["Free Anna Petrova"])
    boost = planned("again", "b/x", boost_of=target, due=NOW + HOUR)
    go(desk, target, boost)
    stop_subject(desk, "person", "anna", "released", "vera", ["Anna Petrova"])
    go(desk, now=NOW + HOUR)
    assert (world.texts(), world.boosts) == (["Free Anna Petrova"], [])


def test_it_lists_what_is_out_with_addresses(desk: FakeDesk) -> None:
    go(desk, planned("said", "a/x", texts=["Anna Petrova", "…"]), planned("other", "b/x", texts=["Hello"]))
    done = stop_subject(desk, "person", "anna", "released", "vera", ["Anna Petrova"])
    assert [(row["post"], len(row["urls"])) for row in done.reach.out] == [("said", 2)]
    assert all(url.startswith("http") for row in done.reach.out for url in row["urls"])


def test_what_was_due_meanwhile_is_missed_and_nothing_bursts(desk: FakeDesk, world: World) -> None:
    early = [planned(f"early{number}", "a/x", due=NOW + timedelta(minutes=number)) for number in range(5)]
    later = planned("later", "a/x", due=NOW + HOUR)
    rows.queue(desk.ledger, *early, later)
    stop_subject(desk, "campaign", "free", "a mistake", "vera")
    go(desk, now=NOW + timedelta(minutes=30))
    done = resume_subject(desk, "campaign", "free", "it was mended", "vera")
    assert (done.lifted, done.missed) == (True, 5)
    go(desk)
    assert world.texts() == []
    assert states(desk, *early) == [DeliveryState.MISSED] * 5
    assert rows.row(desk.ledger, early[0])["why"] == "due while campaign free was stopped: a mistake"
    go(desk, now=NOW + HOUR)
    assert world.texts() == ["later from a/x"]


def test_a_row_in_hand_is_missed_too(desk: FakeDesk) -> None:
    one = planned("one", "a/x")
    rows.queue(desk.ledger, one)
    claimed = rows.take_one(desk.ledger)
    stop_subject(desk, "all", "", "a mistake", "vera")
    assert resume_subject(desk, "all", "", "mended", "vera").missed == 1
    assert states(desk, one) == [DeliveryState.MISSED]
    assert rows.barred(desk.ledger, claimed) == "another worker has it"


def test_only_what_was_stopped_is_missed(desk: FakeDesk, world: World) -> None:
    mine, other = planned("mine", "a/x"), planned("other", "b/mastodon")
    rows.queue(desk.ledger, mine, other)
    stop_subject(desk, "platform", "x", "down", "vera")
    resume_subject(desk, "platform", "x", "up", "vera")
    go(desk)
    assert states(desk, mine, other) == [DeliveryState.MISSED, DeliveryState.SENT]


def test_a_person_takes_two_people(desk: FakeDesk, world: World) -> None:
    rows.queue(desk.ledger, planned("about", "a/x", subjects=("person:anna",), due=NOW + HOUR))
    stop_subject(desk, "person", "anna", "released?", "vera")
    assert not resume_subject(desk, "person", "anna", "a rumour", "vera").lifted
    with pytest.raises(NeedsPerson, match="a second person"):
        resume_subject(desk, "person", "anna", "a rumour", "VERA")
    go(desk, now=NOW + HOUR)
    assert world.texts() == []
    desk.time.set(NOW)
    assert resume_subject(desk, "person", "anna", "confirmed by the lawyer", "max").lifted
    assert acts(desk)[-1] == ("resume", "max", "person:anna")
    go(desk, now=NOW + HOUR)
    assert len(world.texts()) == 1


def test_the_first_word_of_two_grows_old(desk: FakeDesk, ledger: WoundLedger) -> None:
    stop_subject(desk, "person", "anna", "released?", "vera")
    resume_subject(desk, "person", "anna", "a rumour", "vera")
    ledger.wind(timedelta(days=1, seconds=1))
    assert not resume_subject(desk, "person", "anna", "still", "max").lifted
    assert resume_subject(desk, "person", "anna", "yes", "vera").lifted


def test_stopped_again_nobody_has_asked_yet(desk: FakeDesk) -> None:
    stop_subject(desk, "person", "anna", "released?", "vera", ["Anna"])
    resume_subject(desk, "person", "anna", "a rumour", "vera")
    again = stop_subject(desk, "person", "anna", "released indeed", "vera", ["Ганна"])
    assert again.stop.words == ("Anna", "Ганна")
    assert not resume_subject(desk, "person", "anna", "no", "max").lifted
    with desk.ledger.read() as connection:
        assert [(one.why, one.asked_by) for one in in_force(connection)] == [("released indeed", "max")]


def test_what_was_approved_is_approved_anew(desk: FakeDesk, world: World) -> None:
    mine = replace(planned("mine", "a/x", due=NOW + HOUR, subjects=("person:anna",)), approvals=1)
    other = replace(planned("other", "b/x", due=NOW + HOUR), approvals=1)
    rows.queue(desk.ledger, mine, other)
    assert approve_reviews(desk, to_review(desk), "vera") == 2
    assert to_review(desk) == []
    stop_subject(desk, "person", "anna", "released?", "vera")
    resume_subject(desk, "person", "anna", "no", "vera")
    assert resume_subject(desk, "person", "anna", "no", "max").voided == 1
    assert [one.row.post for one in to_review(desk)] == ["mine"]
    go(desk, now=NOW + HOUR)
    assert world.texts() == ["other from b/x"]


@pytest.mark.parametrize("broken", ["people: [", "people: {}", "\x00", "people:\n- id: anna\n  state: no such state\n"])
def test_it_works_while_files_are_broken(desk: FakeDesk, tmp_path: Path, broken: str) -> None:
    desk.root = tmp_path
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "people.yaml").write_text(broken)
    rows.queue(desk.ledger, planned("about", "a/x", subjects=("person:anna",)))
    assert len(stop_subject(desk, "person", "anna", "released", "vera").reach.held) == 1


def test_it_knows_the_names_of_the_files(desk: FakeDesk, tmp_path: Path) -> None:
    desk.root = tmp_path
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "people.yaml").write_text(
        "people:\n- id: anna\n  name: {be: Ганна Пятрова}\n"
        "  aliases: ['Ганны Пятровай, Ганну Пятрову']\n  nonsense: 1\n"
    )
    rows.queue(desk.ledger, planned("typed", "a/x", texts=["Свабоду для Ганны Пятровай!"]))
    done = stop_subject(desk, "person", "anna", "released", "vera")
    assert done.stop.words == ("Ганна Пятрова", "Ганны Пятровай", "Ганну Пятрову")
    assert [row["post"] for row in done.reach.held] == ["typed"]


def test_an_unknown_name_is_stopped_and_told(desk: FakeDesk) -> None:
    done = stop_subject(desk, "campaign", "fere", "a mistake", "vera")
    assert not done.known
    with desk.ledger.read() as connection:
        assert len(in_force(connection)) == 1


def test_wrong_use(desk: FakeDesk) -> None:
    with pytest.raises(WrongUse, match="can be stopped"):
        stop_subject(desk, "colour", "red", "…", "vera")
    with pytest.raises(WrongUse, match="say which campaign"):
        stop_subject(desk, "campaign", " ", "…", "vera")
    with pytest.raises(WrongUse, match="stopped: nothing is stopped"):
        resume_subject(desk, "campaign", "free", "…", "vera")


def test_a_mark_that_did_not_see_it_is_waited_for(desk: FakeDesk) -> None:
    """On PostgreSQL somebody may be writing a mark while the stop is written: it returns once that is done."""
    from amplify.ledger.holds.gates import GATES

    holds, let_go, returned = Event(), Event(), Event()

    def worker() -> None:
        with desk.ledger.write() as connection:
            desk.ledger.lock(connection, GATES, shared=True)
            holds.set()
            assert let_go.wait(10)
            assert not returned.is_set()

    def stopping() -> None:
        assert stop_subject(desk, "all", "", "a mistake", "vera").seen
        returned.set()

    one = Thread(target=worker)
    one.start()
    assert holds.wait(10)
    other = Thread(target=stopping)
    other.start()
    assert not returned.wait(0.3)
    let_go.set()
    assert returned.wait(10)
    one.join(10), other.join(10)
