"""Lint rules about duplicate posts: the same text on several accounts, or again on one account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from amplify.model.plan import LintFinding, Planned
from amplify.model.problem import Problem, SourceLocation
from amplify.model.workspace import Workspace
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.text.similarity import similar_pairs

REPEAT_AFTER: Final = timedelta(days=90)
"""How long an account does not say the same thing again, unless the post says otherwise."""


def look_back(workspace: Workspace) -> timedelta:
    """How far back these rules look: the time span for which the ledger is queried."""
    repeats = [post.front.repeat.after for post in workspace.posts.values() if post.front.repeat is not None]
    return max([REPEAT_AFTER, timedelta(days=workspace.settings.similarity_days), *repeats])


@dataclass(frozen=True, slots=True)
class _Saying:
    """One text on one account at one time: planned, or recorded in the ledger."""

    at: datetime
    account: str
    platform: str
    entry: str
    planned: Planned | None
    text: str


def _sayings(context: LintContext, deliveries: Sequence[Planned]) -> list[_Saying]:
    """All posts of all accounts, planned and past, by time."""
    found = [
        _Saying(one.at, one.account, one.platform, one.entry, None, context.words(one.message))
        for one in context.said
        if one.message.parts
    ]
    for delivery in deliveries:
        if delivery.message.parts:
            words = context.words(delivery.message, delivery.content_hash)
            saying = _Saying(delivery.due, delivery.account, delivery.platform, delivery.entry, delivery, words)
            found.append(saying)
    return sorted(found, key=lambda saying: (saying.at, saying.account, saying.entry))


def same_text_on_two_accounts(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """X-DUP: the same text, or much the same, on two accounts of a platform within `similarity_days` of each other.

    X developer guidelines: no identical or substantially similar posts over several accounts, for every kind of app;
    many Mastodon servers say so too. `similar` of the workspace's settings is the lowest similarity that counts.
    """
    settings = context.workspace.settings
    window = timedelta(days=settings.similarity_days)
    by_text: dict[str, list[_Saying]] = defaultdict(list)
    for saying in _sayings(context, deliveries):
        by_text[saying.text].append(saying)
    texts = list(by_text)
    found: dict[tuple[SourceLocation, str], tuple[_Saying, _Saying, float, set[str]]] = {}
    for text in texts:
        _note(context, found, by_text[text], by_text[text], window, 1.0)
    for one, other, likeness in similar_pairs(texts, settings.similar):
        _note(context, found, by_text[texts[one]], by_text[texts[other]], window, likeness)
    for (place, platform), (later, earlier, likeness, accounts) in found.items():
        yield LintFinding(
            Problem(place, "X-DUP", _sentence(platform, later, earlier, likeness, accounts)), tuple(sorted(accounts))
        )


def _note(
    context: LintContext,
    found: dict[tuple[SourceLocation, str], tuple[_Saying, _Saying, float, set[str]]],
    some: Sequence[_Saying],
    others: Sequence[_Saying],
    window: timedelta,
    likeness: float,
) -> None:
    """Record the first clash at each source location, and the accounts of all clashes."""
    for one in some:
        for other in others:
            elsewhere = one.platform != other.platform or one.account == other.account
            if elsewhere or abs(one.at - other.at) > window:
                continue
            earlier, later = sorted((one, other), key=lambda saying: (saying.at, saying.account))
            if later.planned is None:
                earlier, later = later, earlier
            if later.planned is None:
                continue  # both are known to the ledger: nothing to mend here
            place = context.place(later.planned)
            known = found.setdefault((place, one.platform), (later, earlier, likeness, set()))
            known[3].update((one.account, other.account))


def _sentence(platform: str, later: _Saying, earlier: _Saying, likeness: float, accounts: set[str]) -> str:
    if likeness == 1.0:
        return (
            f"the same text goes out on {platform} from {' and '.join(sorted(accounts))}: "
            "write a variant of its own for each"
        )
    return (
        f"on {platform}, {later.account} says nearly what {earlier.account} says on {earlier.at:%Y-%m-%d} "
        f"(entry `{earlier.entry}`, {likeness:.0%} alike): say it in other words"
    )


def repeated_on_one_account(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """X-REPEAT: an account says the same thing again too soon, counted from what is planned and what is out.

    X automation rules: no duplicate posts. 90 days, unless the post's `repeat:` says otherwise.
    """
    seen: dict[tuple[str, str], _Saying] = {}
    for saying in _sayings(context, deliveries):
        before = seen.get((saying.account, saying.text))
        seen[saying.account, saying.text] = saying
        if before is None or saying.planned is None:
            continue
        repeat = context.post(saying.planned).front.repeat
        wait = repeat.after if repeat is not None else REPEAT_AFTER
        if saying.at - before.at < wait:
            yield LintFinding(
                Problem(
                    context.place(saying.planned),
                    "X-REPEAT",
                    f"{saying.account} already says this on {before.at:%Y-%m-%d} (entry `{before.entry}`): "
                    f"leave {wait.days} days between, or write another text",
                ),
                (saying.account,),
            )
