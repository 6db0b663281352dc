"""Rules of care: people, consent, facts, calls to action, embargo (docs/care.md). The gates ask the same again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from amplify.model.person import Person
from amplify.model.plan import Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.context import Context

HELD_BY_GATES: Final = frozenset({"PERSON-STATE", "STATUS-STALE", "CONSENT-MISSING", "FACT-STALE", "CTA-CLOSED"})
"""Errors that silence only what they name: a gate holds those deliveries, so `queue` need not refuse the others."""


def _people(context: Context, delivery: Planned) -> Iterator[Person]:
    for subject in delivery.subjects:
        kind, _, name = subject.partition(":")
        if kind == "person":
            yield context.workspace.people[name]


def person_state(context: Context, delivery: Planned) -> Iterator[Problem]:
    """PERSON-STATE: nothing about a person goes out unless they are detained or convicted."""
    for person in _people(context, delivery):
        if not person.state.speaks:
            yield Problem(
                context.post(delivery).place,
                "PERSON-STATE",
                f"{person.id} is `{person.state.value}`: this post is held; take it out of the queue or write another",
            )


def status_stale(context: Context, delivery: Planned) -> Iterator[Problem]:
    """STATUS-STALE: the state was last checked too long before the post is due."""
    for person in _people(context, delivery):
        last = person.reviewed + timedelta(days=person.review_days)
        if person.state.speaks and delivery.due.date() > last:
            yield Problem(
                person.place,
                "STATUS-STALE",
                f"the state of {person.id} counts until {last}, and posts are due after it: "
                "check it and set `reviewed:`",
            )


def consent(context: Context, delivery: Planned) -> Iterator[Problem]:
    """CONSENT-MISSING: withdrawn, or due for review."""
    for person in _people(context, delivery):
        given = person.consent
        why = None
        if given.withdrawn is not None:
            why = "was withdrawn"
        elif delivery.due.date() > given.review:
            why = f"was to be asked again by {given.review}, and posts are due after it"
        if why is not None:
            yield Problem(person.place, "CONSENT-MISSING", f"the consent of {person.id} {why}: ask, then record it")


def consent_language(context: Context, delivery: Planned) -> Iterator[Problem]:
    """CONSENT-LANG: the consent was not given for texts in this language."""
    for person in _people(context, delivery):
        languages = person.consent.languages
        if languages and not {delivery.lang, delivery.lang.partition("-")[0]}.intersection(languages):
            yield Problem(
                person.place,
                "CONSENT-LANG",
                f"the consent of {person.id} does not cover texts in `{delivery.lang}`: ask, then record it",
            )


def call_closed(context: Context, delivery: Planned) -> Iterator[Problem]:
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


def embargo(context: Context, delivery: Planned) -> Iterator[Problem]:
    """EMBARGO: due before the embargo ends, before `not_before`, or after `expires_at`."""
    front = context.post(delivery).front
    for bound, early in ((front.embargo_until, True), (front.not_before, True), (front.expires_at, False)):
        if bound is not None and (delivery.due < bound if early else delivery.due > bound):
            word = "before" if early else "after"
            yield Problem(
                front.place, "EMBARGO", f"due {word} {bound.isoformat()}: move the queue entry `{delivery.entry}`"
            )


def quiet(context: Context, delivery: Planned) -> Iterator[Problem]:
    """QUIET: due while the campaign is silent: held, and missed where the silence outlasts its lateness window."""
    for period in context.campaign(delivery).quiet:
        if period.start <= delivery.due < period.end:
            end = "missed" if period.end >= delivery.late else "held until then"
            yield Problem(
                context.workspace.queue[delivery.entry].place,
                "QUIET",
                f"due in the quiet period until {period.end.isoformat()} ({period.owner}): it will be {end}",
                Severity.WARNING,
            )


def boost_consent(context: Context, delivery: Planned) -> Iterator[Problem]:
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
        code = "B-OPTIN" if delivery.platform == "bluesky" else "X-BOOST"
        yield Problem(
            context.post(delivery).place,
            code,
            f"{boost.partner} has not agreed to be boosted: set `boost_consent` in the handle book once they have",
        )
