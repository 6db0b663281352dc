"""Budgets: what was spent in a month on platforms that cost money, and whether what is left pays for more.

The month is that of campaign time in UTC, as platforms bill. Budgets come from the files; `queue` copies them. Posts
are paid for at the begin mark, with all messages of a thread that are still to come, so that money never ends in its
middle.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import Connection, func, select

from amplify.ledger.bulk import BulkStatement
from amplify.ledger.database import BUDGET, get_meta, set_meta, transaction_cache
from amplify.ledger.holds.gates import recheck_held
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.tables import DELIVERY, PART, READING, SPEND
from amplify.model.delivery import DeliveryState
from amplify.model.message import message_from_json
from amplify.platforms import registry
from amplify.rules.plan.budget import Budget, month_of, next_month, spent_up
from amplify.rules.plan.cost import micros_of_part, to_micros

What = Literal["posts", "readings", "deletions"]

_ADD: Final = BulkStatement(
    "INSERT INTO spend (platform, month, what, micros) "
    "SELECT v.platform, v.month, v.what, v.micros FROM {rows} AS v WHERE true ORDER BY v.platform "
    "ON CONFLICT (platform, month, what) DO UPDATE SET micros = spend.micros + excluded.micros",
    platform="text",
    month="text",
    what="text",
    micros="integer",
)
PAY: Final = (
    "INSERT INTO spend (platform, month, what, micros) "
    "SELECT v.platform, {month}, 'posts', CAST(sum(v.cost) AS BIGINT) FROM {rows} AS v WHERE v.cost > 0 "
    "GROUP BY v.platform ORDER BY v.platform "
    "ON CONFLICT (platform, month, what) DO UPDATE SET micros = spend.micros + excluded.micros"
)
"""SQL that charges for posts, in the begin mark's `BulkUpdate`: its rows have a `platform` and a `cost` (millionths of
a dollar), and a `month` in common."""
_UNBEGUN: Final = (DeliveryState.WAITING.value, DeliveryState.CLAIMED.value)


def write_budget(connection: Connection, budget: Mapping[str, int]) -> None:
    """Store the files' budgets: platform → millionths of a dollar a month. Where they changed, held rows are looked at
    again."""
    text = json.dumps(budget, sort_keys=True) if budget else ""
    if (get_meta(connection, BUDGET) or "") != text:
        set_meta(connection, BUDGET, text)
        transaction_cache(connection).pop(BUDGET, None)
        recheck_held(connection)


def over_budget(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold deliveries that the rest of the month's budget does not pay for, in the order given. `now`: campaign time.

    No query where none of them costs anything. What is being sent has been paid for.
    """
    costly = [one for one in candidates if one.cost]
    budget = _budget(connection) if costly else {}
    if not budget:
        return {}
    month = month_of(now)
    left = {platform: budget[platform] - spent for platform, spent in _spent(connection, budget, month).items()}
    bars: dict[str, Hold] = {}
    for one in costly:
        if one.platform not in left:
            continue
        if one.cost > left[one.platform]:
            bars[one.id] = Hold(spent_up(one.platform, month, budget[one.platform], one.cost), next_month(now))
        else:
            left[one.platform] -= one.cost
    if bars:
        going = select(DELIVERY.c.id).where(
            DELIVERY.c.id.in_(sorted(bars)), DELIVERY.c.state == DeliveryState.SENDING.value
        )
        for id in connection.execute(going).scalars():
            del bars[id]
    return bars


def lock_budgets(connection: Connection, candidates: Iterable[DueDelivery], now: datetime) -> None:
    """Lock the budgets until this transaction ends, so that the answer of `over_budget` stays true in it."""
    if connection.dialect.name == "sqlite":  # which is all ours already
        return
    costly = {one.platform for one in candidates if one.cost}
    budget = _budget(connection) if costly else {}
    _add(connection, [(platform, 0) for platform in sorted(costly & budget.keys())], "posts", now)


def remaining_cost(claimed: ClaimedDelivery) -> int:
    """The cost of all messages of a claimed delivery that are still to come: charged at a claim's first begin mark."""
    prices = registry.prices(claimed.platform)
    if prices is None:
        return 0
    left = [part.number for part in claimed.parts if part.receipt is None]
    if len(left) == len(claimed.parts):
        return claimed.row.cost
    return sum(micros_of_part(claimed.message, number, prices) for number in left)


def refund(connection: Connection, deliveries: Sequence[str], now: datetime) -> None:
    """Refund what was charged for messages that are not out: for deliveries that were being sent, or unsure, and are
    not sent. Call it before or after their transition, once."""
    prices = {name: registry.prices(name) for name in registry.names()}
    costly = sorted(name for name, found in prices.items() if found is not None)
    unsent = (
        select(DELIVERY.c.platform, DELIVERY.c.message, PART.c.number)
        .join(PART, PART.c.delivery == DELIVERY.c.id)
        .where(DELIVERY.c.id.in_(deliveries), DELIVERY.c.platform.in_(costly), PART.c.remote_id.is_(None))
    )
    found = connection.execute(unsent).all()
    back = [
        (platform, -micros_of_part(message_from_json(message), number, prices[platform]))
        for platform, message, number in found
    ]
    _add(connection, back, "posts", now)


def pay_for_readings(
    connection: Connection, platform: str, parts: Sequence[tuple[str, int]], now: datetime
) -> int | Hold:
    """Charge for reading the engagement of these parts (delivery, number); returns how much, or why not.

    A post that is read twice on one day (UTC) costs once. Posts come first: readings may spend only what posts that
    are still to go out this month leave.
    """
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    today = select(READING.c.delivery, READING.c.part).where(
        READING.c.delivery.in_(sorted({delivery for delivery, _ in parts})), READING.c.at >= day, READING.c.at <= now
    )
    read = {(delivery, part) for delivery, part in connection.execute(today)}
    prices = registry.prices(platform)
    cost = to_micros(prices.read) * len(set(parts) - read) if prices is not None else 0
    budget = _budget(connection)
    if cost and platform in budget:
        month = month_of(now)
        _add(connection, [(platform, 0)], "posts", now)  # whoever pays for posts comes before this, or after it
        left = budget[platform] - _spent(connection, [platform], month)[platform]
        if cost > left - _reserved(connection, platform, now):
            return Hold(spent_up(platform, month, budget[platform], cost, "reading counts"), next_month(now))
    _add(connection, [(platform, cost)], "readings", now)
    return cost


def record_spending(connection: Connection, platform: str, what: What, cost: int, now: datetime) -> None:
    """Add to what was spent this month, in millionths of a dollar; less than nothing takes back."""
    _add(connection, [(platform, cost)], what, now)


def pay_for_deletions(connection: Connection, platform: str, messages: int, now: datetime) -> None:
    """Charge for deletions. They cost money, too, but no budget ever stands in their way."""
    prices = registry.prices(platform)
    if prices is not None:
        _add(connection, [(platform, to_micros(prices.delete) * messages)], "deletions", now)


def list_budgets(connection: Connection, now: datetime) -> list[Budget]:
    """All platforms that cost money or have a budget: what was spent this month, and what waiting posts will cost."""
    month = month_of(now)
    limits = _budget(connection)
    by_what: dict[str, dict[str, int]] = defaultdict(dict)
    rows = select(SPEND.c.platform, SPEND.c.what, SPEND.c.micros).where(SPEND.c.month == month)
    for platform, what, cost in connection.execute(rows.order_by(SPEND.c.what)):
        by_what[platform][what] = cost
    return [
        Budget(platform, month, limits.get(platform), by_what[platform], _reserved(connection, platform, now))
        for platform in sorted({*limits, *by_what})
    ]


def _budget(connection: Connection) -> Mapping[str, int]:
    known = transaction_cache(connection)
    if BUDGET not in known:
        text = get_meta(connection, BUDGET)
        known[BUDGET] = json.loads(text) if text else {}
    budget: Mapping[str, int] = known[BUDGET]
    return budget


def _spent(connection: Connection, platforms: Iterable[str], month: str) -> dict[str, int]:
    """Sum of what was spent in a month, by platform."""
    sums = (
        select(SPEND.c.platform, func.sum(SPEND.c.micros))
        .where(SPEND.c.month == month, SPEND.c.platform.in_(sorted(platforms)))
        .group_by(SPEND.c.platform)
    )
    spent = {platform: int(cost) for platform, cost in connection.execute(sums)}
    return {platform: spent.get(platform, 0) for platform in platforms}


def _reserved(connection: Connection, platform: str, now: datetime) -> int:
    """Sum of what posts that can still go out this month will cost."""
    waiting = select(func.sum(DELIVERY.c.cost)).where(
        DELIVERY.c.platform == platform,
        DELIVERY.c.state.in_(_UNBEGUN),
        DELIVERY.c.late_at > now,
        DELIVERY.c.due_at < next_month(now),
    )
    return int(connection.execute(waiting).scalar_one() or 0)


def _add(connection: Connection, costs: Iterable[tuple[str, int]], what: What, now: datetime) -> None:
    """Add costs by platform, in one statement; none where there is nothing to add."""
    sums: dict[str, int] = defaultdict(int)
    for platform, cost in costs:
        sums[platform] += cost
    if sums:
        month = month_of(now)
        _ADD.run(connection, [(platform, month, what, cost) for platform, cost in sums.items()])
