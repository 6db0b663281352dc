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
from amplify.ledger.holds.stops import StopRequest, in_force
from amplify.ledger.queries.audit_log import list_events, verify_chain
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson, WrongUse
from engine.fake import FakeDesk, World
from engine.passes import app, go, world

__all__ = ["app", "world"]

HOUR = timedelta(hours=1)


def states(app: FakeDesk, *deliveries: object) -> list[DeliveryState]:
    return [rows.state(app.ledger, one) for one in deliveries]  # type: ignore[arg-type]


def acts(app: FakeDesk) -> list[tuple[str, str, str | None]]:
    with app.ledger.read() as connection:
        assert verify_chain(connection).broken is None
        return [(row["act"], row["actor"], row["subject"]) for row in reversed(list_events(connection))]


def test_nothing_that_is_stopped_goes_out(app: FakeDesk, world: World) -> None:
    about, other = planned("about", "a/x", texts=["Free Anna Petrova"]), planned("other", "b/x", texts=["Hello"])
    rows.queue(app.ledger, about, other)
    done = stop_subject(app, StopRequest("person", "anna", "the family asked", "vera", ("Anna Petrova",)))
    assert (done.seen, [row["post"] for row in done.reach.held]) == (True, ["about"])
    go(app)
    assert world.texts() == ["Hello"]
    assert acts(app) == [("stop", "vera", "person:anna")]


def test_the_tail_of_a_thread_is_not_said(app: FakeDesk, world: World) -> None:
    thread = planned("thread", "a/x", texts=["one", "two", "three"])
    rows.queue(app.ledger, thread)
    stopped = Event()

    def meanwhile(moment: str) -> None:
        if len(world.accepted) == 1 and not stopped.is_set():
            stopped.set()
            stop_subject(app, StopRequest("all", "", "an error", "vera"))

    world.meanwhile = meanwhile
    go(app)
    assert (world.texts(), states(app, thread)) == (["one"], [DeliveryState.CUT])


def test_boosts_of_it_are_not_made(app: FakeDesk, world: World) -> None:
    target = planned("target", "a/x", texts=["Free Anna Petrova"])
    boost = planned("again", "b/x", boost_of=target, due=NOW + HOUR)
    go(app, target, boost)
    stop_subject(app, StopRequest("person", "anna", "released", "vera", ("Anna Petrova",)))
    go(app, now=NOW + HOUR)
    assert (world.texts(), world.boosts) == (["Free Anna Petrova"], [])


def test_it_lists_what_is_out_with_addresses(app: FakeDesk) -> None:
    go(app, planned("said", "a/x", texts=["Anna Petrova", "…"]), planned("other", "b/x", texts=["Hello"]))
    done = stop_subject(app, StopRequest("person", "anna", "released", "vera", ("Anna Petrova",)))
    assert [(row["post"], len(row["urls"])) for row in done.reach.out] == [("said", 2)]
    assert all(url.startswith("http") for row in done.reach.out for url in row["urls"])


def test_what_is_too_late_by_then_is_missed_and_nothing_bursts(app: FakeDesk, world: World) -> None:
    short = timedelta(minutes=20)
    early = [planned(f"early{number}", "a/x", due=NOW + timedelta(minutes=number), late=short) for number in range(5)]
    later = planned("later", "a/x", due=NOW + HOUR)
    rows.queue(app.ledger, *early, later)
    stop_subject(app, StopRequest("campaign", "free", "a mistake", "vera"))
    go(app, now=NOW + timedelta(minutes=10))
    app.time.set(NOW + timedelta(minutes=30))
    done = resume_subject(app, "campaign", "free", "it was mended", "vera")
    assert (done.lifted, done.missed, done.in_time) == (True, 5, 0)
    go(app)
    assert world.texts() == []
    assert states(app, *early) == [DeliveryState.MISSED] * 5
    assert rows.row(app.ledger, early[0])["why"] == "due while campaign free was stopped: a mistake"
    go(app, now=NOW + HOUR)
    assert world.texts() == ["later from a/x"]


@pytest.mark.parametrize("why", ["a mistake", ""])
def test_what_is_still_in_time_goes_on(app: FakeDesk, world: World, why: str) -> None:
    in_time = planned("in-time", "a/x", late=timedelta(minutes=31))
    late = planned("late", "b/x", late=timedelta(minutes=30))
    rows.queue(app.ledger, in_time, late)
    stop_subject(app, StopRequest("campaign", "free", why, "vera"))
    go(app, now=NOW + timedelta(minutes=10))
    app.time.set(NOW + timedelta(minutes=30))
    done = resume_subject(app, "campaign", "free", "it was mended", "vera")
    assert (done.missed, done.in_time) == (1, 1)
    go(app)
    assert world.texts() == ["in-time from a/x"]
    assert states(app, in_time, late) == [DeliveryState.SENT, DeliveryState.MISSED]


def test_it_is_missed_where_the_resume_says_so(app: FakeDesk, world: World) -> None:
    one, thread = planned("one", "a/x"), planned("thread", "b/x", texts=["1", "2"])
    rows.queue(app.ledger, one, thread)
    stop_subject(app, StopRequest("campaign", "free", "a mistake", "vera"))
    done = resume_subject(app, "campaign", "free", "mended", "vera", miss_due=True)
    assert (done.missed, done.in_time) == (2, 0)
    go(app)
    assert world.texts() == []
    assert states(app, one, thread) == [DeliveryState.MISSED] * 2


def test_the_tail_of_a_thread_that_is_still_in_time_is_said(app: FakeDesk, world: World) -> None:
    thread = planned("thread", "a/x", texts=["one", "two"])
    world.answers["a/x"] += ["accept", "try_later"]
    go(app, thread)
    stop_subject(app, StopRequest("all", "", "news", "vera"))
    assert resume_subject(app, "all", "", "no news", "vera").in_time == 1
    app.ledger.wind(timedelta(minutes=2))  # type: ignore[attr-defined]
    go(app, now=NOW + timedelta(minutes=5))
    assert (world.texts(), states(app, thread)) == (["one", "two"], [DeliveryState.SENT])


def test_a_row_in_hand_is_missed_too(app: FakeDesk) -> None:
    one = planned("one", "a/x")
    rows.queue(app.ledger, one)
    claimed = rows.take_one(app.ledger)
    stop_subject(app, StopRequest("all", "", "a mistake", "vera"))
    assert resume_subject(app, "all", "", "mended", "vera", miss_due=True).missed == 1
    assert states(app, one) == [DeliveryState.MISSED]
    assert rows.barred(app.ledger, claimed) == "another worker has it"


def test_only_what_was_stopped_is_missed(app: FakeDesk, world: World) -> None:
    mine, other = planned("mine", "a/x"), planned("other", "b/mastodon")
    rows.queue(app.ledger, mine, other)
    stop_subject(app, StopRequest("platform", "x", "down", "vera"))
    resume_subject(app, "platform", "x", "up", "vera", miss_due=True)
    go(app)
    assert states(app, mine, other) == [DeliveryState.MISSED, DeliveryState.SENT]


def test_a_person_takes_two_people(app: FakeDesk, world: World) -> None:
    rows.queue(app.ledger, planned("about", "a/x", subjects=("person:anna",), due=NOW + HOUR))
    stop_subject(app, StopRequest("person", "anna", "released?", "vera"))
    assert not resume_subject(app, "person", "anna", "a rumour", "vera").lifted
    with pytest.raises(NeedsPerson, match="a second person"):
        resume_subject(app, "person", "anna", "a rumour", "VERA")
    go(app, now=NOW + HOUR)
    assert world.texts() == []
    app.time.set(NOW)
    assert resume_subject(app, "person", "anna", "confirmed by the lawyer", "max").lifted
    assert acts(app)[-1] == ("resume", "max", "person:anna")
    go(app, now=NOW + HOUR)
    assert len(world.texts()) == 1


def test_the_first_word_of_two_grows_old(app: FakeDesk, ledger: WoundLedger) -> None:
    stop_subject(app, StopRequest("person", "anna", "released?", "vera"))
    resume_subject(app, "person", "anna", "a rumour", "vera")
    ledger.wind(timedelta(days=1, seconds=1))
    assert not resume_subject(app, "person", "anna", "still", "max").lifted
    assert resume_subject(app, "person", "anna", "yes", "vera").lifted


def test_stopped_again_nobody_has_asked_yet(app: FakeDesk) -> None:
    stop_subject(app, StopRequest("person", "anna", "released?", "vera", ("Anna",)))
    resume_subject(app, "person", "anna", "a rumour", "vera")
    again = stop_subject(app, StopRequest("person", "anna", "released indeed", "vera", ("Ганна",)))
    assert again.stop.words == ("Anna", "Ганна")
    assert not resume_subject(app, "person", "anna", "no", "max").lifted
    with app.ledger.read() as connection:
        assert [(one.why, one.asked_by) for one in in_force(connection)] == [("released indeed", "max")]


def test_what_was_approved_is_approved_anew(app: FakeDesk, world: World) -> None:
    mine = replace(planned("mine", "a/x", due=NOW + HOUR, subjects=("person:anna",)), approvals=1)
    other = replace(planned("other", "b/x", due=NOW + HOUR), approvals=1)
    rows.queue(app.ledger, mine, other)
    assert approve_reviews(app, to_review(app), "vera") == 2
    assert to_review(app) == []
    stop_subject(app, StopRequest("person", "anna", "released?", "vera"))
    resume_subject(app, "person", "anna", "no", "vera")
    assert resume_subject(app, "person", "anna", "no", "max").voided == 1
    assert [one.row.post for one in to_review(app)] == ["mine"]
    go(app, now=NOW + HOUR)
    assert world.texts() == ["other from b/x"]


@pytest.mark.parametrize("broken", ["people: [", "people: {}", "\x00", "people:\n- id: anna\n  state: no such state\n"])
def test_it_works_while_files_are_broken(app: FakeDesk, tmp_path: Path, broken: str) -> None:
    app.root = tmp_path
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "people.yaml").write_text(broken)
    rows.queue(app.ledger, planned("about", "a/x", subjects=("person:anna",)))
    assert len(stop_subject(app, StopRequest("person", "anna", "released", "vera")).reach.held) == 1


def test_it_knows_the_names_of_the_files(app: FakeDesk, tmp_path: Path) -> None:
    app.root = tmp_path
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "people.yaml").write_text(
        "people:\n- id: anna\n  name: {be: Ганна Пятрова}\n"
        "  aliases: ['Ганны Пятровай, Ганну Пятрову']\n  nonsense: 1\n"
    )
    rows.queue(app.ledger, planned("typed", "a/x", texts=["Свабоду для Ганны Пятровай!"]))
    done = stop_subject(app, StopRequest("person", "anna", "released", "vera"))
    assert done.stop.words == ("Ганна Пятрова", "Ганны Пятровай", "Ганну Пятрову")
    assert [row["post"] for row in done.reach.held] == ["typed"]


def test_an_unknown_name_is_stopped(app: FakeDesk) -> None:
    stop_subject(app, StopRequest("campaign", "fere", "a mistake", "vera"))
    with app.ledger.read() as connection:
        assert len(in_force(connection)) == 1


def test_wrong_use(app: FakeDesk) -> None:
    with pytest.raises(WrongUse, match="can be stopped"):
        stop_subject(app, StopRequest("colour", "red", "…", "vera"))
    with pytest.raises(WrongUse, match="say which campaign"):
        stop_subject(app, StopRequest("campaign", " ", "…", "vera"))
    with pytest.raises(WrongUse, match="stopped: nothing is stopped"):
        resume_subject(app, "campaign", "free", "…", "vera")


def test_a_mark_that_did_not_see_it_is_waited_for(app: FakeDesk) -> None:
    """On PostgreSQL somebody may be writing a mark while the stop is written: it returns once that is done."""
    from amplify.ledger.holds.gates import GATES

    holds, let_go, returned = Event(), Event(), Event()

    def worker() -> None:
        with app.ledger.write() as connection:
            app.ledger.lock(connection, GATES, shared=True)
            holds.set()
            assert let_go.wait(10)
            assert not returned.is_set()

    def stopping() -> None:
        assert stop_subject(app, StopRequest("all", "", "a mistake", "vera")).seen
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
