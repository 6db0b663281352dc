"""Nothing bursts after a delay: late posts keep half their distance, and punctual ones are on time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from amplify.ledger.holds.spacing import write_gaps
from amplify.model.delivery import DeliveryState
from amplify.model.plan import Planned
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def gap(ledger: WoundLedger) -> WoundLedger:
    """The account says something each hour at most."""
    queue(ledger, planned("before", due=NOW - 2 * HOUR), now=NOW - 3 * HOUR)
    with ledger.write() as connection:
        write_gaps(connection, {"press_union/x": HOUR, "another/x": HOUR})
    rows.put(ledger, planned("before"), state=DeliveryState.SENT.value, sent_at=NOW - 2 * HOUR)
    return ledger


def say(ledger: WoundLedger, now: datetime) -> list[str]:
    """What goes out at this instant, one after the other, until nothing does."""
    said: list[str] = []
    while claimed := rows.take(ledger, now=now):
        for one in claimed:
            rows.send(ledger, one, now=now)
        said += rows.names(claimed)
    return said


def series(count: int, apart: timedelta, late: timedelta = 4 * HOUR) -> list[Planned]:
    return [planned(f"n{number}", due=NOW + number * apart, late=late) for number in range(count)]


class TestLate:
    def test_one_at_a_time_and_half_as_far_apart_as_planned(self, gap: WoundLedger) -> None:
        queue(gap, *series(3, 30 * MINUTE))
        later = NOW + 2 * HOUR
        assert say(gap, later) == ["n0"]
        assert say(gap, later + 14 * MINUTE) == []
        assert say(gap, later + 15 * MINUTE) == ["n1"]
        assert say(gap, later + 30 * MINUTE) == ["n2"]

    def test_never_more_than_half_the_gap(self, gap: WoundLedger) -> None:
        queue(gap, *series(2, 2 * HOUR))
        later = NOW + 3 * HOUR
        assert say(gap, later) == ["n0"]
        assert say(gap, later + 29 * MINUTE) == []
        assert say(gap, later + 30 * MINUTE) == ["n1"]

    def test_the_reason_stands_on_the_row(self, gap: WoundLedger) -> None:
        one, other = series(2, 30 * MINUTE)
        queue(gap, one, other)
        later = NOW + 2 * HOUR
        assert say(gap, later) == ["n0"]
        assert rows.row(gap, other)["why"] == "it is late, and keeps its distance from the account's other posts"
        assert rows.row(gap, other)["look_at"] == later + 15 * MINUTE

    def test_it_makes_room_for_what_is_on_time(self, gap: WoundLedger) -> None:
        late, punctual = planned("late", due=NOW, late=3 * HOUR), planned("punctual", due=NOW + 2 * HOUR)
        queue(gap, late, punctual)
        assert say(gap, NOW + 2 * HOUR - 10 * MINUTE) == []
        assert say(gap, NOW + 2 * HOUR) == ["punctual"]
        assert say(gap, NOW + 2 * HOUR + 29 * MINUTE) == []
        assert say(gap, NOW + 2 * HOUR + 30 * MINUTE) == ["late"]

    def test_another_account_does_not_matter(self, gap: WoundLedger) -> None:
        queue(gap, planned("mine", due=NOW), planned("theirs", "another/x", due=NOW))
        assert sorted(say(gap, NOW + HOUR)) == ["mine", "theirs"]

    def test_a_thread_that_is_out_in_part_is_not_kept_waiting(self, gap: WoundLedger) -> None:
        thread = planned("thread", due=NOW, texts=("one", "two"), late=4 * HOUR)
        queue(gap, thread, planned("other", due=NOW + 30 * MINUTE, late=4 * HOUR))
        claimed = rows.take_one(gap, now=NOW)
        rows.begin(gap, claimed)
        rows.sent(gap, claimed, rows.receipt())
        rows.put(gap, thread, state=DeliveryState.WAITING.value, owner=None, lease_until=None, look_at=NOW + HOUR)
        assert say(gap, NOW + HOUR) == ["other", "thread"]


class TestPunctual:
    def test_goes_out_whatever_was_said_before(self, gap: WoundLedger) -> None:
        one, other = series(2, 10 * MINUTE)
        queue(gap, one, other)
        assert say(gap, NOW + 4 * MINUTE) == ["n0"]
        assert say(gap, NOW + 10 * MINUTE) == ["n1"]

    def test_without_a_gap_nothing_is_kept_apart(self, ledger: WoundLedger) -> None:
        queue(ledger, *series(3, 10 * MINUTE))
        assert say(ledger, NOW + HOUR) == ["n0", "n1", "n2"]
