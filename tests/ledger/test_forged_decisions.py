"""Tables of decisions against the audit log: whoever writes past the commands is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from engine.fake import FakeDesk, World
from sqlalchemy import Connection, delete, insert, select, update
from workshop import Workshop

from amplify.decisions.approve import approve_reviews, reject_review, to_review
from amplify.decisions.forget import find_mentions, forget_person
from amplify.decisions.prune import find_old, prune_old
from amplify.decisions.resume import resume_subject
from amplify.decisions.stop import stop_subject
from amplify.ledger.database import Ledger
from amplify.ledger.decision_tables import APPROVAL, STOP
from amplify.ledger.holds.stops import StopRequest, in_force, read_stop_rows, replace_stop_rows, stop_mark
from amplify.ledger.queries.audit_log import record_event, verify_chain
from amplify.ledger.queries.decision_audit import find_forged_decisions
from amplify.model.clock import Timestamp
from ledger import rows
from ledger.rows import NOW

SOON = NOW + timedelta(hours=1)


@pytest.fixture
def app(ledger: Ledger) -> FakeDesk:
    """One post is approved, one rejected; anna is stopped; another stop was lifted by two, a third one by one."""
    app = FakeDesk(ledger, World(), NOW, Workshop())
    rows.queue(
        ledger, *(replace(rows.planned(name, f"{name}/x", due=SOON), approvals=1) for name in ("yes", "no", "again"))
    )
    yes, no, again = (next(one for one in to_review(app) if one.row.post == name) for name in ("yes", "no", "again"))
    approve_reviews(app, [yes], "vera")
    reject_review(app, no, "vera", "wrong")
    reject_review(app, again, "vera", "wrong")
    approve_reviews(app, [one for one in to_review(app, rejected=True) if one.row.post == "again"], "Vera")
    stop_subject(app, StopRequest("person", "anna", "released", "vera", ("Anna", "Ганна")))
    stop_subject(app, StopRequest("person", "maria", "released", "vera", ("Maria",)))
    for who in ("vera", "max"):
        resume_subject(app, "person", "maria", "not she", who)
    stop_subject(app, StopRequest("all", "", "a mistake", "vera"))
    resume_subject(app, "all", "", "mended", "vera")
    return app


def forged(app: FakeDesk) -> list[str]:
    with app.ledger.read() as connection:
        assert verify_chain(connection).broken is None
        return find_forged_decisions(connection)


def touch(app: FakeDesk, *statements: object) -> None:
    with app.ledger.write() as connection:
        for one in statements:
            connection.execute(one)  # type: ignore[call-overload]


def test_what_people_did_is_no_forgery(app: FakeDesk) -> None:
    assert forged(app) == []
    app.time.set(NOW + timedelta(days=3000))
    prune_old(app, find_old(app, timedelta(days=30)), "vera")
    assert forged(app) == []


def test_what_was_forgotten_is_no_forgery(app: FakeDesk) -> None:
    for who in ("vera", "max"):
        resume_subject(app, "person", "anna", "not she", who)
    forget_person(app, find_mentions(app, "anna"), "vera")
    forget_person(app, find_mentions(app, "maria"), "vera")
    assert forged(app) == []


A_COPY = insert(APPROVAL).from_select(
    [column.name for column in APPROVAL.columns if column.name != "id"],
    select(*(column for column in APPROVAL.columns if column.name != "id")).where(APPROVAL.c.id == 1),
)


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([A_COPY], "verdict 5 (approved by vera"),
        ([A_COPY, update(APPROVAL).where(APPROVAL.c.id == 5).values(by="max")], "verdict 5 (approved by max"),
        ([update(APPROVAL).where(APPROVAL.c.id == 1).values(by="max")], "verdict 1 (approved by max"),
        ([update(APPROVAL).where(APPROVAL.c.id == 1).values(seen="0" * 64)], "verdict 1 (approved"),
        ([update(APPROVAL).where(APPROVAL.c.id == 1).values(at=SOON)], "verdict 1 (approved"),
        ([update(APPROVAL).where(APPROVAL.c.id == 2).values(verdict="approved")], "verdict 2 (approved by vera"),
        ([update(APPROVAL).where(APPROVAL.c.id == 2).values(words="0" * 64)], "it was bound to other words"),
        ([update(APPROVAL).where(APPROVAL.c.id == 2).values(void_at=NOW, void_why="said anew")], "who took it back"),
        ([delete(APPROVAL).where(APPROVAL.c.id == 2)], "(reject by vera): its verdict was taken out"),
        ([delete(APPROVAL).where(APPROVAL.c.id == 1)], "(approve by vera): its verdict was taken out"),
        (
            [update(STOP).where(STOP.c.subject == "anna").values(lifted_at=SOON, lifted_by="max", lifted_why="free")],
            "the stop of person:anna was lifted by max: no entry",
        ),
        (  # by an entry of another stop
            [update(STOP).where(STOP.c.subject == "anna").values(lifted_at=NOW, lifted_by="max")],
            "the stop of person:anna was lifted by max: no entry",
        ),
        ([delete(STOP).where(STOP.c.subject == "anna")], "the stop of person:anna was taken out"),
        ([update(STOP).where(STOP.c.subject == "anna").values(subject="nobody")], "the stop of person:anna was taken"),
        ([update(STOP).where(STOP.c.subject == "anna").values(words=["Anna"])], "no longer looks for Ганна"),
    ],
)
def test_what_nobody_did_is_named(app: FakeDesk, statements: list[object], says: str) -> None:
    touch(app, *statements)
    assert [one for one in forged(app) if says in one], forged(app)


def test_a_stop_that_was_made_again_is_not_lifted_by_the_old_entry(app: FakeDesk) -> None:
    stop_subject(app, StopRequest("person", "maria", "released after all", "vera", ("Maria",)))
    touch(app, delete(STOP).where(STOP.c.subject == "maria", STOP.c.lifted_at.is_(None)))
    assert forged(app) == ["the stop of person:maria was taken out: no entry of the history tells who lifted it"]


def test_an_approval_that_was_void_and_counts_again(app: FakeDesk) -> None:
    stop_subject(app, StopRequest("all", "", "a mistake", "vera"))
    resume_subject(app, "all", "", "mended", "vera")
    assert forged(app) == []
    touch(app, update(APPROVAL).where(APPROVAL.c.id == 1).values(void_at=None, void_why=None))
    assert "it was void, and counts again" in forged(app)[0]


def test_stops_of_a_ledger_that_was_replaced_are_explained(app: FakeDesk) -> None:
    def other(connection: Connection) -> None:
        stops = [row | {"id": row["id"] + 7} for row in read_stop_rows(connection)]
        stops[0] |= {"lifted_at": SOON, "lifted_by": "ida", "lifted_why": "in the other ledger"}
        stops[0]["subject"] = "paul"
        replace_stop_rows(connection, stops)
        stamp = Timestamp(NOW, app.ledger.real_now(connection))
        told = {"stops": [stop_mark(row) for row in read_stop_rows(connection)]}
        record_event(connection, "restore", "vera", None, None, told, stamp)

    resume_subject(app, "person", "anna", "not she", "vera")
    resume_subject(app, "person", "anna", "not she", "max")
    with app.ledger.write() as connection:
        other(connection)
    assert forged(app) == []


def test_a_request_to_resume_that_nobody_made_does_not_count(app: FakeDesk) -> None:
    with app.ledger.write() as connection:
        real = app.ledger.real_now(connection)
        forging = update(STOP).where(STOP.c.subject == "anna").values(asked_by="max", asked_why="…", real_asked=real)
        connection.execute(forging)
    assert not resume_subject(app, "person", "anna", "she is in again", "vera").lifted
    with app.ledger.read() as connection:
        assert [stop.subject for stop in in_force(connection)] == ["anna"]
    assert resume_subject(app, "person", "anna", "she is in again", "ida").lifted
    assert forged(app) == []
