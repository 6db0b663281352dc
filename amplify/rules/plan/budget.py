"""Monthly budget of a platform: what it is spent on, and how much is left. Pure; amounts in millionths of a dollar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.rules.plan.cost import format_dollars, micros_of, of_micros


@dataclass(frozen=True, slots=True)
class Budget:
    """One platform's budget in one month."""

    platform: str
    month: str
    """`2027-05`: UTC."""
    limit: int | None
    """None: nobody has set one."""
    by_what: Mapping[str, int]
    """`posts`, `readings`, `deletions` → spent."""
    waiting: int
    """What posts that are still to go out this month will cost, without readings."""

    @property
    def spent(self) -> int:
        return sum(self.by_what.values())

    @property
    def left(self) -> int | None:
        """What is left; below zero where the budget was cut, or takedowns went beyond it."""
        return None if self.limit is None else self.limit - self.spent

    @property
    def short(self) -> int:
        """How much is missing for the deliveries that wait."""
        return 0 if self.left is None else max(0, self.waiting - self.left)

    @property
    def sentence(self) -> str:
        """`X in 2027-05: $12.300 of $50.000 spent, $4.100 waiting`."""
        of = "" if self.limit is None else f" of {dollars_of(self.limit)}"
        said = (
            f"{self.platform} in {self.month}: {dollars_of(self.spent)}{of} spent, {dollars_of(self.waiting)} waiting"
        )
        return f"{said}; {dollars_of(self.short)} too little" if self.short else said

    def as_json(self) -> dict[str, Any]:
        """The budget as JSON values: amounts are text with all digits."""
        return {
            "platform": self.platform,
            "month": self.month,
            "budget": None if self.limit is None else _exact(self.limit),
            "spent": _exact(self.spent),
            "by_what": {what: _exact(cost) for what, cost in self.by_what.items()},
            "waiting": _exact(self.waiting),
            "left": None if self.left is None else _exact(self.left),
        }


def planned_budgets(
    deliveries: Iterable[Planned],
    profiles: Mapping[str, PlatformProfile],
    limits: Mapping[str, int],
    spent: Mapping[str, Mapping[str, int]],
    now: datetime | None = None,
) -> list[Budget]:
    """The budgets of all months in which something of ours is planned. `limits`: platform → a month's money; `spent`:
    platform → what for → how much, in the month of `now`. Readings to come are not counted: posts come first."""
    costs: dict[tuple[str, str], int] = {}
    for delivery in deliveries:
        if delivery.ours and delivery.platform in limits:
            key = month_of(delivery.due), delivery.platform
            costs[key] = costs.get(key, 0) + micros_of(delivery.message, profiles[delivery.platform].prices)
    present = month_of(now) if now is not None else None
    return [
        Budget(platform, month, limits[platform], spent.get(platform, {}) if month == present else {}, cost)
        for (month, platform), cost in sorted(costs.items())
    ]


def month_of(now: datetime) -> str:
    """The month as a key: `2027-05`."""
    return f"{now.astimezone(UTC):%Y-%m}"


def next_month(now: datetime) -> datetime:
    """The first instant of the next month (UTC), when the budget starts anew."""
    now = now.astimezone(UTC)
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)


def spent_up(platform: str, month: str, limit: int, cost: int, what: str = "this") -> str:
    """The reason to hold a delivery when the budget is used up."""
    return (
        f"the budget of {dollars_of(limit)} for {platform} in {month} does not pay for {what} ({dollars_of(cost)}): "
        "raise `budget:` in config/workspace.yaml, or wait for the next month"
    )


def dollars_of(count: int) -> str:
    """Millionths of a dollar as `$12.300`."""
    return format_dollars(of_micros(count))


def _exact(count: int) -> str:
    return str(of_micros(count))
