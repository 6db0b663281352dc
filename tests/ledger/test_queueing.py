"""queue: files are the intent, the ledger is what happened. What is in hand or out in the world is never touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amplify.model.clock import Timestamp
from amplify.model.delivery import UNTOUCHABLE, DeliveryState
from amplify.model.gate import Gate
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import LATENESS, NOW, acting, planned, put, queue, receipt, row, state, take_one

HOUR = timedelta(hours=1)
LATER = NOW + HOUR


def signs(changes: list[rows.PlanChange]) -> str:
    return "".join(change.sign for change in changes)


def everything(ledger: WoundLedger) -> list[object]:
    """All rows of all tables a queue could change."""
    with ledger.read() as connection:
        return [
            tuple(row)
            for table in (rows.DELIVERY, rows.PART, rows.MOVE, rows.ACCOUNT)
            for row in connection.execute(rows.select(table).order_by(*table.primary_key.columns))
        ]


def test_new_deliveries_wait_with_all_they_need(ledger: WoundLedger) -> None:
    one, thread = planned("one"), planned("thread", "press_union/bluesky", texts=("a", "b", "c"))
    assert signs(queue(ledger, one, thread)) == "++"
    assert (state(ledger, one), state(ledger, thread)) == (DeliveryState.WAITING, DeliveryState.WAITING)
    assert len(rows.parts(ledger, thread)) == 3
    assert rows.moves(ledger, one) == [(None, "waiting")]
    assert rows.account(ledger, "press_union/bluesky")["platform"] == "bluesky"
    assert row(ledger, thread)["content_hash"] == thread.content_hash


def test_twice_changes_nothing(ledger: WoundLedger) -> None:
    deliveries = [planned(f"n{number}", texts=("a", "b")) for number in range(5)]
    queue(ledger, *deliveries)
    before = everything(ledger)
    assert queue(ledger, *deliveries) == []
    assert queue(ledger, *reversed(deliveries)) == []
    assert everything(ledger) == before


def test_an_edit_changes_a_waiting_row_and_keeps_its_keys(ledger: WoundLedger) -> None:
    old = planned(texts=("a", "b"), due=LATER)
    queue(ledger, old)
    keys = [(part["key"], part["record_key"]) for part in rows.parts(ledger, old)]
    new = planned(texts=("other", "words", "and more"), due=LATER + HOUR)
    (change,) = queue(ledger, new)
    assert change.sign == "~"
    assert "other words" in change.why
    assert f"was due {LATER:%Y-%m-%d %H:%M} UTC" in change.why
    changed = row(ledger, new)
    assert changed["due_at"] == changed["look_at"] == LATER + HOUR
    assert changed["late_at"] == LATER + HOUR + LATENESS
    assert changed["message"]["parts"][1]["text"] == "words"
    assert [(part["key"], part["record_key"]) for part in rows.parts(ledger, new)][:2] == keys
    assert len(rows.parts(ledger, new)) == 3
    assert signs(queue(ledger, planned(texts=("short",), due=LATER + HOUR))) == "~"
    assert len(rows.parts(ledger, new)) == 1
    assert state(ledger, new) is DeliveryState.WAITING


def test_an_edit_forgets_what_was_prepared_for_other_words(ledger: WoundLedger) -> None:
    queue(ledger, planned())
    claimed = take_one(ledger)
    begun = rows.begin(ledger, claimed)
    with acting(ledger, claimed) as hand:
        hand.try_later(claimed.id, claimed.account, begun.part, "busy", timedelta(0))
    queue(ledger, planned(texts=("new words",)))
    (part,) = rows.parts(ledger, claimed)
    assert (part["created_at"], part["prepared"]) == (None, None)


def test_other_subjects_are_an_edit(ledger: WoundLedger) -> None:
    queue(ledger, planned())
    (change,) = queue(ledger, planned(subjects=("campaign:free", "person:anna")))
    assert (change.sign, change.why) == ("~", "other subjects")
    assert queue(ledger, planned(subjects=("person:anna", "campaign:free"))) == []


def test_an_edit_lets_a_held_row_be_looked_at_again(ledger: WoundLedger) -> None:
    queue(ledger, planned())
    rows.gates(ledger, Gate("campaign", "free"), Gate("person", "anna", closed="held"))
    queue(ledger, planned(subjects=("campaign:free", "person:anna")), open_gates=False)
    assert rows.take(ledger) == []
    queue(ledger, planned(), open_gates=False)
    assert len(rows.take(ledger)) == 1


def test_removal_cancels_and_restoring_revives(ledger: WoundLedger) -> None:
    one = planned(due=LATER)
    queue(ledger, one)
    (change,) = queue(ledger)
    assert (change.sign, change.id, change.state) == ("-", one.id, DeliveryState.WAITING)
    assert state(ledger, one) is DeliveryState.CANCELLED
    assert row(ledger, one)["why"] == "no longer in the files"
    assert queue(ledger) == []
    edited = planned(due=LATER, texts=("better words",))
    (change,) = queue(ledger, edited)
    assert (change.sign, change.why) == ("^", "back in the files")
    revived = row(ledger, one)
    assert (revived["state"], revived["why"]) == ("waiting", None)
    assert revived["message"]["parts"][0]["text"] == "better words"
    assert rows.moves(ledger, one) == [(None, "waiting"), ("waiting", "cancelled"), ("cancelled", "waiting")]


def test_what_lies_beyond_the_plan_is_not_cancelled(ledger: WoundLedger) -> None:
    far, over = planned("far", due=NOW + rows.HORIZON), planned("over", due=NOW - 3 * HOUR)
    queue(ledger, far, over)
    assert queue(ledger) == []
    assert state(ledger, far) is state(ledger, over) is DeliveryState.WAITING


def test_a_refused_delivery_that_is_edited_gets_the_next_generation(ledger: WoundLedger) -> None:
    one = planned()
    queue(ledger, one)
    put(ledger, one, state=DeliveryState.REFUSED.value, why="against its rules")
    assert queue(ledger, one) == []  # the same words would be refused again
    assert queue(ledger, replace(one, due=LATER, late=LATER + LATENESS)) == []
    edited = planned(texts=("milder words",))
    (change,) = queue(ledger, edited)
    assert (change.sign, change.id) == ("+", f"{one.id}.2")
    new = row(ledger, change.id)
    assert (new["base"], new["generation"], new["state"]) == (one.id, 2, "waiting")
    assert state(ledger, one) is DeliveryState.REFUSED
    assert rows.parts(ledger, change.id)[0]["key"] != rows.parts(ledger, one)[0]["key"]
    assert queue(ledger, edited) == []
    put(ledger, change.id, state=DeliveryState.REFUSED.value)
    assert queue(ledger, planned(texts=("milder still",)))[0].id == f"{one.id}.3"


def test_missed_stays_missed_unless_its_time_is_edited(ledger: WoundLedger) -> None:
    one = planned()
    queue(ledger, one)
    put(ledger, one, state=DeliveryState.MISSED.value)
    assert queue(ledger, one) == []
    assert queue(ledger, planned(texts=("other words",))) == []
    (change,) = queue(ledger, planned(due=LATER))
    assert (change.sign, change.id) == ("+", f"{one.id}.2")
    assert state(ledger, one) is DeliveryState.MISSED


@pytest.mark.parametrize("where", sorted(UNTOUCHABLE))
def test_rows_in_hand_or_out_are_never_touched(ledger: WoundLedger, where: DeliveryState) -> None:
    one = planned()
    queue(ledger, one)
    put(ledger, one, state=where.value)
    before = row(ledger, one)
    assert queue(ledger) == []  # removed from the files
    edited = planned(texts=("new words",))
    told = queue(ledger, edited)
    assert row(ledger, one) == before
    expected = {
        DeliveryState.CLAIMED: "!",
        DeliveryState.SENDING: "!",
        DeliveryState.UNSURE: "!",
        DeliveryState.SENT: "!",
        DeliveryState.CUT: "!",
        DeliveryState.REFUSED: "+",
    }
    assert signs(told) == expected.get(where, "")


def test_a_thread_that_is_partly_out_keeps_its_words(ledger: WoundLedger) -> None:
    thread = planned(texts=("first", "second"))
    queue(ledger, thread)
    claimed = take_one(ledger)
    begun = rows.begin(ledger, claimed)
    rows.sent(ledger, claimed, receipt())
    begun = rows.begin(ledger, claimed, 1)
    with acting(ledger, claimed) as hand:
        hand.try_later(claimed.id, claimed.account, begun.part, "busy", timedelta(0))
    assert state(ledger, thread) is DeliveryState.WAITING
    (change,) = queue(ledger, planned(texts=("first, edited", "second")))
    assert change.sign == "!"
    (removed,) = queue(ledger)  # taken off the queue: the rest stays unsaid, and what is out stays
    assert (removed.sign, state(ledger, thread)) == ("-", DeliveryState.CUT)
    assert row(ledger, thread)["content_hash"] == thread.content_hash


def test_an_edit_takes_a_row_away_from_whoever_claims_it(ledger: WoundLedger) -> None:
    """The difference was seen while it waited; a worker claims it before the change is written."""
    one, new = planned(), planned(texts=("new words",))
    queue(ledger, one)
    with ledger.read() as connection:
        changes = rows.diff_plan(connection, [new], NOW, NOW + rows.HORIZON)
    claimed = take_one(ledger)
    with ledger.write() as connection:
        rows.write_changes(connection, [new], changes, Timestamp(NOW, ledger.real_now(connection)))
    assert rows.barred(ledger, claimed) == "another worker has it"
    assert state(ledger, one) is DeliveryState.WAITING
    assert row(ledger, one)["content_hash"] == new.content_hash
    assert rows.moves(ledger, one) == [(None, "waiting"), ("waiting", "claimed"), ("claimed", "waiting")]
    assert take_one(ledger).message == new.message


def test_a_row_whose_call_has_begun_between_look_and_write_is_left_alone(ledger: WoundLedger) -> None:
    one, new = planned(), planned(texts=("new words",))
    queue(ledger, one)
    with ledger.read() as connection:
        changes = rows.diff_plan(connection, [new], NOW, NOW + rows.HORIZON)
        gone = rows.diff_plan(connection, [], NOW, NOW + rows.HORIZON)
    rows.begin(ledger, take_one(ledger))
    with ledger.write() as connection:
        rows.write_changes(connection, [new], changes, Timestamp(NOW, ledger.real_now(connection)))
        rows.write_changes(connection, [], gone, Timestamp(NOW, ledger.real_now(connection)))
    assert state(ledger, one) is DeliveryState.SENDING
    assert row(ledger, one)["content_hash"] == one.content_hash


def test_what_is_taken_off_the_queue_is_taken_from_whoever_claims_it(ledger: WoundLedger) -> None:
    one = planned()
    queue(ledger, one)
    claimed = take_one(ledger)
    with ledger.write() as connection:
        gone = rows.diff_plan(connection, [], NOW, NOW + rows.HORIZON)
        rows.write_changes(connection, [], gone, Timestamp(NOW, ledger.real_now(connection)))
    assert rows.barred(ledger, claimed) == "another worker has it"
    assert state(ledger, one) is DeliveryState.CANCELLED
    assert rows.moves(ledger, one)[-1] == ("claimed", "cancelled")
