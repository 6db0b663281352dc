"""Every sentence may be worded anew, in an upgrade or a translation, and every decision stays as it was."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned
from sqlalchemy import update

from amplify.decisions.resume import resume_subject
from amplify.decisions.stop import stop_subject
from amplify.ledger.holds.gates import put_gates, read_gates
from amplify.ledger.holds.stops import Stop, StopRequest, in_force
from amplify.ledger.tables import DELIVERY, GATE
from amplify.model.gate import Gate
from amplify.model.person import PersonState
from amplify.planning.queue import copy_gates
from amplify.report.report import collect_deliveries
from amplify.report.report_json import as_json
from amplify.report.unnamed import UNTOLD
from amplify.rules.plan import person_gates
from engine.fake import FakeDesk, World
from engine.passes import app, go, world

__all__ = ["app", "world"]

SILENT = tuple(state for state in PersonState if not state.speaks)
SECRET = "freed at dawn"


def copied(app: FakeDesk, **fields: object) -> list[Stop]:
    """The stops in force once the gates are those of a person like this."""
    assert app.shop is not None
    app.shop.person("anna", **fields)
    copy_gates(app, app.workspace())
    with app.ledger.read() as connection:
        return in_force(connection)


@pytest.mark.parametrize("state", SILENT)
def test_a_person_is_reopened_by_two_however_the_state_is_spelled(
    app: FakeDesk, state: PersonState, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert copied(app, state=state.value) == []
    monkeypatch.setattr(person_gates, "state_words", lambda state: f"<{state.value[::-1]}>")
    (found,) = copied(app, state="detained")
    assert (found.kind, found.subject, found.by) == ("person", "anna", "amplify")


@pytest.mark.parametrize("sentence", ["Anna wurde entlassen", "anna is free", ""])
def test_a_person_is_reopened_by_two_whatever_the_ledger_says(app: FakeDesk, sentence: str) -> None:
    copied(app, state="release_reported")
    with app.ledger.write() as connection:
        connection.execute(update(GATE).where(GATE.c.kind == "person").values(closed=sentence))
    (found,) = copied(app, state="detained")
    assert (found.kind, found.subject) == ("person", "anna")


def test_who_was_silent_for_another_reason_is_not_stopped(app: FakeDesk) -> None:
    """A consent that was withdrawn and given anew, a review that was late: neither takes two people."""
    consent = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2027-01-02"}
    assert copied(app, consent={**consent, "review": "2029-01-01", "withdrawn": "2027-05-01"}) == []
    with app.ledger.write() as connection:  # as if the sentence were that of a state
        connection.execute(update(GATE).where(GATE.c.kind == "person").values(closed="anna is died"))
    assert copied(app, consent={**consent, "review": "2027-05-02"}) == []
    assert copied(app, consent={**consent, "review": "2029-01-01"}) == []
    with app.ledger.read() as connection:
        assert read_gates(connection)["person", "anna"].state is None


def test_the_state_stays_on_the_gate(app: FakeDesk) -> None:
    copied(app, state="family_hold")
    with app.ledger.read() as connection:
        assert read_gates(connection)["person", "anna"].state == "family_hold"


@pytest.fixture
def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop says why in words that no one has seen, and does not say that it is a person's."""
    monkeypatch.setattr(Stop, "sentence", property(lambda self: f"not now: {self.why}"))
    monkeypatch.setattr(Stop, "name", property(lambda self: "what was halted"))


def whys(app: FakeDesk) -> list[tuple[str, str | None]]:
    with app.ledger.read() as connection:
        found = collect_deliveries(connection, start=None, end=None, now=app.time.now())
        assert SECRET not in str(as_json(found))
    return sorted((line.post, line.why) for line in found.deliveries)


@pytest.mark.usefixtures("reworded")
def test_what_a_persons_stop_holds_or_made_late_is_not_told(app: FakeDesk) -> None:
    """Though only the name in the text made the stop find it, and no reason says whose stop it is."""
    rows.queue(
        app.ledger,
        planned("held", "a/x", texts=["Free Anna Petrova"], late=timedelta(days=2)),
        planned("missed", "b/x", texts=["Free Anna Petrova"], late=timedelta(hours=1)),
    )
    stop_subject(app, StopRequest("person", "anna", SECRET, "vera", ("Anna Petrova",)))
    go(app)
    assert whys(app) == [("", UNTOLD), ("", UNTOLD)]
    go(app, now=NOW + timedelta(hours=2))
    assert rows.states(app.ledger) == {"waiting": 1, "missed": 1}
    assert whys(app) == [("", UNTOLD), ("", UNTOLD)]
    resume_subject(app, "person", "anna", "it was a mistake", "vera")
    resume_subject(app, "person", "anna", "indeed", "boris", miss_due=True)
    assert rows.states(app.ledger) == {"missed": 2}
    assert whys(app) == [("", UNTOLD), ("", UNTOLD)]


@pytest.mark.usefixtures("reworded")
def test_what_a_persons_stop_cut_is_not_told(app: FakeDesk, world: World) -> None:
    rows.queue(app.ledger, planned("thread", "a/x", texts=["one", "Free Anna Petrova"]))
    stopped = Event()

    def meanwhile(_moment: str) -> None:
        if len(world.accepted) == 1 and not stopped.is_set():
            stopped.set()
            stop_subject(app, StopRequest("person", "anna", SECRET, "vera", ("Anna Petrova",)))

    world.meanwhile = meanwhile
    go(app)
    assert rows.states(app.ledger) == {"cut": 1}
    assert whys(app) == [("", UNTOLD)]


@pytest.mark.usefixtures("reworded")
def test_what_another_stop_holds_is_told(app: FakeDesk) -> None:
    rows.queue(app.ledger, planned("held", "a/x"))
    stop_subject(app, StopRequest("platform", "x", "a leaked key (person vera): see the log", "vera"))
    go(app)
    assert whys(app) == [("held", "not now: a leaked key (person vera): see the log")]


@pytest.mark.parametrize("subject", ["person:anna", "consent:anna/be"])
def test_what_a_persons_gate_made_late_is_not_told(app: FakeDesk, subject: str) -> None:
    """Also once that gate is open again, and where the reason names nobody."""
    late = planned("late", "a/x", subjects=(subject,), late=timedelta(hours=1))
    rows.queue(app.ledger, late)
    kind, name = subject.split(":")
    with app.ledger.write() as connection:
        put_gates(connection, [Gate(kind, name, closed=SECRET)])
    go(app)
    assert rows.row(app.ledger, late)["cause"] == f"gate:{subject}"
    go(app, now=NOW + timedelta(hours=2))
    with app.ledger.write() as connection:
        put_gates(connection, [Gate(kind, name)])
    assert rows.state(app.ledger, late) == "missed"
    assert whys(app) == [("", UNTOLD)]


def test_a_cause_lasts_as_long_as_its_reason(app: FakeDesk, ledger: WoundLedger) -> None:
    """It is never left behind for another reason, and none is left where there is no reason."""
    one = planned("one", "a/x", late=timedelta(days=2))
    rows.queue(ledger, one)

    def stands() -> tuple[str, str | None, str | None]:
        row = rows.row(ledger, one)
        return row["state"], row["why"], row["cause"]

    stop_subject(app, StopRequest("platform", "x", "a leaked key", "vera"))
    go(app)
    assert stands() == ("waiting", "stopped by vera (platform x): a leaked key", "stop:platform:x")
    with ledger.write() as connection:
        connection.execute(update(DELIVERY).values(due_at=NOW + timedelta(hours=1)))  # nothing was due meanwhile
    resume_subject(app, "platform", "x", "a new key", "vera")
    claimed = rows.take_one(ledger, now=NOW + timedelta(hours=2))
    assert stands() == ("claimed", None, None)
    with rows.acting(ledger, claimed) as hand:
        hand.release(claimed.id, "its words", "gate:fact:one")
    assert stands() == ("waiting", "its words", "gate:fact:one")
    claimed = rows.take_one(ledger, now=NOW + timedelta(hours=3))
    rows.send(ledger, claimed, now=NOW + timedelta(hours=3))
    assert stands() == ("sent", None, None)
