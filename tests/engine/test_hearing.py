"""What servers say of their limits, from an answer to the ledger, and whose limits are shared."""

from __future__ import annotations

from datetime import datetime, timedelta

from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW
from ledger.together import at_once
from workshop import PROFILES, Workshop

from amplify.context.rate_limit_news import DeclaredLimits, RateLimitCollector
from amplify.ledger.holds.spending import list_budgets
from amplify.model.rate_limit import ObservedLimit, RateLimit
from amplify.planning.queue import queue_plan
from amplify.platforms.x import rate_limits
from engine.fake import FakeDesk, World

POSTS = RateLimit("posts", "account", 10, timedelta(minutes=15))
APP = RateLimit("app", "place", 10, timedelta(minutes=15))
SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(minutes=16)


def said(allowance: RateLimit, remaining: int, resets: datetime = SOON) -> ObservedLimit:
    return ObservedLimit(allowance, 10, remaining, resets)


class TestHearing:
    def test_it_is_told_once_by_bucket(self) -> None:
        hearing = RateLimitCollector()
        ear = hearing.callback("a/x", "x:")
        ear(said(POSTS, 5))
        ear(said(APP, 7))
        hearing.callback("b/x", None)(said(APP, 1))  # nobody knows which server: nothing to write down
        assert hearing.drain("b/x") == []
        assert dict(hearing.drain("a/x")) == {"posts a/x": said(POSTS, 5), "app x:": said(APP, 7)}
        assert hearing.drain("a/x") == []

    def test_answers_in_any_order(self) -> None:
        for order in ([5, 4, 3], [3, 5, 4], [4, 3, 5]):
            hearing = RateLimitCollector()
            for remaining in order:
                hearing.callback("a/x", None)(said(POSTS, remaining))
            assert hearing.drain("a/x") == [("posts a/x", said(POSTS, 3))]

    def test_a_new_window_counts_more_than_an_old_one(self) -> None:
        for order in ([said(POSTS, 0), said(POSTS, 9, LATER)], [said(POSTS, 9, LATER), said(POSTS, 0)]):
            hearing = RateLimitCollector()
            for one in order:
                hearing.callback("a/x", None)(one)
            assert hearing.drain("a/x") == [("posts a/x", said(POSTS, 9, LATER))]


def test_queueing_writes_down_whose_limits_are_shared_and_the_budget(ledger: WoundLedger) -> None:
    shop = Workshop().account("press_union/x").account("press_union/mastodon", server="https://One.example")
    shop.post("hello", "Добры дзень").queue("monday", "hello", at="2027-05-18T09:00:00Z", platforms=["x", "mastodon"])
    app = FakeDesk(ledger, World(), NOW, shop.settings(budget={"x": 12.5}))
    queue_plan(app)
    assert rows.account(ledger, "press_union/x")["place"] == "x:"
    assert rows.account(ledger, "press_union/mastodon")["place"] == "mastodon:one.example"
    with ledger.read() as connection:
        (money,) = list_budgets(connection, NOW)
    assert (money.limit, money.waiting) == (12_500_000, 15_000)
    shop.account("press_union/mastodon", server="https://two.example")
    queue_plan(app)
    assert rows.account(ledger, "press_union/mastodon")["place"] == "mastodon:two.example"


def test_a_stage_has_limits_of_its_own() -> None:
    real, stage = (DeclaredLimits(lambda: PROFILES, documented=known) for known in (True, False))
    assert sorted(real) == sorted(PROFILES)
    assert real["x"] == rate_limits.ALLOWANCES
    assert {one.limit for one in stage["x"]} == {None}
    assert stage.get("nowhere-to-be-found") is None


def test_a_desk_loads_no_platform_until_something_wants_to_go() -> None:
    (loaded,) = at_once(
        1,
        """
        import sys
        from pathlib import Path
        from amplify.context.app_context import AppContext
        desk = AppContext(Path("no-such-folder"), None)
        desk.allowances
        print(sorted(name for name in sys.modules if name.startswith("amplify.platforms")))
        """,
        fresh=True,
    )
    assert loaded == "[]"
