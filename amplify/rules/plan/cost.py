"""API costs of publishing, on platforms that charge by the request; most charge nothing. Pure.

Money is exact: `Decimal`, in US dollars. A platform's prices stand in its profile, with the day on which they were
read; they change without notice, so every figure made from them is an estimate and is shown with that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Final

from amplify.model.message import Message, Part
from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile, Prices

CURRENCY: Final = "USD"
_FREE: Final = Decimal(0)


def has_link(part: Part) -> bool:
    """Whether a part is charged as a post with an address."""
    return any(entity.kind == "link" for entity in part.entities)


def cost_of_message(message: Message, readings: int, prices: Prices | None) -> Decimal:
    """What publishing `message` costs at its platform's `prices`, with `readings` engagement readings.

    Every message of a thread is a post of its own. Readings are counted at the price of an app that another account
    owns: only one account can own it.
    """
    if prices is None:
        return _FREE
    if not message.parts:
        return prices.post  # a repost; its counts are those of the post it repeats, and are read there
    return sum((_part(part, prices) for part in message.parts), _FREE) + prices.read * readings * len(message.parts)


def _part(part: Part, prices: Prices) -> Decimal:
    alts = sum(1 for picture in part.pictures if picture.alt)
    return (prices.post_with_link if has_link(part) else prices.post) + prices.alt_text * alts


def micros_of(message: Message, prices: Prices | None) -> int:
    """What publishing `message` costs, without readings, in millionths of a dollar, the ledger's unit."""
    return to_micros(cost_of_message(message, 0, prices))


def micros_of_part(message: Message, number: int, prices: Prices | None) -> int:
    """What one message of a thread costs; a boost has one, number 0."""
    if prices is None:
        return 0
    return to_micros(_part(message.parts[number], prices) if message.parts else prices.post)


def to_micros(cost: Decimal) -> int:
    """Dollars → millionths. Every price is a whole number of them."""
    return int(cost * 1_000_000)


def of_micros(count: int) -> Decimal:
    """Millionths → dollars."""
    return Decimal(count) / 1_000_000


def cost_of(planned: Planned, readings: int, prices: Prices | None) -> Decimal:
    """What one delivery costs, with `readings` engagement readings (`len(settings.readings)`)."""
    return cost_of_message(planned.message, readings, prices)


def removal_of(planned: Planned, prices: Prices | None) -> Decimal:
    """What one takedown would cost: not part of `cost_of`, for nobody plans it."""
    return prices.delete * max(1, len(planned.message.parts)) if prices is not None else _FREE


@dataclass(frozen=True, slots=True)
class Totals:
    """Costs added up, by the days and months on which deliveries are due (UTC)."""

    total: Decimal
    by_day: dict[str, Decimal]
    """`2027-05-17` → cost; days that cost nothing are left out."""
    by_month: dict[str, Decimal]
    """`2027-05` → cost."""
    removal: Decimal
    """What taking all of it down would cost besides."""
    paid: str
    """The platforms among them that ask for money, for people: “X”; where none of them does, all that would."""
    prices_of: date | None
    """The day on which their prices were read: the oldest of them."""

    def as_json(self) -> dict[str, object]:
        return {
            "currency": CURRENCY,
            "prices_of": self.prices_of.isoformat() if self.prices_of is not None else None,
            "total": str(self.total),
            "by_day": {day: str(cost) for day, cost in self.by_day.items()},
            "by_month": {month: str(cost) for month, cost in self.by_month.items()},
            "removal": str(self.removal),
        }


def total_costs(deliveries: Iterable[Planned], readings: int, profiles: Mapping[str, PlatformProfile]) -> Totals:
    """The costs of `deliveries` by day and by month, each with `readings` engagement readings.

    A reading is counted on the day of its delivery, though it is made later.
    """
    by_day: dict[str, Decimal] = {}
    by_month: dict[str, Decimal] = {}
    total, removal = _FREE, _FREE
    spoken: set[str] = set()
    for delivery in deliveries:
        spoken.add(delivery.platform)
        prices = profiles[delivery.platform].prices
        removal += removal_of(delivery, prices)
        cost = cost_of(delivery, readings, prices)
        if cost:
            day = delivery.due.astimezone(UTC).date().isoformat()
            by_day[day] = by_day.get(day, _FREE) + cost
            by_month[day[:7]] = by_month.get(day[:7], _FREE) + cost
            total += cost
    asking = {name: one for name, one in profiles.items() if one.prices is not None}
    paid = [one for name, one in asking.items() if name in spoken] or list(asking.values())
    read = [one.prices.as_of for one in paid if one.prices is not None]
    days, months = dict(sorted(by_day.items())), dict(sorted(by_month.items()))
    return Totals(total, days, months, removal, join_titles(one.title for one in paid), min(read, default=None))


def join_titles(titles: Iterable[str]) -> str:
    """`X`, `X and Bluesky`, `X, Bluesky and Mastodon`; empty where there is none."""
    *most, last = list(titles) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def format_dollars(cost: Decimal) -> str:
    """An amount as `$0.215`: to a tenth of a cent, as the prices are."""
    return f"${cost:,.3f}"
