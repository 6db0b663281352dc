"""measure: reading counts costs money on X, and stops where a month's budget ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue
from workshop import Workshop

from amplify.engine.measure import measure_engagement
from amplify.ledger.holds.spending import list_budgets, write_budget
from engine.fake import FakeDesk, World

HOUR = timedelta(hours=1)


@pytest.fixture
def app(ledger: WoundLedger) -> FakeDesk:
    shop = Workshop().account("press_union/x").account("press_union/mastodon")
    app = FakeDesk(ledger, World(), NOW, shop)
    for account in ("press_union/x", "press_union/mastodon"):
        deliveries = [planned(f"n{number}", account) for number in range(3)]
        queue(ledger, *deliveries)
        for one in deliveries:
            rows.send(ledger, rows.take_one(ledger), remote=f"{account}-{one.post}")
    return app


def limit(app: FakeDesk, micros: int) -> None:
    with app.ledger.write() as connection:
        write_budget(connection, {"x": micros})


def spent(app: FakeDesk) -> int:
    with app.ledger.read() as connection:
        return sum(one.by_what.get("readings", 0) for one in list_budgets(connection, app.time.now()))


def test_what_is_read_is_paid_for(app: FakeDesk) -> None:
    app.time.set(NOW + HOUR)
    assert measure_engagement(app).readings == 6
    assert spent(app) == 15_000
    app.time.set(NOW + 14 * HOUR)
    measure_engagement(app, everything=True)
    assert spent(app) == 15_000  # the same posts on the same day
    app.time.set(NOW + 24 * HOUR)
    measure_engagement(app)
    assert spent(app) == 30_000


def test_without_money_only_what_is_free_is_read_and_it_is_said(app: FakeDesk) -> None:
    limit(app, 0)
    app.time.set(NOW + HOUR)
    done = measure_engagement(app)
    assert done.readings == 3
    assert [account for account, _ in app.world.reads] == ["press_union/mastodon"]
    assert done.unpaid.keys() == {"x"}
    assert "does not pay for reading counts ($0.015)" in done.unpaid["x"]
    assert not done.failed
    app.time.set(NOW + 20 * timedelta(days=1))  # June
    limit(app, 1_000_000)
    assert measure_engagement(app).unpaid == {}
    assert ("press_union/x", 3) in app.world.reads


def test_what_was_not_answered_is_not_paid_for(app: FakeDesk) -> None:
    app.world.silent.add("press_union/x")
    app.time.set(NOW + HOUR)
    assert measure_engagement(app).failed.keys() == {"press_union/x"}
    assert spent(app) == 0
