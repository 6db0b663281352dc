"""What is out or about to go out, as the rules about repeats and caps want to know it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplify.ledger.queries.recent_posts import find_recent_posts
from amplify.model.delivery import DeliveryState
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import HORIZON, NOW, planned, put, queue, take_one

DAY = timedelta(days=1)


def known(ledger: WoundLedger, since: timedelta = DAY) -> list[tuple[str, bool, str]]:
    with ledger.read() as connection:
        return [
            (one.entry, one.out, one.message.parts[0].text)
            for one in find_recent_posts(connection, NOW - since, NOW + HORIZON)
        ]


def test_what_waits_in_the_horizon_is_the_plans_business(ledger: WoundLedger) -> None:
    queue(ledger, planned("soon"))
    assert known(ledger) == []


def test_what_went_out_is_known_with_its_words_and_its_time(ledger: WoundLedger) -> None:
    one = planned("soon", due=NOW - timedelta(minutes=5))
    queue(ledger, one)
    rows.send(ledger, take_one(ledger))
    assert known(ledger) == [("soon", True, "soon from press_union/x")]
    with ledger.read() as connection:
        (found,) = find_recent_posts(connection, NOW - DAY, NOW + HORIZON)
        assert (found.id, found.account, found.platform, found.at) == (one.id, "press_union/x", "x", NOW)
        assert not find_recent_posts(connection, NOW + DAY, NOW + HORIZON)


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (DeliveryState.CLAIMED, True),
        (DeliveryState.SENDING, True),
        (DeliveryState.UNSURE, True),
        (DeliveryState.CUT, True),
        (DeliveryState.MISSED, False),
        (DeliveryState.REFUSED, False),
        (DeliveryState.CANCELLED, False),
        (DeliveryState.REMOVED, False),
    ],
)
def test_what_may_be_out_counts(ledger: WoundLedger, state: DeliveryState, counts: bool) -> None:
    one = planned("soon")
    queue(ledger, one)
    put(ledger, one, state=state.value)
    assert bool(known(ledger)) is counts


def test_what_waits_beyond_the_plan_is_known(ledger: WoundLedger) -> None:
    one = planned("later")
    queue(ledger, one)
    put(ledger, one, due_at=NOW + HORIZON + DAY)
    assert known(ledger) == [("later", False, "later from press_union/x")]
