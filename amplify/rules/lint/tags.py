"""Lint rules about hashtags, and about how many handles a post mentions."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.plan import Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.plan.hashtags import banned_tags, most_hashtags, tag_key


def retired_hashtag(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TAG-RETIRED: a hashtag the campaign no longer uses."""
    if not delivery.hashtags:
        return
    retired = {
        hashtag.tag.casefold()
        for hashtag in context.campaign(delivery).hashtags
        if hashtag.retired and (not hashtag.platforms or delivery.platform in hashtag.platforms)
    }
    for tag in delivery.hashtags:
        if tag.casefold() in retired:
            yield Problem(context.place(delivery), "TAG-RETIRED", f"#{tag} is retired: use another hashtag")


def hijacked_hashtag(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """X-TREND: a hashtag that trends or that others have taken over, and that is not the campaign's own.

    X automation rules: no posting into trending topics. The list is kept by staff; nothing is fetched.
    """
    campaign = context.campaign(delivery)
    if not campaign.hijacked or not delivery.hashtags:
        return
    own = {hashtag.tag.casefold() for hashtag in campaign.hashtags if not hashtag.retired}
    listed = {
        hijacked.tag.casefold(): hijacked
        for hijacked in campaign.hijacked
        if not hijacked.platforms or delivery.platform in hijacked.platforms
    }
    for tag in delivery.hashtags:
        hijacked = listed.get(tag.casefold())
        if hijacked is not None and tag.casefold() not in own:
            yield Problem(
                context.place(delivery),
                "X-TREND",
                f"#{tag} is listed as hijacked ({hijacked.why}): take it out, or write it without the sign",
            )


def hashtag_case(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TAG-CASE: screen readers read `#FreeAnnaNow` as words, and `#freeannanow` as noise."""
    for tag in delivery.hashtags:
        if len(tag) > 12 and tag.islower():
            yield Problem(
                context.place(delivery),
                "TAG-CASE",
                f"#{tag}: begin each word with a capital so that screen readers can read it",
                Severity.WARNING,
            )


def banned_hashtag(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TAG-BANNED: a hashtag that the campaign, or the workspace, has banned."""
    if not delivery.hashtags:
        return
    refused = banned_tags(context.workspace.settings, context.campaign(delivery), delivery.platform)
    for tag in delivery.hashtags:
        found = refused.get(tag_key(tag))
        if found is not None:
            yield Problem(context.place(delivery), "TAG-BANNED", f"#{tag} is banned ({found.why}): take it out")


def too_many_hashtags(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TAG-COUNT: more hashtags in a message than the platform's custom allows."""
    allowed = most_hashtags(context.campaign(delivery), context.profile(delivery))
    for number, part in enumerate(delivery.message.parts):
        tags = {tag_key(entity.value) for entity in part.entities if entity.kind == "tag"}
        if len(tags) > allowed:
            yield Problem(
                context.place(delivery, number),
                "TAG-COUNT",
                f"{len(tags)} hashtags on {context.profile(delivery).title}, where {allowed} are the custom: "
                "take some out, or allow more under the campaign's `hashtag_customs:`",
                Severity.WARNING,
            )


def _mentioned(delivery: Planned) -> dict[str, int]:
    """Handles, in lower case → the part that mentions them first."""
    found: dict[str, int] = {}
    for number, part in enumerate(delivery.message.parts):
        for entity in part.entities:
            if entity.kind == "mention":
                found.setdefault(entity.value.casefold(), number)
    return found


def too_many_mentions(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TAG-MANY: more handles than the campaign lets a post mention. An error where the platform's
    rules forbid mentioning many accounts, as X's do."""
    allowed = context.campaign(delivery).most_mentions
    mentioned = _mentioned(delivery)
    if len(mentioned) > allowed:
        yield Problem(
            context.place(delivery, list(mentioned.values())[allowed]),
            "TAG-MANY",
            f"{len(mentioned)} handles are mentioned on {context.profile(delivery).title}, and the campaign allows "
            f"{allowed} (`most_mentions:`): mention fewer, or write names",
            context.profile(delivery).policy.many_mentions,
        )
