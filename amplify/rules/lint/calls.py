"""Lint rules about calls to action and their addresses."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.plan import Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.text.host_names import comparable_url
from amplify.rules.text.link_cleaning import without_tracking


def too_many_calls(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """CTA-MANY: a post that asks for several things: readers do the first, or none."""
    if context.post(delivery).front.calls == "many":
        return
    said: dict[str, int] = {}  # address → the part that gives it first
    for number, part in enumerate(delivery.message.parts):
        for entity in part.entities:
            if entity.kind == "link":
                said.setdefault(_plain(entity.value), number)
        if part.card is not None:
            said.setdefault(_plain(part.card.url), number)
    if len(said) < 2:
        return
    asked = {
        action.id: min(parts)
        for action in context.workspace.actions.values()
        if (parts := [said[url] for url in map(_plain, action.url.values()) if url in said])
    }
    if len(asked) > 1:
        calls = sorted(asked, key=lambda call: (asked[call], call))
        yield Problem(
            context.place(delivery, asked[calls[1]]),
            "CTA-MANY",
            f"this asks for {len(calls)} things ({', '.join(calls)}): keep one, or say `calls: many` in the "
            "front matter",
            Severity.WARNING,
        )


def no_link(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """LINK-FORM: a call's address that the platform takes for plain words, so that readers cannot press it."""
    profile = context.profiles[delivery.platform]
    if profile.links_address is None:
        return  # it links whatever begins with http:// or https://
    linked = {entity.value for part in delivery.message.parts for entity in part.entities if entity.kind == "link"}
    words = "\n".join(part.text for part in delivery.message.parts)
    for subject in delivery.subjects:
        kind, _, name = subject.partition(":")
        if kind != "action":
            continue
        action = context.workspace.actions[name]
        for url in map(without_tracking, action.url.values()):
            if not profile.links_address(url) or (url in words and url not in linked):
                yield Problem(
                    action.place,
                    "LINK-FORM",
                    f"{profile.title} makes no link of {url}: its domain is none that {profile.title} knows; "
                    "give another address",
                    Severity.WARNING,
                )


def _plain(url: str) -> str:
    return comparable_url(without_tracking(url))
