"""Lint rules about what publishing costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from amplify.model.plan import LintFinding, Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.plan.budget import dollars_of, month_of, planned_budgets
from amplify.rules.plan.cost import format_dollars, has_link, to_micros


def dear_link(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """X-COST: a link makes a post many times dearer (on X, about 13 times); once a post and platform, for all its
    deliveries together."""
    by_post: dict[tuple[str, str], list[Planned]] = defaultdict(list)
    for delivery in deliveries:
        if context.profiles[delivery.platform].prices and any(has_link(part) for part in delivery.message.parts):
            by_post[delivery.post, delivery.platform].append(delivery)
    for (post, platform), those in by_post.items():
        profile = context.profiles[platform]
        prices = profile.prices
        if prices is None:
            continue
        links = sum(has_link(part) for delivery in those for part in delivery.message.parts)
        dear, cheap = format_dollars(prices.post_with_link * links), format_dollars(prices.post * Decimal(links))
        often = "one message" if links == 1 else f"{links} messages"
        yield LintFinding(
            Problem(
                context.workspace.posts[post].place,
                "X-COST",
                f"a link in {often} on {profile.title}: {dear} instead of {cheap} (prices of {prices.as_of}); "
                "is it worth it?",
                Severity.WARNING,
            ),
            tuple(sorted({delivery.account for delivery in those})),
            deliveries=tuple(sorted(delivery.id for delivery in those)),
        )


def beyond_budget(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """X-BUDGET: what we are to say in a month costs more than its budget, readings not counted."""
    settings = context.workspace.settings
    limits = {platform: to_micros(limit) for platform, limit in settings.budget.items()}
    for month in planned_budgets(deliveries, context.profiles, limits, {}):
        if month.short:
            ours = [one for one in deliveries if one.ours and one.platform == month.platform]
            ours = [one for one in ours if month_of(one.due) == month.month]
            yield LintFinding(
                Problem(
                    settings.place,
                    "X-BUDGET",
                    f"what is planned for {month.month} on {context.profiles[month.platform].title} costs "
                    f"{dollars_of(month.waiting)}, and its budget is {dollars_of(month.limit or 0)}: "
                    "what comes last would be held until the next month",
                    Severity.WARNING,
                ),
                tuple(sorted({one.account for one in ours})),
                deliveries=tuple(sorted(one.id for one in ours)),
            )
