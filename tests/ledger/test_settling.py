"""begin and settle: the durable mark, the outcomes, and the fence against whoever lost the claim."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplify.ledger.queries.pending_work import find_pending_work
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.expiry import expire_rows
from amplify.model.delivery import DeliveryState
from amplify.model.gate import Gate
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import LATENESS, LEASE, NOW, acting, planned, queue, receipt, row, state, take, take_one

MINUTE = timedelta(minutes=1)


def claimed_one(ledger: WoundLedger, *texts: str) -> ClaimedDelivery:
    queue(ledger, planned(texts=texts or None))
    return take_one(ledger)


def reaped(ledger: WoundLedger, now: rows.datetime = NOW) -> int:
    with ledger.read() as connection:
        asked = find_pending_work(ledger, connection, "queued", now).left
    with ledger.write() as connection:
        moved = expire_rows(ledger, connection, now)
    assert asked == bool(moved)
    return moved


class TestBegin:
    def test_the_mark_is_durable_and_the_attempt_is_logged(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        begun = rows.begin(ledger, claimed)
        assert state(ledger, claimed) is DeliveryState.SENDING
        (attempt,) = rows.attempts(ledger, claimed)
        assert (attempt["owner"], attempt["part"], attempt["outcome"]) == (claimed.owner, begun.part, None)
        assert rows.parts(ledger, claimed)[0]["created_at"] == begun.created_at == NOW

    def test_created_at_is_the_same_on_every_retry(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        first = rows.begin(ledger, claimed)
        with acting(ledger, claimed) as hand:
            hand.try_later(claimed.id, claimed.account, first.part, "busy", timedelta(0))
        later = NOW + MINUTE
        again = rows.begin(ledger, take_one(ledger, now=later), now=later)
        assert again.created_at == first.created_at
        assert [one["outcome"] for one in rows.attempts(ledger, claimed)] == ["try_later", None]

    def test_gates_are_read_a_last_time(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        rows.gates(ledger, Gate("campaign", "free", closed="somebody said stop"))
        assert rows.barred(ledger, claimed) == "somebody said stop"
        assert state(ledger, claimed) is DeliveryState.CLAIMED
        assert rows.attempts(ledger, claimed) == []

    def test_not_after_the_window(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        assert rows.barred(ledger, claimed, now=NOW + LATENESS) == "its lateness window is over"

    def test_a_lost_claim_may_not_begin(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        ledger.wind(2 * LEASE)
        reaped(ledger)
        assert rows.barred(ledger, claimed) == "another worker has it"
        take_one(ledger, owner="another")
        assert rows.barred(ledger, claimed) == "another worker has it"

    def test_a_claim_lost_and_taken_again_by_the_same_process_is_another(self, ledger: WoundLedger) -> None:
        """Else two threads of one worker would both pass the fence, and both send."""
        old = claimed_one(ledger)
        ledger.wind(2 * LEASE)
        reaped(ledger)
        new = take_one(ledger)
        rows.begin(ledger, new)
        assert rows.barred(ledger, old) == "another worker has it"


class TestOutcomes:
    def test_sent(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        rows.send(ledger, claimed, remote="77")
        assert state(ledger, claimed) is DeliveryState.SENT
        assert row(ledger, claimed)["sent_at"] == NOW
        (part,) = rows.parts(ledger, claimed)
        assert (part["remote_id"], part["sent_at"]) == ("77.0", NOW)
        (attempt,) = rows.attempts(ledger, claimed)
        assert attempt["outcome"] == "sent"
        assert attempt["real_ended"] >= attempt["real_began"]
        expected = [(None, "waiting"), ("waiting", "claimed"), ("claimed", "sending"), ("sending", "sent")]
        assert rows.moves(ledger, claimed) == expected

    def test_try_later_slows_the_account_in_real_time(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        begun = rows.begin(ledger, claimed)
        with acting(ledger, claimed) as hand:
            hand.try_later(claimed.id, claimed.account, begun.part, "too many requests", MINUTE)
        assert state(ledger, claimed) is DeliveryState.WAITING
        assert row(ledger, claimed)["why"] == "too many requests"
        assert take(ledger) == []
        ledger.wind(MINUTE)
        assert len(take(ledger)) == 1

    def test_logged_out_pauses_the_account(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        begun = rows.begin(ledger, claimed)
        with acting(ledger, claimed) as hand:
            hand.credentials_failed(claimed.id, claimed.account, begun.part, "its token was revoked", MINUTE)
        assert state(ledger, claimed) is DeliveryState.WAITING
        assert rows.account(ledger)["paused_why"] == "its token was revoked"
        ledger.wind(2 * MINUTE)
        assert take(ledger) == []
        with acting(ledger) as hand:
            hand.unpause_account(claimed.account)
        assert len(take(ledger)) == 1

    @pytest.mark.parametrize(("out", "goal"), [(0, DeliveryState.REFUSED), (1, DeliveryState.CUT)])
    def test_refused(self, ledger: WoundLedger, out: int, goal: DeliveryState) -> None:
        claimed = claimed_one(ledger, "first", "second")
        for part in range(out):
            begun = rows.begin(ledger, claimed, part)
            rows.sent(ledger, claimed, receipt(), part)
        begun = rows.begin(ledger, claimed, out)
        with acting(ledger, claimed) as hand:
            hand.refused(claimed.id, begun.part, "against its rules")
        assert state(ledger, claimed) is goal
        assert row(ledger, claimed)["why"] == "against its rules"

    def test_unknown_keeps_the_lease(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        begun = rows.begin(ledger, claimed)
        lease = row(ledger, claimed)["lease_until"]
        with acting(ledger, claimed) as hand:
            hand.unknown(claimed.id, begun.part, "no answer")
        assert state(ledger, claimed) is DeliveryState.UNSURE
        assert row(ledger, claimed)["lease_until"] == lease
        ledger.wind(10 * LEASE)
        assert reaped(ledger, NOW + timedelta(days=400)) == 0  # unsure never expires

    @pytest.mark.parametrize(
        ("timely", "out", "goal"),
        [
            (True, 0, DeliveryState.WAITING),
            (False, 0, DeliveryState.MISSED),
            (True, 1, DeliveryState.WAITING),
            (False, 1, DeliveryState.CUT),
        ],
    )
    def test_absent(self, ledger: WoundLedger, timely: bool, out: int, goal: DeliveryState) -> None:
        claimed = claimed_one(ledger, "first", "second")
        for part in range(out + 1):
            begun = rows.begin(ledger, claimed, part)
            if part < out:
                rows.sent(ledger, claimed, receipt(), part)
        with acting(ledger, claimed) as hand:
            hand.unknown(claimed.id, begun.part, "no answer")
        with acting(ledger, by="reconcile") as hand:
            hand.not_published(claimed.id, timely)
        assert state(ledger, claimed) is goal
        if goal is not DeliveryState.WAITING:
            assert row(ledger, claimed)["why"]

    def test_found_in_the_middle_of_a_thread_goes_on_behind_it(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger, "first", "second")
        begun = rows.begin(ledger, claimed)
        with acting(ledger, claimed) as hand:
            hand.unknown(claimed.id, begun.part, "no answer")
        with acting(ledger, by="reconcile") as hand:
            hand.published(claimed.id, 0, receipt("7"), last=False)
        again = take_one(ledger)
        assert [part.receipt and part.receipt.id for part in again.parts] == ["7", None]


class TestLeases:
    def test_a_claimed_row_of_a_dead_worker_waits_again(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        assert reaped(ledger) == 0
        ledger.wind(LEASE)
        assert reaped(ledger) == 1
        assert state(ledger, claimed) is DeliveryState.WAITING
        assert len(take(ledger, owner="another")) == 1

    def test_a_sending_row_of_a_dead_worker_is_unsure(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        ledger.wind(LEASE / 2)
        rows.begin(ledger, claimed)  # renews the lease
        ledger.wind(LEASE / 2)
        assert reaped(ledger) == 0
        ledger.wind(LEASE / 2)
        assert reaped(ledger) == 1
        assert state(ledger, claimed) is DeliveryState.UNSURE
        assert row(ledger, claimed)["why"] == "its worker stopped while sending"
        assert take(ledger, owner="another") == []

    def test_a_receipt_that_comes_after_the_lease_still_counts(self, ledger: WoundLedger) -> None:
        """What is out is out: the row was unsure, and is sent, without anybody looking."""
        claimed = claimed_one(ledger)
        rows.begin(ledger, claimed)
        ledger.wind(2 * LEASE)
        reaped(ledger)
        assert rows.sent(ledger, claimed, receipt("late"), last=True)
        assert state(ledger, claimed) is DeliveryState.SENT
        assert rows.parts(ledger, claimed)[0]["remote_id"] == "late"

    def test_the_loser_of_a_lease_changes_nothing(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger)
        begun = rows.begin(ledger, claimed)
        ledger.wind(2 * LEASE)
        reaped(ledger)
        with acting(ledger, by="reconcile") as hand:
            hand.not_published(claimed.id, timely=True)
        again = take_one(ledger, owner="another")
        rows.begin(ledger, again)
        for act in ("refused", "unknown"):
            with acting(ledger, claimed) as hand:
                getattr(hand, act)(claimed.id, begun.part, "too late to say")
            assert state(ledger, claimed) is DeliveryState.SENDING
        with acting(ledger, claimed) as hand:
            hand.try_later(claimed.id, claimed.account, begun.part, "too late to say", MINUTE)
        assert row(ledger, claimed)["owner"] == again.owner


class TestLateness:
    def test_waiting_past_its_window_is_missed_with_the_reason(self, ledger: WoundLedger) -> None:
        one, held = planned("one", "a/x"), planned("held", "b/x", subjects=("person:anna",))
        queue(ledger, one, held)
        rows.change_account(ledger, "a/x", paused_at=NOW)
        rows.gates(ledger, Gate("campaign", "free"), Gate("person", "anna", closed="anna is release confirmed"))
        take(ledger)
        assert reaped(ledger, NOW + LATENESS - MINUTE) == 0
        assert reaped(ledger, NOW + LATENESS) == 2
        assert state(ledger, one) is state(ledger, held) is DeliveryState.MISSED
        assert row(ledger, one)["why"] == "nothing ran in its lateness window"
        assert row(ledger, held)["why"] == "held until too late: anna is release confirmed"

    def test_a_thread_that_is_partly_out_is_cut(self, ledger: WoundLedger) -> None:
        claimed = claimed_one(ledger, "first", "second")
        begun = rows.begin(ledger, claimed)
        rows.sent(ledger, claimed, receipt())
        begun = rows.begin(ledger, claimed, 1)
        with acting(ledger, claimed) as hand:
            hand.try_later(claimed.id, claimed.account, begun.part, "busy", MINUTE)
        assert reaped(ledger, NOW + LATENESS) == 1
        assert state(ledger, claimed) is DeliveryState.CUT
        assert row(ledger, claimed)["why"]
