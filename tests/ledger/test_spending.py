"""Money: a month's budget is never exceeded by posts, and what it does not pay for waits and says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from amplify.ledger.database import Ledger
from amplify.ledger.holds.spending import (
    list_budgets,
    lock_budgets,
    over_budget,
    pay_for_deletions,
    pay_for_readings,
    record_spending,
    refund,
    remaining_cost,
    write_budget,
)
from amplify.ledger.rows.claimed_delivery import load_unclaimed
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.tables import PART, READING
from amplify.model.plan import Planned
from amplify.rules.plan.budget import Budget, next_month
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue
from ledger.together import at_once

POST = 15_000
DOLLAR = 1_000_000
JUNE = datetime(2027, 6, 1, tzinfo=UTC)


def budget(ledger: Ledger, **dollars: float) -> None:
    with ledger.write() as connection:
        write_budget(connection, {platform: int(amount * DOLLAR) for platform, amount in dollars.items()})


def candidates(ledger: Ledger, *deliveries: Planned) -> list[DueDelivery]:
    with ledger.read() as connection:
        return [one.row for one in load_unclaimed(connection, [delivery.id for delivery in deliveries])]


def barred(ledger: Ledger, *deliveries: Planned, now: datetime = NOW) -> dict[str, Hold]:
    names = {one.id: one.post for one in deliveries}
    wanted = candidates(ledger, *deliveries)
    with ledger.read() as connection:
        return {names[id]: bar for id, bar in over_budget(connection, wanted, now).items()}


def paid(ledger: Ledger, *deliveries: Planned, now: datetime = NOW) -> None:
    with ledger.write() as connection:
        for one in load_unclaimed(connection, [one.id for one in deliveries]):
            record_spending(connection, one.platform, "posts", remaining_cost(one), now)


def spent(ledger: Ledger, now: datetime = NOW) -> dict[str, int]:
    """By what, on X."""
    with ledger.read() as connection:
        return next((dict(one.by_what) for one in list_budgets(connection, now) if one.platform == "x"), {})


def three(ledger: Ledger) -> list[Planned]:
    deliveries = [planned(f"n{number}", f"p{number}/x") for number in range(3)]
    queue(ledger, *deliveries)
    return deliveries


def test_the_cost_is_written_down_with_the_delivery(ledger: WoundLedger) -> None:
    thread, boosted = planned("thread", texts=("a", "b", "c")), planned("boosted", "a/x")
    boost = planned("boost", "b/x", boost_of=boosted)
    free = planned("free", "a/mastodon")
    queue(ledger, thread, boosted, boost, free)
    costs = [rows.row(ledger, one)["cost"] for one in (thread, boosted, boost, free)]
    assert costs == [3 * POST, POST, POST, 0]


def test_without_a_budget_nothing_is_barred(ledger: WoundLedger) -> None:
    deliveries = three(ledger)
    paid(ledger, *deliveries)
    assert barred(ledger, *deliveries) == {}
    assert spent(ledger) == {"posts": 3 * POST}


def test_the_end_of_the_money_bars_and_says_so(ledger: WoundLedger) -> None:
    deliveries = three(ledger)
    budget(ledger, x=0.03)
    bars = barred(ledger, *deliveries)
    assert bars.keys() == {"n2"}
    assert bars["n2"].retry_at == JUNE
    assert "$0.030 for x in 2027-05" in bars["n2"].why
    assert "raise `budget:`" in bars["n2"].why
    paid(ledger, *deliveries[:2])
    assert barred(ledger, deliveries[2]).keys() == {"n2"}
    assert barred(ledger, deliveries[2], now=JUNE) == {}


def test_what_is_free_goes_on(ledger: WoundLedger) -> None:
    free = planned("free", "a/mastodon")
    queue(ledger, free)
    budget(ledger, x=0, mastodon=0)
    assert barred(ledger, free) == {}


def test_a_thread_that_was_paid_for_is_not_cut(ledger: WoundLedger) -> None:
    thread = planned("thread", texts=("a", "b"))
    queue(ledger, thread)
    budget(ledger, x=0.03)
    claimed = rows.take_one(ledger)
    rows.begin(ledger, claimed)
    assert spent(ledger) == {"posts": 2 * POST}  # whoever marks pays
    assert barred(ledger, thread) == {}


def test_what_is_out_is_not_paid_for_again_and_what_is_not_is_given_back(ledger: WoundLedger) -> None:
    thread = planned("thread", texts=("a", "b", "c"))
    queue(ledger, thread)
    paid(ledger, thread)
    with ledger.write() as connection:
        part = PART.c
        connection.execute(
            update(PART).where(part.delivery == thread.id, part.number == 0).values(remote_id="1", url="u")
        )
        refund(connection, [thread.id], NOW)
    assert spent(ledger) == {"posts": POST}
    paid(ledger, thread)
    assert spent(ledger) == {"posts": 3 * POST}


def test_a_raised_budget_looks_at_what_is_held(ledger: WoundLedger) -> None:
    one = planned()
    queue(ledger, one)
    budget(ledger, x=1)
    rows.put(ledger, one, why="no money", look_at=NOW + timedelta(days=10))
    budget(ledger, x=1)
    assert rows.row(ledger, one)["look_at"] == NOW + timedelta(days=10)
    budget(ledger, x=2)
    assert rows.row(ledger, one)["look_at"] == NOW


class TestReadings:
    def read(self, ledger: Ledger, *parts: tuple[str, int], now: datetime = NOW) -> int | Hold:
        with ledger.write() as connection:
            return pay_for_readings(connection, "x", parts, now)

    def test_each_costs(self, ledger: WoundLedger) -> None:
        assert self.read(ledger, ("a", 0), ("a", 1)) == 10_000
        assert spent(ledger) == {"readings": 10_000}

    def test_the_same_post_costs_once_a_day(self, ledger: WoundLedger) -> None:
        (one, *_) = three(ledger)
        with ledger.write() as connection:
            reading = {"delivery": one.id, "part": 0, "at": NOW, "mark": "1h"}
            connection.execute(insert(READING), reading)
        assert self.read(ledger, (one.id, 0), (one.id, 1), now=NOW + timedelta(hours=14)) == 5_000
        assert self.read(ledger, (one.id, 0), now=NOW + timedelta(hours=15)) == 5_000  # the next day, UTC

    def test_posts_come_first(self, ledger: WoundLedger) -> None:
        three(ledger)
        budget(ledger, x=0.05)
        assert self.read(ledger, ("a", 0)) == 5_000
        answer = self.read(ledger, ("b", 0))
        assert isinstance(answer, Hold)
        assert answer.retry_at == JUNE
        assert "does not pay for reading counts ($0.005)" in answer.why
        assert spent(ledger)["readings"] == 5_000

    def test_posts_of_another_month_do_not_count(self, ledger: WoundLedger) -> None:
        queue(ledger, planned("june", due=JUNE + timedelta(days=3)))
        budget(ledger, x=0.01)
        assert self.read(ledger, ("a", 0)) == 5_000


def test_taking_down_costs_and_is_never_barred(ledger: WoundLedger) -> None:
    budget(ledger, x=0)
    with ledger.write() as connection:
        pay_for_deletions(connection, "x", 3, NOW)
        pay_for_deletions(connection, "mastodon", 3, NOW)
    assert spent(ledger) == {"deletions": 30_000}


def test_what_status_shows(ledger: WoundLedger) -> None:
    three(ledger)
    budget(ledger, x=0.06)
    with ledger.write() as connection:
        record_spending(connection, "x", "posts", 30_000, NOW)
        record_spending(connection, "x", "readings", 5_000, NOW)
        record_spending(connection, "x", "readings", 5_000, JUNE)
    with ledger.read() as connection:
        (may,) = list_budgets(connection, NOW)
        (june,) = list_budgets(connection, JUNE)
    assert may == Budget("x", "2027-05", 60_000, {"posts": 30_000, "readings": 5_000}, 45_000)
    assert (may.spent, may.left, may.short) == (35_000, 25_000, 20_000)
    assert may.sentence == "x in 2027-05: $0.035 of $0.060 spent, $0.045 waiting; $0.020 too little"
    assert (june.spent, june.waiting, june.short) == (5_000, 0, 0)
    assert json.loads(json.dumps(may.as_json()))["spent"] == "0.035"


@given(st.integers(0, 2**31).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_the_next_month_begins_within_a_month(now: datetime) -> None:
    after = next_month(now)
    assert (after.day, after.hour, after.minute, after.microsecond) == (1, 0, 0, 0)
    assert timedelta(0) < after - now <= timedelta(days=31)


SPENDERS = """
    from datetime import datetime, timedelta
    from amplify.ledger.rows.claim import ClaimRequest, claim_due
    from amplify.ledger.rows.begin_mark import Begun, BeginRequest, begin_requests
    from amplify.ledger.database import Ledger

    ledger, now, lease = Ledger.open(URL), datetime.fromisoformat(NOW), timedelta(minutes=1)
    went, taken = 0, True
    ready()
    while taken:
        with ledger.write() as connection:
            taken = claim_due(ledger, connection, now, ClaimRequest(f"w{NUMBER}", lease, 2)).taken
        with ledger.write() as connection:
            answers = begin_requests(ledger, connection, [BeginRequest(one, 0, {}, True) for one in taken], now, lease)
        went += sum(isinstance(answer, Begun) for answer in answers)
    print(went)
"""


def test_many_workers_spend_a_budget_to_the_last_post(ledger: WoundLedger, database: str) -> None:
    deliveries = [planned(f"n{number}", f"p{number}/x") for number in range(40)]
    queue(ledger, *deliveries)
    budget(ledger, x=0.35)  # 23 posts and a third
    said = at_once(4, SPENDERS, URL=database, NOW=NOW.isoformat())
    assert sum(map(int, said)) == 23
    assert spent(ledger) == {"posts": 23 * POST}


@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
def test_no_statement_for_what_is_free(ledger: WoundLedger, platform: str) -> None:
    from ledger.test_buckets import counting

    free = planned("free", f"a/{platform}")
    queue(ledger, free)
    with ledger.write() as connection:
        claimed = load_unclaimed(connection, [free.id])
        with counting(ledger) as seen:
            lock_budgets(connection, [claimed[0].row], NOW)
            assert over_budget(connection, [claimed[0].row], NOW) == {}
            assert remaining_cost(claimed[0]) == 0
    assert seen == []
