"""Asks every rule of everything planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from amplify.model.dialect import Dialect
from amplify.model.plan import Finding, Planned
from amplify.model.problem import Problem
from amplify.model.workspace import Workspace
from amplify.rules.lint import accounts, care, crowd, pictures, texts
from amplify.rules.lint.context import Context

RULES: Final[Sequence[Callable[[Context, Planned], Iterator[Problem]]]] = (
    texts.too_long,
    texts.link_not_allowed,
    texts.shortener,
    texts.mention_without_consent,
    texts.retired_hashtag,
    texts.hashtag_case,
    texts.mixed_scripts,
    pictures.alt_missing,
    pictures.alt_is_file_name,
    pictures.alt_repeated,
    pictures.alt_too_long,
    care.person_state,
    care.status_stale,
    care.consent,
    care.consent_language,
    care.fact_stale,
    care.call_closed,
    care.embargo,
    care.quiet,
    care.boost_consent,
    accounts.label_missing,
    accounts.rules_unreviewed,
)
"""Rules about one delivery."""

CROWD: Final[Sequence[Callable[[Context, Sequence[Planned]], Iterator[Finding]]]] = (
    crowd.same_text_on_two_accounts,
    crowd.repeated_on_one_account,
    crowd.too_many_a_day,
    crowd.too_close,
)
"""Rules about deliveries beside each other."""


def lint(workspace: Workspace, deliveries: Sequence[Planned], dialects: Mapping[str, Dialect]) -> tuple[Finding, ...]:
    """Every finding, each problem once with all accounts it concerns, in the order of files and lines."""
    context = Context(workspace, dialects)
    found: dict[Problem, set[str]] = {}
    for delivery in deliveries:
        for rule in RULES:
            for problem in rule(context, delivery):
                found.setdefault(problem, set()).add(delivery.account)
    for crowd_rule in CROWD:
        for finding in crowd_rule(context, deliveries):
            found.setdefault(finding.problem, set()).update(finding.accounts)
    return tuple(Finding(problem, tuple(sorted(found[problem]))) for problem in sorted(found))
