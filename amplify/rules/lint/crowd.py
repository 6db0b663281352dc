"""Rules about deliveries beside each other: same texts, caps and gaps."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from amplify.model.campaign import Caps
from amplify.model.plan import Finding, Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.context import Context

REPEAT_AFTER: Final = timedelta(days=90)
"""How long an account does not say the same thing again, unless the post says otherwise."""

_NOISE = re.compile(r"https?://\S+|[#@]\S+|[^\w\s]", re.UNICODE)


def plain(delivery: Planned) -> str:
    """The words of a delivery without case, links, tags, mentions and punctuation."""
    text = " ".join(part.text for part in delivery.message.parts)
    return " ".join(_NOISE.sub(" ", unicodedata.normalize("NFC", text).casefold()).split())


def same_text_on_two_accounts(context: Context, deliveries: Sequence[Planned]) -> Iterator[Finding]:
    """X-DUP: one text on several accounts of a platform (X developer policy; many Mastodon servers)."""
    by_text: dict[tuple[str, str], list[Planned]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.message.parts:
            by_text[delivery.platform, plain(delivery)].append(delivery)
    for (platform, _), same in by_text.items():
        accounts = tuple(sorted({delivery.account for delivery in same}))
        if len(accounts) > 1:
            last = same[-1]
            yield Finding(
                Problem(
                    context.place(last),
                    "X-DUP",
                    f"the same text goes out on {platform} from {' and '.join(accounts)}: "
                    "write a variant of its own for each",
                ),
                accounts,
            )


def repeated_on_one_account(context: Context, deliveries: Sequence[Planned]) -> Iterator[Finding]:
    """X-REPEAT: an account says the same thing again too soon."""
    seen: dict[tuple[str, str], Planned] = {}
    for delivery in sorted(deliveries, key=lambda d: (d.due, d.id)):
        if not delivery.message.parts:
            continue
        key = (delivery.account, plain(delivery))
        before = seen.get(key)
        seen[key] = delivery
        repeat = context.post(delivery).front.repeat
        wait = repeat.after if repeat is not None else REPEAT_AFTER
        if before is not None and delivery.due - before.due < wait:
            yield Finding(
                Problem(
                    context.place(delivery),
                    "X-REPEAT",
                    f"{delivery.account} already says this on {before.due:%Y-%m-%d} (entry `{before.entry}`): "
                    f"leave {wait.days} days between, or write another text",
                ),
                (delivery.account,),
            )


def _speaking(deliveries: Sequence[Planned]) -> dict[str, list[Planned]]:
    by_account: dict[str, list[Planned]] = defaultdict(list)
    for delivery in sorted(deliveries, key=lambda d: (d.due, d.id)):
        if delivery.message.parts and delivery.ours:  # the caps of others stand in their own accounts.yaml
            by_account[delivery.account].append(delivery)
    return by_account


def _caps(context: Context, delivery: Planned) -> Caps:
    """The account's caps, or the campaign's own where these are tighter."""
    ours = context.workspace.accounts[delivery.account].caps
    campaign = context.campaign(delivery).caps
    if campaign is None:
        return ours
    return Caps(per_day=min(ours.per_day, campaign.per_day), gap=max(ours.gap, campaign.gap))


def too_many_a_day(context: Context, deliveries: Sequence[Planned]) -> Iterator[Finding]:
    """CAP-DAY: more posts a day than the account's cap."""
    for account, own in _speaking(deliveries).items():
        by_day: dict[str, list[Planned]] = defaultdict(list)
        for delivery in own:
            by_day[delivery.due.astimezone(ZoneInfo(delivery.zone)).date().isoformat()].append(delivery)
        for day, planned in by_day.items():
            cap = min(_caps(context, delivery).per_day for delivery in planned)
            if len(planned) > cap:
                entry = context.workspace.queue[planned[-1].entry]
                yield Finding(
                    Problem(
                        entry.place,
                        "CAP-DAY",
                        f"{account} has {len(planned)} posts on {day}, and its cap is {cap}: move some",
                    ),
                    (account,),
                )


def too_close(context: Context, deliveries: Sequence[Planned]) -> Iterator[Finding]:
    """CAP-GAP: two posts of one account closer together than its gap."""
    for account, own in _speaking(deliveries).items():
        for before, after in pairwise(own):
            gap = _caps(context, after).gap
            if after.due - before.due < gap:
                entry = context.workspace.queue[after.entry]
                minutes = int((after.due - before.due).total_seconds() // 60)
                yield Finding(
                    Problem(
                        entry.place,
                        "CAP-GAP",
                        f"on {account} this comes {minutes} minutes after `{before.entry}` ({after.due:%Y-%m-%d}); "
                        f"its gap is {int(gap.total_seconds() // 60)} minutes",
                        Severity.WARNING,
                    ),
                    (account,),
                )
