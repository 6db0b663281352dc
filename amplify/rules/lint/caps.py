"""Rules about how much one account says, and how fast. Only our own: the caps of others stand in their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from amplify.model.campaign import Caps
from amplify.model.plan import LintFinding, Planned
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.plan.capacity import SlotRequest, day_of, earliest_slots


@dataclass(frozen=True, slots=True)
class _Said:
    """One post of an account, planned or known to the ledger."""

    at: datetime
    entry: str
    messages: int
    planned: Planned | None


def _speaking(context: LintContext, deliveries: Sequence[Planned]) -> dict[str, list[_Said]]:
    """Account → its posts by time; boosts are not among them."""
    found: dict[str, list[_Said]] = defaultdict(list)
    for one in context.said:
        if one.message.parts and one.account in context.workspace.accounts:
            found[one.account].append(_Said(one.at, one.entry, len(one.message.parts), None))
    for delivery in deliveries:
        if delivery.message.parts and delivery.ours:
            found[delivery.account].append(_Said(delivery.due, delivery.entry, len(delivery.message.parts), delivery))
    for own in found.values():
        own.sort(key=lambda said: (said.at, said.planned.id if said.planned is not None else ""))
    return found


def _caps(context: LintContext, delivery: Planned) -> Caps:
    """The account's caps, or the campaign's own where these are tighter."""
    ours = context.workspace.accounts[delivery.account].caps
    campaign = context.campaign(delivery).caps
    if campaign is None:
        return ours
    return Caps(
        per_day=min(ours.per_day, campaign.per_day),
        gap=max(ours.gap, campaign.gap),
        boosts_per_day=min(ours.boosts_per_day, campaign.boosts_per_day),
    )


def _zone(own: Sequence[_Said]) -> str:
    """The readers' zone: that of whatever is planned."""
    return next((said.planned.zone for said in own if said.planned is not None), "UTC")


def _days(own: Sequence[_Said]) -> dict[date, list[_Said]]:
    """The readers' days on which something is planned, with all that is said on them."""
    zone = _zone(own)
    days: dict[date, list[_Said]] = defaultdict(list)
    for said in own:
        days[day_of(said.at, zone)].append(said)
    return {day: those for day, those in days.items() if any(said.planned is not None for said in those)}


def _entry(context: LintContext, those: Sequence[_Said]) -> SourceLocation:
    """The queue entry of the last that is planned."""
    last = next(said for said in reversed(those) if said.planned is not None)
    return context.workspace.queue[last.entry].place


def too_many_a_day(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """CAP-DAY: more posts a day than the account's cap; what is already out on that day counts."""
    for account, own in _speaking(context, deliveries).items():
        for day, those in _days(own).items():
            cap = min(_caps(context, said.planned).per_day for said in those if said.planned is not None)
            if len(those) > cap:
                sentence = f"{account} has {len(those)} posts on {day}, and its cap is {cap}: move some"
                yield LintFinding(Problem(_entry(context, those), "CAP-DAY", sentence), (account,))


def too_many_for_the_server(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """M-CAP: more messages a day than the account's server accepts (`server_cap_per_day`); each of a thread counts."""
    for account, own in _speaking(context, deliveries).items():
        cap = context.workspace.accounts[account].server_cap_per_day
        if cap is None:
            continue
        for day, those in _days(own).items():
            messages = sum(said.messages for said in those)
            if messages > cap:
                sentence = f"{account} has {messages} messages on {day}, and its server accepts {cap}: move some"
                yield LintFinding(Problem(_entry(context, those), "M-CAP", sentence), (account,))


def too_many_boosts(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """X-BOOST: more boosts a day than the account's cap, `boosts_per_day`."""
    days: dict[tuple[str, date], list[Planned]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.message.boost is not None and delivery.ours:
            days[delivery.account, day_of(delivery.due, delivery.zone)].append(delivery)
    for (account, day), those in days.items():
        cap = min(_caps(context, delivery).boosts_per_day for delivery in those)
        if len(those) > cap:
            yield LintFinding(
                Problem(
                    context.workspace.queue[those[-1].entry].place,
                    "X-BOOST",
                    f"{account} boosts {len(those)} times on {day}, and its cap is {cap}: move some",
                    Severity.WARNING,
                ),
                (account,),
            )


def too_close(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """CAP-GAP: two posts of one account closer together than its gap."""
    for account, own in _speaking(context, deliveries).items():
        for before, after in pairwise(own):
            if after.planned is None:
                continue
            gap = _caps(context, after.planned).gap
            if after.at - before.at < gap:
                minutes = int((after.at - before.at).total_seconds() // 60)
                yield LintFinding(
                    Problem(
                        context.workspace.queue[after.entry].place,
                        "CAP-GAP",
                        f"on {account} this comes {minutes} minutes after `{before.entry}` ({after.at:%Y-%m-%d}); "
                        f"its gap is {int(gap.total_seconds() // 60)} minutes",
                        Severity.WARNING,
                    ),
                    (account,),
                )


def does_not_fit(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """CAP-FIT: even said as late as it may be, a post would come too soon after those before it.

    Where the day's cap is the reason, `CAP-DAY` says so.
    """
    for account, own in _speaking(context, deliveries).items():
        zone = _zone(own)
        wishes = [_wish(context, said, zone) for said in own]
        for said, wish, turn in zip(own, wishes, earliest_slots(wishes), strict=True):
            if said.planned is not None and not turn.fits and not turn.full:
                minutes = int(wish.gap.total_seconds() // 60)
                yield LintFinding(
                    Problem(
                        context.workspace.queue[said.entry].place,
                        "CAP-FIT",
                        f"with {minutes} minutes between its posts, {account} has no room for this before "
                        f"{wish.late:%Y-%m-%d %H:%M} UTC, when it is too late: move it, or give it a longer `lateness`",
                    ),
                    (account,),
                )


def _wish(context: LintContext, said: _Said, zone: str) -> SlotRequest:
    """What is out has had its turn, and cannot be too late."""
    if said.planned is None:
        return SlotRequest(said.at, said.at + timedelta(days=1), zone, per_day=1_000_000, gap=timedelta(0))
    caps = _caps(context, said.planned)
    return SlotRequest(said.planned.due, said.planned.late, zone, caps.per_day, caps.gap)
