"""Runs every lint rule on everything planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from amplify.model.plan import LintFinding, Planned, PriorPost, PriorPosts
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Problem, Severity, unexpected_problem
from amplify.model.server_info import NOTHING_KNOWN, ServerInfo
from amplify.model.settings import RuleChange
from amplify.model.workspace import Workspace
from amplify.rules.lint import (
    alt_texts,
    calls,
    caps,
    care,
    duplicates,
    markup,
    mentions,
    money,
    picture_sides,
    rendered_banners,
    stale_facts,
    tags,
    texts,
    typed_numbers,
    unsafe_text,
    videos,
)
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.lint.rulebook import weakens_rule

MESSAGE_RULES: Final[Sequence[Callable[[LintContext, Planned], Iterator[Problem]]]] = (
    texts.too_long,
    texts.link_not_allowed,
    texts.check_shortener,
    texts.mention_without_consent,
    mentions.mention_of_nobody,
    texts.mixed_scripts,
    markup.broken_hashtag,
    markup.typed_markup,
    markup.sign_in_link,
    unsafe_text.change_of_direction,
    unsafe_text.marks_on_marks,
    unsafe_text.hidden_in_handle,
    unsafe_text.far_too_long,
    tags.retired_hashtag,
    tags.hijacked_hashtag,
    tags.hashtag_case,
    tags.banned_hashtag,
    tags.too_many_hashtags,
    tags.too_many_mentions,
    care.person_unlisted,
    calls.too_many_calls,
    calls.no_link,
    texts.check_record_size,
    alt_texts.alt_missing,
    alt_texts.alt_is_file_name,
    alt_texts.alt_repeated,
    alt_texts.alt_too_long,
    rendered_banners.words_in_another_language,
    videos.check_video_alone,
    videos.gif_still,
    videos.gif_long,
    videos.video_long,
    videos.video_size,
    videos.video_codec,
    videos.video_shape,
    videos.video_rate,
    videos.video_caption,
    videos.caption_size,
    picture_sides.picture_narrow,
)
"""Rules about what a message says: asked once for the same words of a post, however often they go out."""

DELIVERY_RULES: Final[Sequence[Callable[[LintContext, Planned], Iterator[Problem]]]] = (
    care.person_state,
    care.person_stage,
    care.status_stale,
    care.check_consent,
    care.consent_scope,
    care.consent_language,
    care.call_closed,
    care.check_embargo,
    care.check_quiet_period,
    care.boost_consent,
    care.readers_at_risk,
    stale_facts.fact_stale,
    stale_facts.fact_replaced,
    stale_facts.facts_disagree,
    stale_facts.fact_plural,
    rendered_banners.painted_otherwise,
    unsafe_text.impossible_handle,
    mentions.label_missing,
    mentions.rules_unreviewed,
)
"""Rules about one delivery: its day, its account, whom and what it speaks of."""

RULES: Final = (*MESSAGE_RULES, *DELIVERY_RULES)

CrowdRule = Callable[[LintContext, Sequence[Planned]], Iterator[LintFinding]]

CROWD: Final[Sequence[CrowdRule]] = (
    duplicates.same_text_on_two_accounts,
    duplicates.repeated_on_one_account,
    caps.too_many_a_day,
    caps.too_many_for_the_server,
    caps.too_many_boosts,
    caps.too_close,
    caps.does_not_fit,
    money.dear_link,
    money.beyond_budget,
    mentions.unknown_handles,
    mentions.other_names,
    markup.unlinked_hashtags,
    typed_numbers.typed_number_disagrees,
)
"""Rules about deliveries beside each other."""


@dataclass(frozen=True, slots=True)
class LintResult:
    """What the rules found, and what the workspace's own decisions changed."""

    findings: tuple[LintFinding, ...]
    silenced: tuple[LintFinding, ...]
    """Findings of rules that the workspace has turned off."""


def lint_deliveries(
    workspace: Workspace,
    deliveries: Sequence[Planned],
    profiles: Mapping[str, PlatformProfile],
    said: Iterable[PriorPost] = (),
    known: ServerInfo = NOTHING_KNOWN,
) -> tuple[LintFinding, ...]:
    """Findings of all rules that count, without those the workspace switched off; otherwise as `lint_all`."""
    return lint_all(workspace, deliveries, profiles, said, known).findings


def lint_all(
    workspace: Workspace,
    deliveries: Sequence[Planned],
    profiles: Mapping[str, PlatformProfile],
    said: Iterable[PriorPost] = (),
    known: ServerInfo = NOTHING_KNOWN,
) -> LintResult:
    """Run every rule: each finding once with all accounts it concerns, in the order of files and lines.

    `said` are the posts of our accounts in the ledger. What is out counts as it went out, whatever the files say of it
    now; of what waits, the plan has the newest form. `known` is what the accounts' servers said of their limits.
    """
    queued = said.queued if isinstance(said, PriorPosts) else {}
    said = tuple(one for one in said if not one.out or one.id not in queued)  # what is only claimed may still change
    out = {one.id for one in said if one.out}
    planned = {delivery.id for delivery in deliveries}
    before = tuple(one for one in said if one.out or one.id not in planned)
    context = LintContext(workspace, profiles, before, known, queued)
    accounts: dict[Problem, set[str]] = defaultdict(set)
    about: dict[Problem, set[str]] = defaultdict(set)
    for delivery, problem in _asked(context, deliveries):
        accounts[problem].add(delivery.account)
        about[problem].add(delivery.id)
    to_come = [delivery for delivery in deliveries if delivery.id not in out]
    for crowd_rule in CROWD:
        for finding in _found_beside(crowd_rule, context, to_come):
            accounts[finding.problem].update(finding.accounts)
            about[finding.problem].update(finding.deliveries)
    found = [
        LintFinding(problem, tuple(sorted(accounts[problem])), deliveries=tuple(sorted(about[problem])))
        for problem in sorted(accounts)
    ]
    return _decided(workspace, found)


def lint_each_alone(
    workspace: Workspace, deliveries: Iterable[Planned], profiles: Mapping[str, PlatformProfile]
) -> Iterator[tuple[LintFinding, ...]]:
    """For each delivery what counts against it by itself, without the rules about deliveries beside each other."""
    context = LintContext(workspace, profiles)
    for delivery in deliveries:
        problems = sorted({problem for _, problem in _asked(context, (delivery,))})
        found = [LintFinding(problem, (delivery.account,), deliveries=(delivery.id,)) for problem in problems]
        yield _decided(workspace, found).findings if found else ()


def _asked(context: LintContext, deliveries: Iterable[Planned]) -> Iterator[tuple[Planned, Problem]]:
    """Run the rules on each delivery. Most deliveries break no rule, so the work for each is kept short."""
    answered: dict[tuple[str, str, str, str, int], list[Problem]] = {}
    for delivery in deliveries:
        if delivery.message.parts:
            profile = id(context.profile(delivery))
            key = (delivery.post, delivery.variant, delivery.platform, delivery.content_hash, profile)
            problems = answered.get(key)
            if problems is None:
                problems = answered[key] = _found_in(MESSAGE_RULES, context, delivery)
            for problem in problems:
                yield delivery, problem
        for problem in _found_in(DELIVERY_RULES, context, delivery):
            yield delivery, problem


def _found_in(
    rules: Sequence[Callable[[LintContext, Planned], Iterator[Problem]]], context: LintContext, delivery: Planned
) -> list[Problem]:
    """What these rules find; where one fails, that is a problem of this delivery's post, and of nothing else."""
    try:
        return [problem for rule in rules for problem in rule(context, delivery)]
    except Exception as error:
        return [unexpected_problem(context.post(delivery).place, error)]


def _found_beside(rule: CrowdRule, context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """What a rule finds in deliveries beside each other; those at which it fails are left out, and named."""
    try:
        yield from list(rule(context, deliveries))
        return
    except Exception as error:
        culprits = [one for one in deliveries if _fails(rule, context, one)]
        if not culprits:
            raise
        for one in culprits:
            yield LintFinding(unexpected_problem(context.post(one).place, error), (one.account,), deliveries=(one.id,))
    names = {one.id for one in culprits}
    yield from rule(context, [one for one in deliveries if one.id not in names])


def _fails(rule: CrowdRule, context: LintContext, delivery: Planned) -> bool:
    try:
        list(rule(context, [delivery]))
    except Exception:
        return True
    return False


def _decided(workspace: Workspace, findings: Sequence[LintFinding]) -> LintResult:
    """The findings with the severities that the workspace has set."""
    changes = {change.id: change for change in workspace.settings.rules if not weakens_rule(change.id, change.severity)}
    counted: list[LintFinding] = []
    silenced: list[LintFinding] = []
    for finding in findings:
        change = changes.get(finding.problem.code)
        if change is None or change.severity == finding.problem.severity:
            counted.append(finding)
        elif change.severity == "off":
            silenced.append(replace(finding, change=change))
        else:
            counted.append(_changed(finding, change))
    return LintResult(tuple(counted), tuple(silenced))


def _changed(finding: LintFinding, change: RuleChange) -> LintFinding:
    problem = replace(finding.problem, severity=Severity(change.severity))
    return replace(finding, problem=problem, change=change)
