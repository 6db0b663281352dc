"""What speaking costs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from workshop import PROFILES, Workshop

from amplify.model.message import Attachment, BoostOf, Message, Part
from amplify.model.plan import Planned
from amplify.model.platform_profile import Prices
from amplify.rules.plan.cost import cost_of, cost_of_message, format_dollars, removal_of, total_costs


def part(text: str, *alts: str, platform: str = "x") -> Part:
    pictures = tuple(Attachment(f"{alt}.png", "0" * 64, "image/png", 1, 1, alt) for alt in alts)
    return Part(text, PROFILES[platform].entities(text), pictures)


def message(*parts: Part, platform: str = "x") -> Message:
    return Message(platform, ("en",), parts)


@pytest.mark.parametrize(
    ("what", "readings", "cost"),
    [
        (message(part("Free Anna #FreeAnna @writers")), 0, "0.015"),
        (message(part("See https://example.org/a")), 0, "0.200"),
        (message(part("See example.org/a")), 0, "0.200"),  # X links it all the same
        (message(part("https://example.org/a https://example.org/b")), 0, "0.200"),
        (message(part("Look", "A chair", "A door")), 0, "0.025"),
        (message(part("Look", "")), 0, "0.015"),  # no alt text is sent
        (message(part("One"), part("Two https://example.org")), 0, "0.215"),
        (message(part("One"), part("Two")), 3, "0.060"),
        (Message("x", ("en",), (), boost=BoostOf(None, "https://x.com/a/status/1")), 3, "0.015"),
        (message(part("See https://example.org/a", platform="bluesky"), platform="bluesky"), 3, "0"),
        (message(part("See https://example.org/a", platform="mastodon"), platform="mastodon"), 3, "0"),
    ],
)
def test_what_a_message_costs(what: Message, readings: int, cost: str) -> None:
    assert cost_of_message(what, readings, PROFILES[what.platform].prices) == Decimal(cost)


def test_a_link_makes_a_post_thirteen_times_dearer() -> None:
    prices = PROFILES["x"].prices
    assert prices is not None
    assert round(prices.post_with_link / prices.post) == 13


def prices(one: Planned) -> Prices | None:
    return PROFILES[one.platform].prices


def test_totals_a_day_and_a_month() -> None:
    shop = Workshop().post("one", "One.").post("two", "Two https://example.org\n## part\n\nThree.")
    shop.queue("e1", "one", at="2027-05-30T23:30:00-01:00").queue("e2", "two", at="2027-05-31T10:00:00Z")
    shop.queue("e3", "two", at="2027-06-01T00:00:00Z")
    deliveries = shop.plan("2027-05-30", days=7).deliveries
    assert len(deliveries) == 9
    found = total_costs(deliveries, 1, PROFILES)
    assert found.by_day == {"2027-05-31": Decimal("0.245"), "2027-06-01": Decimal("0.225")}
    assert found.by_month == {"2027-05": Decimal("0.245"), "2027-06": Decimal("0.225")}
    assert (
        found.total
        == sum((cost_of(one, 1, PROFILES[one.platform].prices) for one in deliveries), Decimal(0))
        == Decimal("0.470")
    )
    assert (
        found.removal
        == sum((removal_of(one, PROFILES[one.platform].prices) for one in deliveries), Decimal(0))
        == Decimal("0.050")
    )
    assert found.as_json()["total"] == "0.470"


def test_nothing_costs_nothing() -> None:
    assert total_costs((), 3, PROFILES).total == 0
    assert total_costs((), 3, PROFILES).by_day == {}


def test_money_is_written_to_a_tenth_of_a_cent() -> None:
    assert format_dollars(Decimal("1234.5")) == "$1,234.500"
