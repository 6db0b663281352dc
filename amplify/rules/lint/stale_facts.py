"""Lint rules about facts: stale, replaced, contradicting each other, or in a form that the number does not take."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.fact import Fact
from amplify.model.plan import Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.plan.calendar_days import utc_day
from amplify.rules.plan.fact_conflicts import facts_differ, replaces_fact
from amplify.rules.text.language import fallback_chain
from amplify.rules.text.plurals import missing_forms, unit_of


def _facts(context: LintContext, delivery: Planned) -> Iterator[Fact]:
    for subject in delivery.subjects:
        if subject.startswith("fact:"):
            yield context.workspace.facts[subject[5:]]


def fact_stale(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """FACT-STALE: a number said after its last day."""
    for fact in _facts(context, delivery):
        if utc_day(delivery.due) > fact.expires:
            yield Problem(
                fact.place,
                "FACT-STALE",
                f"`{fact.id}` may be said until {fact.expires}, and posts are due after it: "
                "count again, or change the posts",
            )


def fact_replaced(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """FACT-CONFLICT: a number said although a newer one has replaced it by then."""
    for fact in _facts(context, delivery):
        for newer in context.facts_beside(fact):
            if replaces_fact(newer, fact) and newer.as_of <= utc_day(delivery.due):
                yield Problem(
                    context.place(delivery),
                    "FACT-CONFLICT",
                    f"`{fact.id}` was replaced by `{newer.id}` on {newer.as_of}, before this is due: "
                    f"say `{{{{ fact.{newer.id} }}}}`",
                )


def facts_disagree(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """FACT-CONFLICT: two facts count the same thing by the same organisation, both hold, and they differ.

    Both hold: neither has expired by the due day, and neither is replaced.
    """
    day = utc_day(delivery.due)
    for fact in _facts(context, delivery):
        if fact.expires < day:
            continue
        for other in context.facts_beside(fact):
            if facts_differ(fact, other) and other.expires >= day:
                first, second = sorted((fact, other), key=lambda one: one.place)
                yield Problem(
                    second.place,
                    "FACT-CONFLICT",
                    f"`{first.id}` and `{second.id}` count the same and disagree: "
                    "let the newer one say `supersedes:`, or correct one",
                )


def fact_plural(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """FACT-PLURAL: a unit with one form, in a language where the number asks for one of three or more."""
    for fact in _facts(context, delivery):
        fallback = context.workspace.settings.fallback
        lang = next((one for one in fallback_chain(delivery.lang, fallback) if one in fact.unit), None)
        missing = missing_forms(fact, lang) if lang is not None else ()
        said = unit_of(fact, delivery.lang, fallback).casefold()
        if missing and any(said in part.text.casefold() for part in delivery.message.parts):
            yield Problem(
                fact.place,
                "FACT-PLURAL",
                f"the unit of `{fact.id}` in `{lang}` has one form for all numbers, or lacks some: give "
                f"{', '.join(f'`{form}:`' for form in missing)} (`unit: {{{lang}: {{{missing[0]}: …}}}}`), "
                "or `other:` where the word never changes",
                Severity.WARNING,
            )
