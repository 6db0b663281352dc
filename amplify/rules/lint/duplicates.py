"""Lint rules about duplicate posts: the same text on several accounts, or again on one account."""

from __future__ import annotations

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from amplify.model.message import Message
from amplify.model.plan import LintFinding, Planned, PriorPost
from amplify.model.problem import Problem, SourceLocation
from amplify.model.workspace import Workspace
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.text.similarity import comparable_text, similar_pairs

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
    rank: int
    """0: out, or beyond the plan; 1: queued as it is planned; 2: new, changed, or another partner's."""


def _sayings(context: LintContext, deliveries: Sequence[Planned], by_itself: bool = False) -> list[_Saying]:
    """All posts of all accounts, planned and past, by time. `by_itself`: each account is compared with itself only, so
    that boosts, and what was taken down, count too."""
    found = [
        _Saying(
            one.at, one.account, one.platform, one.entry, None, _sayable(one.message, context.words(one.message)), 0
        )
        for one in context.said
        if by_itself or (one.message.parts and not one.taken_down)
    ]
    for delivery in deliveries:
        if by_itself or delivery.message.parts:
            words = _sayable(delivery.message, context.words(delivery.message, delivery.content_hash))
            rank = 1 if context.as_queued(delivery) else 2
            saying = _Saying(delivery.due, delivery.account, delivery.platform, delivery.entry, delivery, words, rank)
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
    found: dict[tuple[SourceLocation, str], _Clash] = {}
    for text in texts:
        _note(context, found, by_text[text], by_text[text], window, 1.0)
    for one, other, likeness in similar_pairs(texts, settings.similar):
        _note(context, found, by_text[texts[one]], by_text[texts[other]], window, likeness)
    for (place, platform), clash in found.items():
        yield LintFinding(
            Problem(place, "X-DUP", _sentence(platform, clash)),
            tuple(sorted(clash.accounts)),
            deliveries=tuple(sorted(clash.about)),
        )


@dataclass(slots=True)
class _Clash:
    """The first clash at a source location, and what all clashes there concern."""

    newer: _Saying
    older: _Saying
    likeness: float
    accounts: set[str] = field(default_factory=set)
    about: set[str] = field(default_factory=set)


def _note(
    context: LintContext,
    found: dict[tuple[SourceLocation, str], _Clash],
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
            older, newer = sorted((one, other), key=lambda saying: (saying.rank, saying.at, saying.account))
            if newer.planned is None:
                continue  # both are known to the ledger: nothing to mend here
            place = context.place(newer.planned)
            known = found.setdefault((place, one.platform), _Clash(newer, older, likeness))
            known.accounts.update((one.account, other.account))
            known.about.add(newer.planned.id)


def _sentence(platform: str, clash: _Clash) -> str:
    newer, older = clash.newer, clash.older
    if clash.likeness == 1.0:
        return (
            f"the same text goes out on {platform} from {' and '.join(sorted(clash.accounts))}: "
            "write a variant of its own for each"
        )
    return (
        f"on {platform}, {newer.account} says nearly what {older.account} says on {older.at:%Y-%m-%d} "
        f"(entry `{older.entry}`, {clash.likeness:.0%} alike): say it in other words"
    )


def repeats_of(
    workspace: Workspace, said: Iterable[PriorPost], deliveries: Iterable[Planned]
) -> Mapping[str, PriorPost]:
    """Deliveries that say again, too soon, what their account has said: asked once more of what went out while others
    planned."""
    before: dict[tuple[str, str], list[PriorPost]] = defaultdict(list)
    for one in said:
        before[one.account, _sayable(one.message, comparable_text(one.message))].append(one)
    found: dict[str, PriorPost] = {}
    for delivery in deliveries if before else ():
        text = _sayable(delivery.message, comparable_text(delivery.message))
        for one in before.get((delivery.account, text), ()):
            if one.id != delivery.id and abs(one.at - delivery.due) < _wait(workspace, delivery):
                found[delivery.id] = one
    return found


def _sayable(message: Message, words: str) -> str:
    """What must not be said again: the words, or what a boost repeats."""
    if message.boost is None:
        return words
    return f"boost\0{message.boost.delivery or message.boost.url}"


def _wait(workspace: Workspace, delivery: Planned) -> timedelta:
    repeat = workspace.posts[delivery.post].front.repeat
    return repeat.after if repeat is not None else REPEAT_AFTER


def repeat_problem(place: SourceLocation, account: str, at: datetime, entry: str, wait: timedelta) -> Problem:
    """X-REPEAT of an account that said the same at another time."""
    return Problem(
        place,
        "X-REPEAT",
        f"{account} already says this on {at:%Y-%m-%d} (entry `{entry}`): leave {wait.days} days between, or write "
        "another text",
    )


def repeated_on_one_account(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """X-REPEAT: an account says the same thing again too soon, before or after it is said elsewhere in the plan or the
    ledger.

    X automation rules: no duplicate posts. 90 days, unless the post's `repeat:` says otherwise. Of two that are
    planned, the one that is queued already stays; else the earlier one.
    """
    kept: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for saying in sorted(
        _sayings(context, deliveries, True), key=lambda one: (one.rank, one.at, one.account, one.entry)
    ):
        others, mine = kept[saying.account, saying.text], (saying.at, saying.entry)
        if saying.planned is None:
            insort(others, mine)
            continue
        wait = _wait(context.workspace, saying.planned)
        index = bisect(others, mine)
        near = min(others[max(0, index - 1) : index + 1], key=lambda one: abs(one[0] - saying.at), default=None)
        if near is None or abs(near[0] - saying.at) >= wait:
            insort(others, mine)
            continue
        problem = repeat_problem(context.place(saying.planned), saying.account, *near, wait)
        yield LintFinding(problem, (saying.account,), deliveries=(saying.planned.id,))
