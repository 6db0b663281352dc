"""What speaking costs. X asks for money by the request; Bluesky and Mastodon ask for none. Pure.

Money is exact: `Decimal`, in US dollars. The prices are those of X's documentation (`pricing`) on `AS_OF`; they
change without notice, so every figure made from them is an estimate and is shown with that day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Final

from amplify.model.message import Message, Part
from amplify.model.plan import Planned

AS_OF: Final = date(2026, 8, 22)
"""The day the prices were read."""
CURRENCY: Final = "USD"


@dataclass(frozen=True, slots=True)
class Prices:
    """What one request costs on a platform."""

    post: Decimal
    """A post without an address, or a repost."""
    post_with_link: Decimal
    """A post with an address in its text."""
    alt_text: Decimal
    """Alt text of one picture."""
    delete: Decimal
    """Taking one post down."""
    read: Decimal
    """The counts of one post, once."""
    read_own: Decimal
    """The same, by the account that owns the app."""


PRICES: Final[dict[str, Prices]] = {
    "x": Prices(
        post=Decimal("0.015"),
        post_with_link=Decimal("0.200"),
        alt_text=Decimal("0.005"),
        delete=Decimal("0.010"),
        read=Decimal("0.005"),
        read_own=Decimal("0.001"),
    ),
}
"""Platform → its prices; a platform that is not here is free."""

_FREE: Final = Decimal(0)


def has_link(part: Part) -> bool:
    """Whether a part is charged as a post with an address."""
    return any(entity.kind == "link" for entity in part.entities)


def cost_of_message(message: Message, readings: int) -> Decimal:
    """What saying `message` costs, with `readings` looks at its counts.

    Every message of a thread is a post of its own. Readings are counted at the price of an app that another account
    owns: only one account can own it.
    """
    prices = PRICES.get(message.platform)
    if prices is None:
        return _FREE
    if not message.parts:
        return prices.post  # a repost; its counts are those of the post it repeats, and are read there
    return sum((_part(part, prices) for part in message.parts), _FREE) + prices.read * readings * len(message.parts)


def _part(part: Part, prices: Prices) -> Decimal:
    alts = sum(1 for picture in part.pictures if picture.alt)
    return (prices.post_with_link if has_link(part) else prices.post) + prices.alt_text * alts


def micros_of(message: Message) -> int:
    """What saying `message` costs, without readings, in millionths of a dollar: as the ledger counts."""
    return to_micros(cost_of_message(message, 0))


def micros_of_part(message: Message, number: int) -> int:
    """What one message of a thread costs; a boost has one, number 0."""
    prices = PRICES.get(message.platform)
    if prices is None:
        return 0
    return to_micros(_part(message.parts[number], prices) if message.parts else prices.post)


def to_micros(cost: Decimal) -> int:
    """Dollars → millionths. Every price is a whole number of them."""
    return int(cost * 1_000_000)


def of_micros(count: int) -> Decimal:
    """Millionths → dollars."""
    return Decimal(count) / 1_000_000


def cost_of(planned: Planned, readings: int) -> Decimal:
    """What one delivery costs, with `readings` looks at its counts (`len(settings.readings)`)."""
    return cost_of_message(planned.message, readings)


def removal_of(planned: Planned) -> Decimal:
    """What taking one delivery down would cost: no part of `cost_of`, for nobody plans it."""
    prices = PRICES.get(planned.platform)
    return prices.delete * max(1, len(planned.message.parts)) if prices is not None else _FREE


@dataclass(frozen=True, slots=True)
class Totals:
    """Costs added up, by the days and months on which deliveries are due (UTC, as X bills)."""

    total: Decimal
    by_day: dict[str, Decimal]
    """`2027-05-17` → cost; days that cost nothing are left out."""
    by_month: dict[str, Decimal]
    """`2027-05` → cost."""
    removal: Decimal
    """What taking all of it down would cost besides."""

    def as_json(self) -> dict[str, object]:
        return {
            "currency": CURRENCY,
            "prices_of": AS_OF.isoformat(),
            "total": str(self.total),
            "by_day": {day: str(cost) for day, cost in self.by_day.items()},
            "by_month": {month: str(cost) for month, cost in self.by_month.items()},
            "removal": str(self.removal),
        }


def total_costs(deliveries: Iterable[Planned], readings: int) -> Totals:
    """The costs of `deliveries` a day and a month, each with `readings` looks at its counts.

    A reading is counted on the day of its delivery, though it is made later.
    """
    by_day: dict[str, Decimal] = {}
    by_month: dict[str, Decimal] = {}
    total, removal = _FREE, _FREE
    for delivery in deliveries:
        removal += removal_of(delivery)
        cost = cost_of(delivery, readings)
        if cost:
            day = delivery.due.astimezone(UTC).date().isoformat()
            by_day[day] = by_day.get(day, _FREE) + cost
            by_month[day[:7]] = by_month.get(day[:7], _FREE) + cost
            total += cost
    return Totals(total, dict(sorted(by_day.items())), dict(sorted(by_month.items())), removal)


def format_dollars(cost: Decimal) -> str:
    """`$0.215`: to a tenth of a cent, as the prices are."""
    return f"${cost:,.3f}"
