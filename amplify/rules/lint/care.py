"""Lint rules of care: people, consent, facts, calls to action, embargo (docs/care.md). The gates check them again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from amplify.model.person import Person, PersonState
from amplify.model.plan import Planned
from amplify.model.problem import Problem, Severity
from amplify.model.settings import WiderQuiet
from amplify.model.subject import declared_state, kind_and_name, people_in, person_in
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.plan.calendar_days import utc_day
from amplify.rules.plan.person_gates import SCOPES, covers_language, last_day
from amplify.rules.plan.risk import find_risks
from amplify.rules.text.aliases import name_matcher, texts_of

HELD_BY_GATES: Final = frozenset(
    {
        "PERSON-STATE", "STATUS-STALE", "CONSENT-MISSING", "CONSENT-LANG", "CONSENT-SCOPE", "FACT-STALE",
        "FACT-CONFLICT", "CTA-CLOSED", "RISK-CALL", "RISK-LINK", "RISK-BOOST",
        "TAG-DESIGNATED",
    }
)  # fmt: skip
"""Errors that silence only what they name: a gate holds those deliveries, so `queue` need not refuse the others."""


def _people(context: LintContext, delivery: Planned) -> Iterator[Person]:
    for name in people_in(delivery.subjects):
        yield context.workspace.people[name]


def person_state(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """PERSON-STATE: nothing about a person goes out unless they are detained or convicted, or it was written for the
    state they are in."""
    for subject in delivery.subjects:
        name = person_in(subject)
        if name is None:
            continue
        person, declared = context.workspace.people[name], declared_state(subject)
        why = None
        if declared is None and not person.state.speaks:
            why = f"{name} is `{person.state.value}`: this post is held; take it out of the queue or write another"
        elif declared == PersonState.FAMILY_HOLD:
            why = "no post is written for a hold of the family: take it out of `for_states:`"
        elif declared is not None and declared != person.state:
            why = f"{name} is `{person.state.value}`, and this was written for `{declared}`: it is held"
        elif declared is not None and person.state_since is None:
            why = (
                f"{name} is `{declared}`, and nobody wrote since when: `amplify people set {name} --state {declared}` "
                "does; two people approve this post after that"
            )
        if why is not None:
            yield Problem(context.post(delivery).place, "PERSON-STATE", why)


def person_unlisted(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """PERSON-UNLISTED: a text names somebody whom neither its front matter nor its campaign lists. It is held for them
    all the same."""
    listed = {*context.post(delivery).front.people, *context.campaign(delivery).people, *context.templated(delivery)}
    pictures = (picture for part in delivery.message.parts for picture in part.pictures)
    listed |= {one.banner.person for one in pictures if one.banner is not None and one.banner.person is not None}
    said: dict[str, str] = {}
    for text in texts_of(delivery.message):
        for one in name_matcher(context.workspace.people).found(text):
            if one.who not in listed:
                said.setdefault(one.who, one.words)
    for who, words in said.items():
        yield Problem(
            context.place(delivery),
            "PERSON-UNLISTED",
            f"this names {who} (“{words}”): add `{who}` to `people:`, so that everybody sees whom it concerns",
            Severity.WARNING,
        )


def status_stale(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """STATUS-STALE: the state was last checked too long before the post is due."""
    for person in _people(context, delivery):
        last = last_day(person)
        if utc_day(delivery.due) > last:
            yield Problem(
                person.place,
                "STATUS-STALE",
                f"the state of {person.id} counts until {last}, and posts are due after it: "
                "check it and set `reviewed:`",
            )


def check_consent(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """CONSENT-MISSING: withdrawn, due for review, or not for the name."""
    for person in _people(context, delivery):
        given = person.consent
        why = None
        if given.withdrawn is not None:
            why = "was withdrawn"
        elif "name" not in given.scope:
            why = "does not cover the name"
        elif utc_day(delivery.due) > given.review:
            why = f"was to be asked again by {given.review}, and posts are due after it"
        if why is not None:
            yield Problem(person.place, "CONSENT-MISSING", f"the consent of {person.id} {why}: ask, then record it")


def consent_scope(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """CONSENT-SCOPE: a portrait, health or family of somebody who did not agree to that."""
    for person, use in _uses(context, delivery):
        if use in SCOPES and use not in person.consent.scope:
            shows = "shows a portrait" if use == "portrait" else f"speaks of {use} (`risk: sensitive`)"
            yield Problem(
                context.post(delivery).place,
                "CONSENT-SCOPE",
                f"this {shows}, and the consent of {person.id} does not cover that: ask, then record it under "
                "`scope:`; or name the consent that was given for this post under `consent:`",
            )


def consent_language(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """CONSENT-LANG: the consent was not given for texts in this language."""
    for person, use in _uses(context, delivery):
        if use not in SCOPES and not covers_language(person, use):
            yield Problem(
                person.place,
                "CONSENT-LANG",
                f"the consent of {person.id} does not cover texts in `{use}`: ask, then record it",
            )


def _uses(context: LintContext, delivery: Planned) -> Iterator[tuple[Person, str]]:
    for subject in delivery.subjects:
        kind, name = kind_and_name(subject)
        if kind == "consent":
            person, _, use = name.partition("/")
            yield context.workspace.people[person], use


def call_closed(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """CTA-CLOSED: a call to action that is not open when the post is due."""
    for subject in delivery.subjects:
        kind, _, name = subject.partition(":")
        if kind == "action":
            action = context.workspace.actions[name]
            early = action.opens is not None and delivery.due < action.opens
            late = action.closes is not None and delivery.due >= action.closes
            if early or late:
                yield Problem(
                    action.place,
                    "CTA-CLOSED",
                    f"`{name}` is {'not yet open' if early else 'closed'} when posts that carry it are due",
                )


def check_embargo(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """EMBARGO: due before the embargo ends, before `not_before`, or after `expires_at`: its own, or that of the post
    it boosts."""
    own = context.post(delivery).front
    boosted = context.workspace.posts.get(own.boost.post) if own.boost is not None and own.boost.post else None
    for front in (own, *([boosted.front] if boosted is not None else [])):
        whose = "" if front is own else f" (`{front.id}`, which it boosts)"
        for bound, early in ((front.embargo_until, True), (front.not_before, True), (front.expires_at, False)):
            if bound is not None and (delivery.due < bound if early else delivery.due > bound):
                when = f"due {'before' if early else 'after'} {bound.isoformat()}"
                yield Problem(own.place, "EMBARGO", f"{when}{whose}: move the queue entry `{delivery.entry}`")


def check_quiet_period(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """QUIET: due in a time of silence: held, and missed where the silence outlasts its lateness window."""
    for period in (*context.campaign(delivery).quiet, *_wider(context, delivery)):
        if period.start <= delivery.due < period.end:
            end = "missed" if period.end >= delivery.late else "held until then"
            yield Problem(
                context.workspace.queue[delivery.entry].place,
                "QUIET",
                f"due in the quiet period until {period.end.isoformat()} ({period.owner}): it will be {end}",
                Severity.WARNING,
            )


def _wider(context: LintContext, delivery: Planned) -> Iterator[WiderQuiet]:
    """Quiet periods of the workspace that apply to this delivery, by the same reading as the gates."""
    for period in context.workspace.settings.quiet:
        spoken = any(f"quiet:{lang}" in delivery.subjects for lang in period.languages)
        if spoken or delivery.partner in period.partners or not (period.languages or period.partners):
            yield period


def readers_at_risk(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """RISK-CALL, RISK-LINK, RISK-BOOST, TAG-DESIGNATED: what readers who may be prosecuted are not given."""
    risks = [subject for subject in delivery.subjects if subject.startswith("risk:")]
    if not risks:
        return
    post = context.post(delivery)
    found = find_risks(context.workspace, context.profiles, post, delivery.lang, delivery.message, delivery.subjects)
    for one in found:
        yield Problem(post.place, one.code, one.why)
    told = {one.subject for one in found}
    for subject in risks:  # those of a boost that stand in what it repeats
        if subject not in told:
            what = subject.removeprefix("risk:")
            why = f"this boosts what readers at risk are not given ({what}): boost another post, or none"
            yield Problem(post.place, "RISK-BOOST", why)


def boost_consent(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """X-BOOST, B-OPTIN: only partners who agreed are boosted."""
    boost = context.post(delivery).front.boost
    if boost is not None and boost.urls and boost.partner is None:
        yield Problem(
            context.post(delivery).place,
            "X-BOOST",
            "nobody can tell whose posts these addresses are: name the partner, whose consent counts",
        )
    if boost is None or boost.partner is None or boost.partner == delivery.partner:
        return
    if not context.workspace.partners[boost.partner].boost_consent:
        yield Problem(
            context.post(delivery).place,
            context.profiles[delivery.platform].policy.boost,
            f"{boost.partner} has not agreed to be boosted: set `boost_consent` in the handle book once they have",
        )
