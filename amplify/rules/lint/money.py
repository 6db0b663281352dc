"""Rules about what speaking costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from amplify.model.plan import Finding, Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.cost import AS_OF, PRICES, dollars, has_link
from amplify.rules.lint.context import Context


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
