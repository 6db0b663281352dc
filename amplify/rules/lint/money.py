"""Rules about what speaking costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from amplify.model.plan import Finding, Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import Context
from amplify.rules.plan.budget import money, planned
from amplify.rules.plan.cost import AS_OF, PRICES, dollars, has_link, micros


def link_on_x(context: Context, deliveries: Sequence[Planned]) -> Iterator[Finding]:
    """X-COST: a link makes a post on X about 13 times dearer; once a post, for all its deliveries together."""
    by_post: dict[str, list[Planned]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.platform in PRICES and any(has_link(part) for part in delivery.message.parts):
            by_post[delivery.post].append(delivery)
    for post, those in by_post.items():
        links = sum(has_link(part) for delivery in those for part in delivery.message.parts)
        prices = PRICES[those[0].platform]
        dear, cheap = dollars(prices.post_with_link * links), dollars(prices.post * Decimal(links))
        often = "one message" if links == 1 else f"{links} messages"
        yield Finding(
            Problem(
                context.workspace.posts[post].place,
                "X-COST",
                f"a link in {often} on X: {dear} instead of {cheap} (prices of {AS_OF}); is it worth it?",
                Severity.WARNING,
            ),
            tuple(sorted({delivery.account for delivery in those})),
        )


def beyond_budget(context: Context, deliveries: Sequence[Planned]) -> Iterator[Finding]:
    """X-BUDGET: what we are to say in a month costs more than its budget, readings not counted."""
    settings = context.workspace.settings
    limits = {platform: micros(limit) for platform, limit in settings.budget.items()}
    for month in planned(deliveries, limits, {}):
        if month.short:
            ours = {one.account for one in deliveries if one.ours and one.platform == month.platform}
            yield Finding(
                Problem(
                    settings.place,
                    "X-BUDGET",
                    f"what is planned for {month.month} on {context.dialects[month.platform].title} costs "
                    f"{money(month.waiting)}, and its budget is {money(month.limit or 0)}: what comes last would be "
                    "held until the next month",
                    Severity.WARNING,
                ),
                tuple(sorted(ours)),
            )
