"""measure: in the largest batches, one account a server, and what fails does not stop the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue
from workshop import Workshop

from amplify.engine.measure import MeasureResult, measure_engagement
from amplify.ledger.tables import READING
from amplify.model.delivery import DeliveryState
from amplify.model.platform import Engagement
from engine.fake import FakeDesk, World

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(ledger: WoundLedger) -> FakeDesk:
    shop = Workshop().partner("league").account("league/x").account("league/bluesky").account("league/mastodon")
    shop.account("press_union/mastodon", server="https://one.example")
    shop.account("league/mastodon", server="https://two.example")
    return FakeDesk(ledger, World(), NOW, shop)


def put_out(desk: FakeDesk, account: str, count: int) -> list[str]:
    deliveries = [planned(f"n{number}", account) for number in range(count)]
    queue(desk.ledger, *deliveries)
    for one in deliveries:
        claimed = rows.take_one(desk.ledger)
        rows.send(desk.ledger, claimed, remote=f"{account}-{one.post}")
    return [one.id for one in deliveries]


def after(desk: FakeDesk, time: timedelta) -> MeasureResult:
    desk.time.set(NOW + time)
    return measure_engagement(desk)


def test_batches_are_as_large_as_the_platform_takes(desk: FakeDesk) -> None:
    put_out(desk, "press_union/x", 105)
    put_out(desk, "press_union/bluesky", 27)
    done = after(desk, HOUR)
    assert (done.readings, done.calls) == (132, 4)
    assert sorted(desk.world.reads) == [
        ("press_union/bluesky", 2),
        ("press_union/bluesky", 25),
        ("press_union/x", 5),
        ("press_union/x", 100),
    ]


def test_one_account_asks_for_all_of_its_server(desk: FakeDesk) -> None:
    put_out(desk, "press_union/x", 2)
    put_out(desk, "league/x", 3)
    put_out(desk, "press_union/mastodon", 1)
    put_out(desk, "league/mastodon", 1)
    done = after(desk, HOUR)
    assert done.readings == 7
    assert sorted(size for account, size in desk.world.reads if account.endswith("/x")) == [5]
    assert sorted(desk.world.reads)[:1] == [("league/mastodon", 1)]  # another server is asked by its own account
    assert ("press_union/mastodon", 1) in desk.world.reads


def test_each_mark_once(desk: FakeDesk) -> None:
    put_out(desk, "press_union/x", 3)
    assert [after(desk, HOUR * hours).readings for hours in (0, 1, 1, 2, 24, 25, 24 * 8, 24 * 9)] == [
        0, 3, 0, 0, 3, 0, 3, 0,
    ]  # fmt: skip


def test_gone_is_counted_and_not_asked_again(desk: FakeDesk) -> None:
    one, other = put_out(desk, "press_union/x", 2)
    desk.world.deleted.add("press_union/x-n0.0")
    done = after(desk, HOUR)
    assert (done.readings, done.gone) == (1, 1)
    assert rows.state(desk.ledger, one) is DeliveryState.GONE
    assert rows.state(desk.ledger, other) is DeliveryState.SENT
    assert after(desk, 24 * HOUR).readings == 1


def test_null_stays_null(desk: FakeDesk) -> None:
    put_out(desk, "press_union/bluesky", 1)
    desk.world.counts = Engagement(likes=0, reposts=2)
    after(desk, HOUR)
    with desk.ledger.read() as connection:
        (row,) = connection.execute(READING.select()).mappings()
    assert (row["likes"], row["reposts"], row["views"], row["bookmarks"]) == (0, 2, None, None)


def test_an_account_that_cannot_read_is_told_and_the_others_go_on(desk: FakeDesk) -> None:
    put_out(desk, "press_union/x", 1)
    put_out(desk, "press_union/bluesky", 1)
    desk.world.silent.add("press_union/x")
    done = after(desk, HOUR)
    assert done.failed == {"press_union/x": "the token was revoked"}
    assert done.readings == 1
    desk.world.silent.clear()
    assert after(desk, HOUR).readings == 1


def test_everything_on_demand(desk: FakeDesk) -> None:
    put_out(desk, "press_union/x", 2)
    assert measure_engagement(desk, everything=True).readings == 2
    assert measure_engagement(desk, everything=True).readings == 2
    with desk.ledger.read() as connection:
        assert set(connection.execute(rows.select(READING.c.mark)).scalars()) == {"asked"}
    assert after(desk, HOUR).readings == 2  # the marks are read all the same


def test_accounts_that_are_no_longer_ours_are_left_out(desk: FakeDesk) -> None:
    put_out(desk, "press_union/x", 1)
    assert desk.shop is not None
    desk.shop.we_are("league")
    assert after(desk, HOUR).readings == 0
