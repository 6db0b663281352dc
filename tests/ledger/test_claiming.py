"""claim: who gets which row, in which order, and what keeps the others waiting."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from amplify.ledger.database import Ledger
from amplify.ledger.rows import claim as claiming
from amplify.ledger.rows.claim import ClaimRequest, claim_due
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.rows.first_rows import first_due_per_account
from amplify.ledger.rows.plan_changes import write_accounts
from amplify.model.delivery import DeliveryState
from amplify.model.gate import Gate, Pause
from amplify.model.rate_limit import RateLimit
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import LATENESS, LEASE, NOW, planned, put, queue, row, state, take, take_one

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OPEN = Gate("campaign", "free")
CLOSED = Gate("campaign", "free", closed="the campaign free is paused")


def test_nothing_is_due_before_its_time(ledger: WoundLedger) -> None:
    queue(ledger, planned(due=NOW + MINUTE))
    assert take(ledger) == []
    assert len(take(ledger, now=NOW + MINUTE)) == 1


def test_a_claimed_row_is_ours_with_everything_that_is_to_be_said(ledger: WoundLedger) -> None:
    one = planned(texts=("first", "second"))
    queue(ledger, one)
    claimed = take_one(ledger)
    assert claimed.message == one.message
    assert [part.number for part in claimed.parts] == [0, 1]
    assert len({part.key for part in claimed.parts} | {part.record_key for part in claimed.parts}) == 4
    assert state(ledger, one) is DeliveryState.CLAIMED
    assert rows.moves(ledger, one) == [(None, "waiting"), ("waiting", "claimed")]
    assert take(ledger, owner="another") == []


def test_an_account_has_one_delivery_on_its_way_and_keeps_the_order(ledger: WoundLedger) -> None:
    queue(ledger, *(planned(f"n{number}", due=NOW + number * MINUTE) for number in (2, 0, 1)))
    now = NOW + HOUR
    order = []
    while claimed := take(ledger, now=now):
        (one,) = claimed
        order.append(one.post)
        assert take(ledger, now=now) == []
        rows.send(ledger, one, now=now)
    assert order == ["n0", "n1", "n2"]


@pytest.mark.parametrize("in_use", [False, True], ids=["free", "in use"])
def test_a_long_line_hides_nobody_behind_it(ledger: WoundLedger, in_use: bool) -> None:
    """More rows of one account are due first than a claim looks at in one go."""
    line = [planned(f"n{number}", "a/x", due=NOW + number * timedelta(seconds=1)) for number in range(40)]
    queue(ledger, *line, planned("late", "b/x", due=NOW + MINUTE), planned("later", "c/x", due=NOW + 2 * MINUTE))
    if in_use:
        take(ledger, owner="another", limit=1)
    found = [one.post for one in take(ledger, now=NOW + HOUR, limit=3)]
    assert found == (["late", "later"] if in_use else ["n0", "late", "later"])


@pytest.mark.parametrize("patience", [30.0, -1.0], ids=["in one claim", "page by page"])
def test_of_many_held_rows_each_is_looked_at_once(
    ledger: WoundLedger, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    """More of them than a page has, of one account and of another; and what is open behind them is found."""
    shut = ("campaign:free", "person:anna")
    lines = [
        planned(f"n{number}", account, due=NOW - HOUR + number * timedelta(seconds=1), subjects=shut)
        for account, count in (("a/x", 300), ("b/x", 150))
        for number in range(count)
    ]
    queue(ledger, *lines, planned("open", "a/x"))
    rows.gates(ledger, OPEN, Gate("person", "anna", closed="released"))
    visits: Counter[str] = Counter()

    def count(_: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
        visits.update(one.id for one in candidates)
        return {}

    monkeypatch.setattr(claiming, "CLAIM_CHECKS", (count, *claiming.CLAIM_CHECKS))
    monkeypatch.setattr(claiming, "_PATIENCE", patience)
    taken, claims, more = [], 0, True
    while more:
        with ledger.write() as connection:
            found = claiming.claim_due(ledger, connection, NOW, ClaimRequest("me", LEASE, 16))
        taken += rows.names(found.taken)
        claims, more = claims + 1, found.more
        assert claims <= len(lines)
    assert taken == ["open"]
    assert set(visits.values()) == {1}
    assert len(visits) == len(lines) + 1
    assert (claims == 1) == (patience > 0)


@pytest.mark.parametrize("behind", [False, True], ids=["found among the first", "asked one by one"])
def test_no_account_is_always_the_last_of_one_instant(ledger: WoundLedger, behind: bool) -> None:
    """By their names, the last account would go on alone when all others are done."""
    accounts = [f"p{number}/x" for number in range(12)]
    deliveries = [planned("hello", account) for account in accounts]
    line = [planned(f"n{n}", "a/x", due=NOW - MINUTE) for n in range(20)] if behind else []
    queue(ledger, *deliveries, *line)
    found = [one.id for one in take(ledger, limit=6)]
    by_lot = sorted(one.id for one in deliveries)
    first = min((one.id for one in line), default=None)
    assert found == ([first, *by_lot[:5]] if behind else by_lot[:6])


def test_what_waits_again_keeps_its_place(ledger: WoundLedger) -> None:
    first, second = planned("first"), planned("second", due=NOW + MINUTE)
    queue(ledger, first, second)
    now = NOW + HOUR
    claimed = take_one(ledger, now=now)
    begun = rows.begin(ledger, claimed, now=now)
    with rows.acting(ledger, claimed, now=now) as hand:
        hand.try_later(claimed.id, claimed.account, begun.part, "busy", timedelta(0))
    assert take_one(ledger, now=now).post == "first"


def test_one_of_each_account_at_a_time(ledger: WoundLedger) -> None:
    accounts = [f"p{number}/x" for number in range(5)]
    queue(ledger, *(planned(f"n{n}", account, due=NOW + n * MINUTE) for account in accounts for n in range(3)))
    claimed = take(ledger, now=NOW + HOUR)
    assert sorted(one.account for one in claimed) == accounts
    assert {one.post for one in claimed} == {"n0"}
    assert len(take(ledger, now=NOW + HOUR, limit=3)) == 0


def test_no_more_than_asked_for(ledger: WoundLedger) -> None:
    queue(ledger, *(planned("n", f"p{number}/x") for number in range(5)))
    assert [len(take(ledger, limit=2)) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize("behind", [False, True], ids=["the first of their lines", "behind rows that are held"])
def test_accounts_of_one_place_share_what_it_grants(ledger: WoundLedger, behind: bool) -> None:
    names = ("a/x", "b/x", "c/x", "d/x")
    shut = ("campaign:free", "person:anna")
    held = [planned("held", name, due=NOW - MINUTE, subjects=shut) for name in names] if behind else []
    queue(ledger, *held, *(planned("open", name) for name in names))
    rows.gates(ledger, OPEN, Gate("person", "anna", closed="released"))
    allowances = {"x": [RateLimit("app", "place", 4, timedelta(days=1))]}  # half of it at once
    with ledger.write() as connection:
        write_accounts(connection, dict.fromkeys(names[:3], "x:") | {"d/x": "x:other.example"})
    with ledger.write() as connection:
        found = claim_due(ledger, connection, NOW, ClaimRequest("me", LEASE, 9, allowances=allowances)).taken
    assert {one.post for one in found} == {"open"}
    here = {one.account for one in found} - {"d/x"}
    assert (len(found), len(here)) == (3, 2)


def test_a_row_past_its_window_is_never_claimed(ledger: WoundLedger) -> None:
    queue(ledger, planned())
    assert take(ledger, now=NOW + LATENESS) == []
    assert len(take(ledger, now=NOW + LATENESS - timedelta(seconds=1))) == 1


class TestGates:
    def test_a_closed_gate_holds_with_its_reason(self, ledger: WoundLedger) -> None:
        one = planned()
        queue(ledger, one)
        rows.gates(ledger, CLOSED)
        assert take(ledger) == []
        assert state(ledger, one) is DeliveryState.WAITING
        assert row(ledger, one)["why"] == "the campaign free is paused"

    def test_a_subject_without_a_gate_is_closed(self, ledger: WoundLedger) -> None:
        one = planned(subjects=("campaign:free", "person:anna"))
        queue(ledger, one, open_gates=False)
        rows.gates(ledger, OPEN)
        assert take(ledger) == []
        assert "person anna is not known" in row(ledger, one)["why"]

    def test_each_blocked_row_is_visited_once(self, ledger: WoundLedger) -> None:
        blocked = [planned(f"n{number}", due=NOW + number * MINUTE) for number in range(40)]
        queue(ledger, *blocked)
        rows.gates(ledger, CLOSED)
        assert take(ledger, now=NOW + HOUR, limit=2) == []
        for one in blocked:
            assert row(ledger, one)["look_at"] == one.late  # not before: nothing here opens by itself
        with ledger.write() as connection:
            bounds = {"now": NOW + HOUR, "until": NOW + HOUR, "real": ledger.real_now(connection), "most": 100}
            assert first_due_per_account(ledger, connection, bounds) == []

    def test_rows_behind_held_ones_go_out_in_the_same_claim(self, ledger: WoundLedger) -> None:
        held = [planned(f"held{n}", due=NOW + n * MINUTE, subjects=("campaign:shut",)) for n in range(40)]
        free = planned("free", due=NOW + HOUR)
        queue(ledger, *held, free)
        rows.gates(ledger, OPEN, Gate("campaign", "shut", closed="shut"))
        assert rows.names(take(ledger, now=NOW + HOUR, limit=2)) == ["free"]

    def test_a_gate_that_opens_by_itself_is_looked_at_then(self, ledger: WoundLedger) -> None:
        one = planned()
        queue(ledger, one)
        rows.gates(ledger, Gate("campaign", "free", opens_at=NOW + MINUTE))
        assert take(ledger) == []
        assert row(ledger, one)["look_at"] == NOW + MINUTE
        assert len(take(ledger, now=NOW + MINUTE)) == 1

    def test_a_gate_that_opens_too_late_is_not_waited_for(self, ledger: WoundLedger) -> None:
        one = planned()
        queue(ledger, one)
        rows.gates(ledger, Gate("campaign", "free", opens_at=NOW + 5 * HOUR))
        assert take(ledger) == []
        assert row(ledger, one)["look_at"] == one.late

    def test_a_gate_that_closes_in_time_bars_what_comes_later(self, ledger: WoundLedger) -> None:
        one = planned()
        queue(ledger, one)
        rows.gates(ledger, Gate("campaign", "free", closes_at=NOW, after="it has ended"))
        assert take(ledger) == []
        assert row(ledger, one)["why"] == "it has ended"

    def test_a_quiet_period_is_waited_for_to_its_end(self, ledger: WoundLedger) -> None:
        one = planned()
        queue(ledger, one)
        rows.gates(ledger, Gate("campaign", "free", pauses=(Pause(NOW - HOUR, NOW + MINUTE, "a day of mourning"),)))
        assert take(ledger) == []
        held = row(ledger, one)
        assert (held["why"], held["look_at"]) == ("quiet until 2027-05-17 09:01 UTC: a day of mourning", NOW + MINUTE)
        assert len(take(ledger, now=NOW + MINUTE)) == 1

    def test_changed_gates_make_held_rows_looked_at_again(self, ledger: WoundLedger) -> None:
        one = planned()
        queue(ledger, one)
        rows.gates(ledger, CLOSED)
        take(ledger)
        assert rows.gates(ledger, CLOSED) is False  # the same again: nothing to look at
        assert row(ledger, one)["look_at"] == one.late
        assert rows.gates(ledger, OPEN) is True
        assert rows.names(take(ledger)) == ["hello"]
        assert row(ledger, one)["why"] is None

    def test_a_gate_opening_in_the_middle_of_a_claim_is_not_overlooked(
        self, ledger: WoundLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The claim has read the closed gate and not yet written the hold; the gate opens just then."""
        one = planned()
        queue(ledger, one)
        rows.gates(ledger, CLOSED)
        opening = threading.Thread(target=lambda: _copy_gates_as_queue_does(ledger, OPEN))
        ask = claiming.find_holds

        def slowly(*asked: object) -> object:
            answer = ask(*asked)  # type: ignore[arg-type]
            if opening.ident is None:
                opening.start()
                opening.join(0.5)
            return answer

        monkeypatch.setattr(claiming, "find_holds", slowly)
        assert take(ledger) == []
        opening.join()
        monkeypatch.undo()
        assert rows.names(take(ledger)) == ["hello"]


def _copy_gates_as_queue_does(ledger: Ledger, *wanted: Gate) -> None:
    from amplify.ledger.holds.gates import GATES, write_gates

    with ledger.write() as connection:
        ledger.lock(connection, GATES)
        write_gates(connection, wanted)


class TestAccounts:
    def test_a_paused_account_is_passed_over_while_others_go_on(self, ledger: WoundLedger) -> None:
        queue(ledger, planned("a", "one/x"), planned("b", "two/x"))
        rows.change_account(ledger, "one/x", paused_at=NOW, paused_why="its token was revoked")
        assert rows.names(take(ledger)) == ["b"]

    def test_a_slowed_account_is_passed_over_for_as_long_as_it_was_told_in_real_time(self, ledger: WoundLedger) -> None:
        queue(ledger, planned("a", "one/x"), planned("b", "two/x"))
        with ledger.read() as connection:
            real = ledger.real_now(connection)
        rows.change_account(ledger, "one/x", real_not_before=real + MINUTE)
        assert rows.names(take(ledger)) == ["b"]
        assert take(ledger, now=NOW + HOUR) == []  # campaign time does not help
        ledger.wind(2 * MINUTE)
        assert rows.names(take(ledger)) == ["a"]

    def test_many_due_rows_of_a_paused_account_hide_nobody(self, ledger: WoundLedger) -> None:
        queue(ledger, *(planned(f"n{n}", "one/x") for n in range(50)), planned("b", "two/x", due=NOW + MINUTE))
        rows.change_account(ledger, "one/x", paused_at=NOW)
        assert rows.names(take(ledger, now=NOW + MINUTE, limit=1)) == ["b"]

    def test_many_due_rows_of_a_busy_account_hide_nobody(self, ledger: WoundLedger) -> None:
        queue(ledger, *(planned(f"n{n}", "one/x") for n in range(50)), planned("b", "two/x", due=NOW + MINUTE))
        now = NOW + MINUTE
        first = take(ledger, now=now, limit=1) + take(ledger, now=now, limit=1)
        assert [one.account for one in first] == ["one/x", "two/x"]


class TestBoosts:
    def test_a_boost_waits_for_its_target_and_goes_right_after(self, ledger: WoundLedger) -> None:
        target = planned("target", "one/x")
        boost = planned("boost", "two/x", boost_of=target)
        queue(ledger, target, boost)
        claimed = take_one(ledger)
        assert claimed.post == "target"
        assert row(ledger, boost)["why"] == "the post it repeats is waiting"
        assert take(ledger) == []
        rows.send(ledger, claimed, remote="t")
        repeated = take_one(ledger)
        assert repeated.post == "boost"
        assert repeated.target is not None
        assert repeated.target.id == "t.0"

    @pytest.mark.parametrize(
        "after", [DeliveryState.REFUSED, DeliveryState.MISSED, DeliveryState.CANCELLED, DeliveryState.CUT]
    )
    def test_a_boost_of_what_never_went_out_is_held(self, ledger: WoundLedger, after: DeliveryState) -> None:
        target = planned("target", "one/x")
        boost = planned("boost", "two/x", boost_of=target)
        queue(ledger, target, boost)
        put(ledger, target, state=after.value)
        assert take(ledger) == []
        assert row(ledger, boost)["why"] == f"the post it repeats is {after.value}"

    def test_a_boost_follows_its_target_into_the_next_generation(self, ledger: WoundLedger) -> None:
        target = planned("target", "one/x")
        queue(ledger, target)
        put(ledger, target, state=DeliveryState.REFUSED.value)
        edited = planned("target", "one/x", texts=("better words",))
        boost = planned("boost", "two/x", boost_of=target)
        queue(ledger, edited, boost)
        claimed = take_one(ledger)
        assert claimed.id == f"{target.id}.2"
        rows.send(ledger, claimed, remote="again")
        repeated = take_one(ledger)
        assert repeated.target is not None
        assert repeated.target.id == "again.0"

    def test_a_target_sent_in_the_middle_of_a_claim_is_not_overlooked(
        self, ledger: WoundLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The claim has seen the target on its way and not yet written the hold; the target goes out just then."""
        target = planned("target", "one/x", due=NOW - MINUTE)
        boost = planned("boost", "two/x", boost_of=target)
        queue(ledger, target, boost)
        (claimed,) = take(ledger, limit=1)
        put(ledger, boost, look_at=NOW, why=None)
        sending = threading.Thread(target=lambda: rows.send(ledger, claimed))
        ask = claiming.find_holds

        def slowly(*asked: object) -> object:
            answer = ask(*asked)  # type: ignore[arg-type]
            if sending.ident is None:
                sending.start()
                sending.join(0.5)
            return answer

        monkeypatch.setattr(claiming, "find_holds", slowly)
        taken = rows.names(take(ledger))
        sending.join()
        monkeypatch.undo()
        assert taken + rows.names(take(ledger)) == ["boost"]
