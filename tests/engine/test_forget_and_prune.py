"""forget and prune: words are erased for good, and everything that was counted, sent and done stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from ledger import rows
from ledger.rows import NOW, planned
from sqlalchemy import select, text

from amplify.decisions.approve import approve_reviews, to_review
from amplify.decisions.forget import find_mentions, forget_person
from amplify.decisions.prune import find_old, prune_old
from amplify.decisions.resume import resume_subject
from amplify.decisions.stop import stop_subject
from amplify.ledger.decision_tables import APPROVAL, DEED, STOP
from amplify.ledger.holds.stops import StopRequest
from amplify.ledger.queries.audit_log import list_events, verify_chain
from amplify.ledger.queries.recent_posts import find_recent_posts
from amplify.ledger.tables import DELIVERY, MOVE, PART
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson
from amplify.model.message import Attachment
from amplify.model.plan import Planned
from engine.fake import FakeDesk, World
from engine.passes import app, go, world

__all__ = ["app", "world"]

NAME = "Zubreeva"
TABLES = (DELIVERY, PART, APPROVAL, DEED, MOVE, STOP)
FACE = Attachment("face.png", "f" * 64, "image/png", 10, 10, f"{NAME} at home")


def everything(app: FakeDesk) -> str:
    with app.ledger.read() as connection:
        return "\n".join(str(row) for table in TABLES for row in connection.execute(select(table)))


def about(name: str = "about", **how: object) -> Planned:
    one = planned(name, "a/x", texts=[f"Free Vera {NAME}!", "Sign."], subjects=("campaign:free", "person:vera"))
    message = replace(one.message, parts=(replace(one.message.parts[0], pictures=(FACE,)), one.message.parts[1]))
    return replace(
        one, message=message, content_hash=message.content_hash(), hashtags=("FreeVera" + NAME, "Solidarity"), **how
    )  # type: ignore[arg-type]


@pytest.fixture
def told(app: FakeDesk) -> FakeDesk:
    """Something was said about her, something about nobody, and people did things."""
    one = about(approvals=1)
    rows.queue(app.ledger, one, planned("other", "b/x", texts=["Hello"]))
    approve_reviews(app, to_review(app), "max")
    go(app)
    stop_subject(app, StopRequest("person", "vera", f"{NAME} was released", "max", (f"Vera {NAME}", NAME)))
    resume_subject(app, "person", "vera", "no", "max")
    resume_subject(app, "person", "vera", "no", "ida")
    stop_subject(app, StopRequest("campaign", "free", "a pause", "max"))
    assert NAME in everything(app)
    return app


def test_nothing_names_her_afterwards(told: FakeDesk, world: World) -> None:
    with told.ledger.read() as connection:
        before = {row["id"]: row for row in connection.execute(select(DELIVERY)).mappings()}
        noted = verify_chain(connection).head
    found = find_mentions(told, "vera")
    assert (len(found.deliveries), len(found.stops), found.to_come, found.stopped) == (1, 1, [], False)
    assert found.pictures == {FACE.sha256}
    assert NAME in everything(told)  # looking changes nothing
    forget_person(told, found, "max")
    left = everything(told)
    assert NAME not in left
    assert "person:vera" not in left
    with told.ledger.read() as connection:
        assert verify_chain(connection, str(noted)).broken is None
        after = {row["id"]: row for row in connection.execute(select(DELIVERY)).mappings()}
        forgotten = list_events(connection, act="forget")
    kept = ("state", "content_hash", "sent_at", "due_at", "account", "post")
    for id, row in before.items():
        assert [after[id][name] for name in kept] == [row[name] for name in kept]
    one = after[about().id]
    assert len(one["message"]["parts"]) == 2
    assert (one["hashtags"], one["subjects"]) == (["Solidarity"], ["campaign:free"])
    assert "Hello" in left
    assert "a pause" in left
    assert [len(row["payload"]["deeds"]) for row in forgotten] == [3]
    assert not find_mentions(told, "vera", [NAME])


def test_what_was_erased_is_not_said_again_nor_compared(told: FakeDesk) -> None:
    forget_person(told, find_mentions(told, "vera"), "max")
    with told.ledger.read() as connection:
        assert [one.message.parts[0].text for one in find_recent_posts(connection, NOW - timedelta(days=1), NOW)] == [
            "Hello"
        ]
    go(told, about(approvals=1), now=NOW)
    assert rows.state(told.ledger, about()) is DeliveryState.SENT


def test_it_refuses_while_something_is_still_to_come(told: FakeDesk) -> None:
    later = about("later", due=NOW + timedelta(hours=1), late=NOW + timedelta(hours=2))
    rows.queue(told.ledger, about(approvals=1), later)
    found = find_mentions(told, "vera")
    with pytest.raises(NeedsPerson, match="1 deliveries that name vera are still to come"):
        forget_person(told, found, "max")
    assert NAME in everything(told)


def test_a_picture_that_others_carry_stays(told: FakeDesk) -> None:
    shared = planned("shared", "c/x", texts=["A wall"])
    part = replace(shared.message.parts[0], pictures=(replace(FACE, alt="A wall"),))
    message = replace(shared.message, parts=(part,))
    rows.queue(told.ledger, about(approvals=1), replace(shared, message=message, content_hash=message.content_hash()))
    assert find_mentions(told, "vera").pictures == set()


def test_pictures_kept_here_are_deleted(told: FakeDesk, tmp_path: Path) -> None:
    told.home = tmp_path
    kept = [tmp_path / "media" / name for name in (FACE.sha256, f"{FACE.sha256}.1-0.clean", "0" * 64)]
    for path in kept:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"pixels")
    forget_person(told, find_mentions(told, "vera"), "max")
    assert [path.exists() for path in kept] == [False, False, True]


def test_a_stop_in_force_keeps_its_names(told: FakeDesk) -> None:
    stop_subject(told, StopRequest("person", "vera", "again", "max", (NAME,)))
    found = find_mentions(told, "vera")
    assert found.stopped
    forget_person(told, found, "max")
    with told.ledger.read() as connection:
        query = select(STOP.c.words).where(STOP.c.kind == "person", STOP.c.subject == "vera")
        (words,) = connection.execute(query).scalars()
    assert words == [NAME]


def test_on_disk_too(told: FakeDesk) -> None:
    """SQLite keeps deleted words in its file unless it is told not to."""
    if not told.ledger.sqlite:
        pytest.skip("PostgreSQL's VACUUM is the database's own")
    forget_person(told, find_mentions(told, "vera"), "max")
    file = Path(str(told.ledger.engine.url.database))
    on_disk = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert b"Solidarity" in on_disk
    assert NAME.encode() not in on_disk


def test_prune_erases_what_is_old(told: FakeDesk) -> None:
    told.time.set(NOW + timedelta(days=400))
    rows.queue(told.ledger, planned("new", "c/x", due=told.time.now(), texts=["Today"]), now=told.time.now())
    assert not find_old(told, timedelta(days=401))
    found = find_old(told, timedelta(days=399))
    assert (found.deliveries, len(found.deeds), len(found.stops)) == (2, 5, 1)
    prune_old(told, found, "max")
    left = everything(told)
    assert f"Vera {NAME}" not in left
    assert f"{NAME} was released" not in left
    assert "Hello" not in left
    assert "Today" in left
    with told.ledger.read() as connection:
        assert verify_chain(connection).broken is None
        (one,) = connection.execute(text("SELECT count(*) FROM delivery WHERE erased_at IS NOT NULL")).scalars()
        tags = connection.execute(select(DELIVERY.c.hashtags).where(DELIVERY.c.id == about().id)).scalar_one()
    assert one == 2
    assert "Solidarity" in tags  # what was counted by hashtag still is
    assert not find_old(told, timedelta(days=399))


def test_what_waits_is_never_pruned(app: FakeDesk) -> None:
    rows.queue(app.ledger, planned("waits", "a/x", late=timedelta(days=900)))
    app.time.set(NOW + timedelta(days=800))
    assert not find_old(app, timedelta(days=1))
