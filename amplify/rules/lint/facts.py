"""Rules about facts: what was counted, until when it may be said, and which count holds."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.fact import Fact
from amplify.model.plan import Planned
from amplify.model.problem import Problem
from amplify.rules.lint.context import Context


def _facts(context: Context, delivery: Planned) -> Iterator[Fact]:
    for subject in delivery.subjects:
        if subject.startswith("fact:"):
            yield context.workspace.facts[subject[5:]]


def fact_stale(context: Context, delivery: Planned) -> Iterator[Problem]:
    """FACT-STALE: a number said after its last day."""
    for fact in _facts(context, delivery):
        if delivery.due.date() > fact.expires:
            yield Problem(
                fact.place,
                "FACT-STALE",
                f"`{fact.id}` may be said until {fact.expires}, and posts are due after it: "
                "count again, or change the posts",
            )


def fact_replaced(context: Context, delivery: Planned) -> Iterator[Problem]:
    """FACT-CONFLICT: a number said although a newer one has replaced it by then."""
    for fact in _facts(context, delivery):
        for newer in context.workspace.facts.values():
            if newer.supersedes == fact.id and newer.id != fact.id and newer.as_of <= delivery.due.date():
                yield Problem(
                    context.place(delivery),
                    "FACT-CONFLICT",
                    f"`{fact.id}` was replaced by `{newer.id}` on {newer.as_of}, before this is due: "
                    f"say `{{{{ fact.{newer.id} }}}}`",
                )


def facts_disagree(context: Context, delivery: Planned) -> Iterator[Problem]:
    """FACT-CONFLICT: two facts count the same thing by the same organisation, both hold, and they differ.

    The same thing: `unit` and `counted_by` are the same in every language, and a unit is given. Both hold: neither
    has expired by the due day, and neither is replaced. Counts by different organisations may differ.
    """
    day = delivery.due.date()
    for fact in _facts(context, delivery):
        if not fact.unit or fact.expires < day:
            continue
        for other in context.workspace.facts.values():
            if other.value != fact.value and _counts_the_same(fact, other) and other.expires >= day:
                yield Problem(
                    max(fact, other, key=lambda one: one.place).place,
                    "FACT-CONFLICT",
                    f"`{fact.id}` and `{other.id}` count the same and disagree: "
                    "let the newer one say `supersedes:`, or correct one"
                    if fact.place < other.place
                    else f"`{other.id}` and `{fact.id}` count the same and disagree: "
                    "let the newer one say `supersedes:`, or correct one",
                )


def _counts_the_same(one: Fact, other: Fact) -> bool:
    return (
        one.unit == other.unit
        and one.counted_by == other.counted_by
        and one.supersedes != other.id
        and other.supersedes != one.id
    )
