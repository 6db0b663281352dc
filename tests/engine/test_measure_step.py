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
def app(ledger: WoundLedger) -> FakeDesk:
    shop = Workshop().partner("league").account("league/x").account("league/bluesky").account("league/mastodon")
    shop.account("press_union/mastodon", server="https://one.example")
    shop.account("league/mastodon", server="https://two.example")
    return FakeDesk(ledger, World(), NOW, shop)


def put_out(app: FakeDesk, account: str, count: int) -> list[str]:
    deliveries = [planned(f"n{number}", account) for number in range(count)]
    queue(app.ledger, *deliveries)
    for one in deliveries:
        claimed = rows.take_one(app.ledger)
        rows.send(app.ledger, claimed, remote=f"{account}-{one.post}")
    return [one.id for one in deliveries]


def after(app: FakeDesk, time: timedelta) -> MeasureResult:
    app.time.set(NOW + time)
    return measure_engagement(app)


def test_batches_are_as_large_as_the_platform_takes(app: FakeDesk) -> None:
    put_out(app, "press_union/x", 105)
    put_out(app, "press_union/bluesky", 27)
    done = after(app, HOUR)
    assert (done.readings, done.calls) == (132, 4)
    assert sorted(app.world.reads) == [
        ("press_union/bluesky", 2),
        ("press_union/bluesky", 25),
        ("press_union/x", 5),
        ("press_union/x", 100),
    ]


def test_one_account_asks_for_all_of_its_server(app: FakeDesk) -> None:
    put_out(app, "press_union/x", 2)
    put_out(app, "league/x", 3)
    put_out(app, "press_union/mastodon", 1)
    put_out(app, "league/mastodon", 1)
    done = after(app, HOUR)
    assert done.readings == 7
    assert sorted(size for account, size in app.world.reads if account.endswith("/x")) == [5]
    assert sorted(app.world.reads)[:1] == [("league/mastodon", 1)]  # another server is asked by its own account
    assert ("press_union/mastodon", 1) in app.world.reads


def test_each_mark_once(app: FakeDesk) -> None:
    put_out(app, "press_union/x", 3)
    assert [after(app, HOUR * hours).readings for hours in (0, 1, 1, 2, 24, 25, 24 * 8, 24 * 9)] == [
        0, 3, 0, 0, 3, 0, 3, 0,
    ]  # fmt: skip


def test_gone_is_counted_and_not_asked_again(app: FakeDesk) -> None:
    one, other = put_out(app, "press_union/x", 2)
    app.world.deleted.add("press_union/x-n0.0")
    done = after(app, HOUR)
    assert (done.readings, done.gone) == (1, 1)
    assert rows.state(app.ledger, one) is DeliveryState.GONE
    assert rows.state(app.ledger, other) is DeliveryState.SENT
    assert after(app, 24 * HOUR).readings == 1


def test_null_stays_null(app: FakeDesk) -> None:
    put_out(app, "press_union/bluesky", 1)
    app.world.counts = Engagement(likes=0, reposts=2)
    after(app, HOUR)
    with app.ledger.read() as connection:
        (row,) = connection.execute(READING.select()).mappings()
    assert (row["likes"], row["reposts"], row["views"], row["bookmarks"]) == (0, 2, None, None)


def test_an_account_that_cannot_read_is_told_and_the_others_go_on(app: FakeDesk) -> None:
    put_out(app, "press_union/x", 1)
    put_out(app, "press_union/bluesky", 1)
    app.world.silent.add("press_union/x")
    done = after(app, HOUR)
    assert done.failed == {"press_union/x": "the token was revoked"}
    assert done.readings == 1
    app.world.silent.clear()
    assert after(app, HOUR).readings == 1


def test_everything_on_demand(app: FakeDesk) -> None:
    put_out(app, "press_union/x", 2)
    assert measure_engagement(app, everything=True).readings == 2
    assert measure_engagement(app, everything=True).readings == 2
    with app.ledger.read() as connection:
        assert set(connection.execute(rows.select(READING.c.mark)).scalars()) == {"asked"}
    assert after(app, HOUR).readings == 2  # the marks are read all the same


def test_accounts_that_are_no_longer_ours_are_left_out(app: FakeDesk) -> None:
    put_out(app, "press_union/x", 1)
    assert app.shop is not None
    app.shop.we_are("league")
    assert after(app, HOUR).readings == 0
