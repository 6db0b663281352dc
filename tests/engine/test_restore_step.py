"""After a restore: what may be out is looked up, what is not found waits for a person, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import LEASE, NOW
from sqlalchemy import select

from amplify.engine.reconcile import reconcile_unsure
from amplify.ledger.database import Ledger
from amplify.ledger.decision_tables import STOP
from amplify.ledger.rows.restored import HELD_BY, mark_new_unsure_after_restore, mark_unsure_after_restore, newest_entry
from amplify.model.clock import Timestamp
from amplify.model.errors import NeedsPerson
from amplify.operations.restore import restored_by_hand
from engine.fake import Accepted, FakeDesk, World
from engine.passes import go

MADE = NOW - timedelta(hours=1)
NOON = NOW + timedelta(hours=3)


def restored(app: FakeDesk) -> list[str]:
    ledger = app.ledger
    with ledger.write() as connection:
        return mark_unsure_after_restore(
            connection, MADE, Timestamp(app.time.now(), ledger.real_now(connection)), LEASE
        )


def out(world: World, account: str, key: str, text: str) -> None:
    """It went out under the ledger that is gone."""
    world.accepted.append(Accepted(account, key, text, None, None, NOW, f"{account}:{len(world.accepted)}"))


def test_what_was_due_is_doubted_and_what_is_to_come_is_not(app: FakeDesk, ledger: WoundLedger) -> None:
    due, coming = rows.planned("due"), rows.planned("coming", due=NOW + timedelta(minutes=1))
    over = rows.planned("over", due=MADE - timedelta(hours=5), late=timedelta(hours=1))
    rows.queue(ledger, due, coming, over)
    assert restored(app) == [due.id]
    assert (rows.state(ledger, due), rows.state(ledger, coming), rows.state(ledger, over)) == (
        "unsure", "waiting", "waiting",
    )  # fmt: skip
    assert rows.moves(ledger, due)[-1] == ("waiting", "unsure")
    assert rows.row(ledger, due)["owner"] == HELD_BY
    assert "restored from a backup of 2027-05-17 08:00 UTC" in rows.row(ledger, due)["why"]


@pytest.mark.parametrize("stage", ["claimed", "sending", "unsure"])
def test_what_was_in_hand_is_doubted(app: FakeDesk, ledger: WoundLedger, stage: str) -> None:
    one = rows.planned("one")
    rows.queue(ledger, one)
    claimed = rows.take_one(ledger)
    if stage != "claimed":
        rows.begin(ledger, claimed)
    if stage == "unsure":
        rows.put(ledger, one, state="unsure", owner=None)
    assert restored(app) == [one.id]
    assert rows.state(ledger, one) == "unsure"


def test_nobody_looks_while_a_request_could_still_land(app: FakeDesk, ledger: WoundLedger, world: World) -> None:
    one = rows.planned("one")
    rows.queue(ledger, one)
    restored(app)
    out(world, one.account, rows.parts(ledger, one)[0]["key"], "one")
    assert reconcile_unsure(app) == 0
    assert rows.state(ledger, one) == "unsure"
    ledger.wind(LEASE)
    reconcile_unsure(app)
    assert rows.state(ledger, one) == "sent"


def test_what_is_found_is_sent_and_what_is_not_waits_for_a_person(
    app: FakeDesk, ledger: WoundLedger, world: World
) -> None:
    there, gone = rows.planned("there"), rows.planned("gone", "press_union/bluesky")
    rows.queue(ledger, there, gone)
    restored(app)
    ledger.wind(LEASE)
    out(world, there.account, rows.parts(ledger, there)[0]["key"], "there")
    assert reconcile_unsure(app) == 1
    assert (rows.state(ledger, there), rows.state(ledger, gone)) == ("sent", "unsure")
    assert "not found under the words" in rows.row(ledger, gone)["why"]
    app.time.set(NOON)  # its window is over: it can no longer go out twice
    assert reconcile_unsure(app) == 0
    assert rows.state(ledger, gone) == "missed"
    assert len(world.accepted) == 1


def test_all_parts_of_a_thread_are_looked_up(app: FakeDesk, ledger: WoundLedger, world: World) -> None:
    whole, half = rows.planned("whole", texts=("1", "2", "3")), rows.planned("half", "press_union/mastodon", texts="ab")
    rows.queue(ledger, whole, half)
    keys = [part["key"] for part in rows.parts(ledger, whole)]
    restored(app)
    ledger.wind(LEASE)
    for number, key in enumerate(keys):
        out(world, whole.account, key, str(number + 1))
    out(world, half.account, rows.parts(ledger, half)[0]["key"], "a")
    reconcile_unsure(app)
    assert rows.state(ledger, whole) == "sent"
    assert rows.state(ledger, half) == "unsure"  # the second half may be out with other words
    assert [part["remote_id"] is not None for part in rows.parts(ledger, half)] == [True, False]
    go(app)
    assert world.repeated() == []
    assert len(world.accepted) == 4


def test_a_new_row_that_was_due_is_doubted_once(app: FakeDesk, ledger: WoundLedger) -> None:
    restored(app)
    new, later = rows.planned("new", due=NOW - timedelta(minutes=5)), rows.planned("later", due=NOW + timedelta(days=1))
    changes = rows.queue(ledger, new, later, now=NOW - timedelta(minutes=5))

    def again() -> list[str]:
        with ledger.write() as connection:
            return mark_new_unsure_after_restore(
                connection, [one.id for one in changes], Timestamp(NOW, ledger.real_now(connection))
            )

    assert again() == [new.id]
    rows.put(ledger, new, state="waiting", owner=None)  # a person settled it: not sent
    assert again() == []
    assert rows.state(ledger, later) == "waiting"


def test_a_ledger_that_never_was_restored_doubts_nothing(ledger: WoundLedger) -> None:
    one = rows.planned("one")
    rows.queue(ledger, one)
    with ledger.write() as connection:
        assert mark_new_unsure_after_restore(connection, [one.id], Timestamp(NOW, ledger.real_now(connection))) == []


def test_put_back_by_hand(ledger: WoundLedger) -> None:
    one = rows.planned("one")
    rows.queue(ledger, one)
    claimed = rows.take_one(ledger)
    ledger.engine.dispose()
    with ledger.read() as connection:
        newest = newest_entry(connection)
    done = restored_by_hand(ledger, "desk", None)
    assert done.made == newest
    assert done.doubted == [claimed.id]
    with ledger.read() as connection:
        (stop,) = connection.execute(select(STOP)).mappings()
    assert (stop["kind"], stop["by"], stop["lifted_at"]) == ("all", "desk", None)


def test_not_while_somebody_is_connected(migrated_postgres: str) -> None:
    """A file knows who has it open, too: tests/cli."""
    ledger = Ledger.open(migrated_postgres)
    with ledger.engine.connect() as other:
        other.exec_driver_sql("SELECT 1")
        with pytest.raises(NeedsPerson, match="somebody else"):
            restored_by_hand(ledger, "desk", None)
    ledger.close()
