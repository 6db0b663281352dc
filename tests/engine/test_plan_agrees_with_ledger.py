"""What plan lists goes out, or is said not to: plan, check and the ledger agree, in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from workshop import MONDAY

from amplify.engine.publish import run_pass
from amplify.planning.check import check_workspace
from amplify.planning.queue import queue_plan
from amplify.platforms import registry
from engine.fake import FakeDesk, World
from engine.files import Files

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path / "files")
    files.we_are("union")
    files.post("one", "What one has to say")
    files.queue("first", "one", at=(MONDAY + HOUR).isoformat(), platforms=["x"])
    return files


@pytest.fixture
def app(ledger: WoundLedger, files: Files) -> FakeDesk:
    return FakeDesk(ledger, World(), MONDAY, root=files.root)


def go(app: FakeDesk, hours: float) -> None:
    app.time.set(MONDAY + hours * HOUR)
    run_pass(app)


def unsent(app: FakeDesk) -> list[tuple[str, bool]]:
    return [(change.why, change.asks) for change in queue_plan(app).unsent]


def checked(app: FakeDesk) -> list[tuple[str, str]]:
    found = check_workspace(app.root, app.clock.now(), registry.profiles(), ledger=app.ledger).problems
    return [(one.code, one.message) for one in found]


def moved(files: Files, hours: float = 24) -> None:
    files.queue("first", "one", at=(MONDAY + hours * HOUR).isoformat(), platforms=["x"])


def test_sent_and_moved(app: FakeDesk, files: Files) -> None:
    go(app, 0)
    go(app, 1)
    assert unsent(app) == [("sent on 2027-05-17 01:00 UTC", False)]  # it stands in the plan: no word is needed
    assert checked(app) == []
    moved(files)
    why = "sent on 2027-05-17 01:00 UTC: give it a new id to say it again"
    assert unsent(app) == [(why, True)]
    assert checked(app) == [("QUEUE-DONE", f"one does not go out on union/x: {why}")]
    go(app, 25)
    assert rows.states(app.ledger) == {"sent": 1}


def test_sent_reworded_and_moved(app: FakeDesk, files: Files) -> None:
    go(app, 0)
    go(app, 1)
    files.post("one", "Other words of one")
    moved(files)
    ((code, why),) = checked(app)
    assert code == "QUEUE-DONE"
    assert "give it a new id" in why


@pytest.mark.parametrize("state", ["removed", "gone", "removing"])
def test_taken_down_and_changed(app: FakeDesk, files: Files, state: str) -> None:
    go(app, 0)
    go(app, 1)
    with app.ledger.write() as connection:
        connection.execute(rows.update(rows.DELIVERY).values(state=state))
    files.post("one", "Other words of one")
    ((why, asks),) = unsent(app)
    assert asks
    assert "give it a new id" in why
    assert [code for code, _ in checked(app)] == ["QUEUE-DONE"]


def test_refused_with_only_a_new_time(app: FakeDesk, files: Files) -> None:
    app.world.answers["union/x"].append("refuse")
    go(app, 0)
    go(app, 1)
    moved(files)
    ((why, asks),) = unsent(app)
    assert asks
    assert "refused (" in why
    assert "write other words" in why
    assert [code for code, _ in checked(app)] == ["QUEUE-DONE"]
    files.post("one", "Milder words")
    assert unsent(app) == []
    go(app, 24)
    assert rows.states(app.ledger) == {"refused": 1, "sent": 1}


def test_missed_with_only_new_words(app: FakeDesk, files: Files) -> None:
    go(app, 0)
    with app.ledger.write() as connection:
        connection.execute(rows.update(rows.DELIVERY).values(state="missed"))
    files.post("one", "Other words of one")
    assert unsent(app) == [("missed: give it a new time to say it after all", True)]
    moved(files)
    assert unsent(app) == []


def test_an_entry_of_the_past_that_was_never_queued(app: FakeDesk, files: Files) -> None:
    app.time.set(MONDAY + 2 * DAY)
    ((code, why),) = checked(app)
    assert code == "QUEUE-PAST"
    assert "`first`" in why


def test_an_entry_of_the_past_that_was_sent_is_no_news(app: FakeDesk) -> None:
    go(app, 0)
    go(app, 1)
    app.time.set(MONDAY + 200 * DAY)
    assert checked(app) == []


def test_an_old_queue_in_a_new_ledger_is_told_shortly(app: FakeDesk, files: Files) -> None:
    for number in range(40):
        files.post(f"p{number}", f"What {number} has to say")
        files.queue(f"p{number}", at=(MONDAY + number * HOUR).isoformat(), platforms=["x"])
    app.time.set(MONDAY + 10 * DAY)
    assert [code for code, _ in checked(app)] == ["QUEUE-PAST"] * 6


@pytest.mark.parametrize(
    ("when", "over"),
    [
        ({"at": "2027-05-16T10:00:00Z"}, True),
        ({"at": "2027-05-16T23:00:00Z"}, False),
        ({"local": "2027-05-16T09:30"}, True),
        ({"local": "2027-05-16T12:00"}, False),  # in the last zone it is not over
        ({"window": {"start": "2027-05-14T09:00", "end": "2027-05-15T09:00"}}, True),
        ({"window": {"start": "2027-05-14T09:00", "end": "2027-05-17T09:00"}}, False),
        ({"series": {"start": "2027-05-10", "time": "09:00"}}, True),
        ({"series": {"start": "2027-05-17", "time": "09:00"}}, False),
        ({"yearly": {"month": 1, "day": 1, "time": "09:00"}}, False),
        ({"yearly": {"month": 1, "day": 1, "time": "09:00", "until": "2027-05-01"}}, True),
        ({"monthly": {"day": 1, "time": "09:00", "until": "2027-05-01"}}, True),
        ({"monthly": {"day": 1, "time": "09:00"}}, False),
        ({"moment": {"at": "2027-05-16T10:00:00Z"}}, True),
        ({"moment": {"at": "2127-05-16T10:00:00Z"}}, False),
    ],
)
def test_each_way_to_say_when(app: FakeDesk, files: Files, when: dict[str, object], over: bool) -> None:
    files.queue("first", "one", when=when, platforms=["x"])
    assert ("QUEUE-PAST" in [code for code, _ in checked(app)]) is over
