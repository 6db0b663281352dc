"""Boosts in a plan: each finds what it repeats, or says why it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from workshop import Workshop

NINE = "2027-05-17T09:00:00Z"


def boosts(shop: Workshop) -> dict[str, Any]:
    return {d.account: d.message.boost for d in shop.plan().deliveries if d.kind == "boost"}


def reasons(shop: Workshop) -> dict[str, str]:
    return {one.account: one.why for one in shop.plan().left_out if one.post == "again"}


@pytest.fixture
def boosting() -> Workshop:
    """press_union says hello on Monday and boosts it on Tuesday."""
    shop = Workshop().post("hello", "Hello.").boost("again", of="hello")
    shop.queue("monday", "hello", at=NINE, platforms=["x"])
    return shop.queue("tuesday", "again", at="2027-05-18T09:00:00Z", platforms=["x"])


def test_a_boost_finds_the_delivery_it_waits_for(boosting: Workshop) -> None:
    made = boosting.plan()
    hello, again = made.deliveries
    assert (hello.post, again.post) == ("hello", "again")
    assert again.message.boost is not None
    assert again.message.boost.delivery == hello.id
    assert again.message.boost.url is None
    assert again.variant == ""
    assert not made.left_out


def test_a_boost_finds_what_went_out_before_the_plan_begins(boosting: Workshop) -> None:
    target = boosting.plan().deliveries[0].id
    (again,) = boosting.plan("2027-05-18T08:00Z").deliveries
    assert again.message.boost is not None
    assert again.message.boost.delivery == target


def test_a_boost_takes_the_latest_before_it(boosting: Workshop) -> None:
    series = {"start": "2027-05-15", "time": "09:00"}
    boosting.queue("monday", *["hello"] * 10, series=series).without("queue", "tuesday")
    boosting.queue("tuesday", "again", at="2027-05-18T09:00:01Z", platforms=["x"])
    before = next(d for d in boosting.plan().deliveries if d.occurrence == "2027-05-18")
    assert boosts(boosting)["press_union/x"].delivery == before.id
    boosting.queue("tuesday", "again", at="2027-05-18T09:00:00Z")  # at the same time is not before
    assert boosts(boosting)["press_union/x"].delivery != before.id


def test_a_boost_without_a_target_before_it_is_left_out(boosting: Workshop) -> None:
    boosting.queue("monday", at="2027-05-19T09:00:00Z")
    assert boosts(boosting) == {}
    assert reasons(boosting) == {"press_union/x": "`hello` is not queued on press_union/x before this boost"}
    boosting.queue("monday", at=NINE, platforms=["bluesky"])
    assert reasons(boosting) == {"press_union/x": "`hello` is not queued on press_union/x before this boost"}


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_boost_of_what_does_not_go_out_is_left_out(boosting: Workshop, status: str) -> None:
    boosting.post("hello", status=status)
    assert reasons(boosting) == {"press_union/x": "`hello`, which it boosts, is not going out"}


def test_a_boost_of_a_post_for_which_no_variant_was_left_is_left_out(boosting: Workshop) -> None:
    boosting.partner("writers")
    assert reasons(boosting) == {"writers/x": "writers/x has no variant of `hello` to boost"}


def test_a_boost_of_a_partners_copy(boosting: Workshop) -> None:
    boosting.partner("writers").post("hello", "Hello.\n## variant b\nSecond.").boost(
        "again", of="hello", partner="writers"
    )
    assert reasons(boosting) == {
        "press_union/x": "writers/x is not ours to follow: give the address of its post under `urls:`"
    }
    both = boosting.account("writers/x").plan()
    target = next(d for d in both.deliveries if d.account == "writers/x" and d.post == "hello")
    assert boosts(boosting)["press_union/x"].delivery == target.id


def test_a_boost_of_an_address() -> None:
    shop = Workshop().partner("writers").boost("again", partner="writers", urls={"x": "https://social.example/1"})
    shop.queue("tuesday", "again", at=NINE, partners=["press_union"])
    assert boosts(shop)["press_union/x"].url == "https://social.example/1"
    assert boosts(shop)["press_union/x"].delivery is None
    assert reasons(shop) == {
        "press_union/bluesky": "no address on bluesky to boost",
        "press_union/mastodon": "no address on mastodon to boost",
    }
