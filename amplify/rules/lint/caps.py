"""Lint rules about posting frequency: how many posts an account makes a day, and how close together. Only our own
accounts: other partners' caps are in their own files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from amplify.model.campaign import Caps
from amplify.model.plan import LintFinding, Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext


@dataclass(frozen=True, slots=True)
class _Said:
    """One post of an account, planned or recorded in the ledger."""

    at: datetime
    entry: str
    messages: int
    planned: Planned | None


def _speaking(context: LintContext, deliveries: Sequence[Planned]) -> dict[str, list[_Said]]:
    """Account → its posts by time, without boosts."""
    found: dict[str, list[_Said]] = defaultdict(list)
    for one in context.said:
        if one.message.parts and one.account in context.workspace.accounts and not one.taken_down:
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
    """The time zone of the readers: that of whatever is planned."""
    return next((said.planned.zone for said in own if said.planned is not None), "UTC")


def _days(own: Sequence[_Said]) -> dict[date, list[_Said]]:
    """The readers' days on which something is planned, with all posts of that day."""
    zone = _zone(own)
    days: dict[date, list[_Said]] = defaultdict(list)
    for said in own:
        days[day_of(said.at, zone)].append(said)
    return {day: those for day, those in days.items() if any(said.planned is not None for said in those)}


def _beyond(
    context: LintContext, those: Sequence[_Said], account: str, code: str, sentence: str, cap: int
) -> Iterator[LintFinding]:
    """Findings about the queue entries of the posts that are too many: what is new before what is queued already, what
    comes last before what comes first."""
    room, over = cap, []
    for said in sorted(those, key=lambda one: _rank(context, one)):
        room -= said.messages if code == "M-CAP" else 1
        if room < 0 and said.planned is not None:
            over.append(said.planned)
    by_entry: dict[str, list[str]] = defaultdict(list)
    for one in over:
        by_entry[one.entry].append(one.id)
    for entry, about in by_entry.items():
        problem = Problem(context.workspace.queue[entry].place, code, sentence)
        yield LintFinding(problem, (account,), deliveries=tuple(sorted(about)))


def _rank(context: LintContext, said: _Said) -> tuple[int, datetime]:
    if said.planned is None:
        return 0, said.at
    return 1 if context.as_queued(said.planned) else 2, said.at


def too_many_a_day(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """CAP-DAY: more posts a day than the account's cap; what is already out on that day counts."""
    for account, own in _speaking(context, deliveries).items():
        for day, those in _days(own).items():
            cap = min(_caps(context, said.planned).per_day for said in those if said.planned is not None)
            if len(those) > cap:
                sentence = f"{account} has {len(those)} posts on {day}, and its cap is {cap}: move some"
                yield from _beyond(context, those, account, "CAP-DAY", sentence, cap)


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
                yield from _beyond(context, those, account, "M-CAP", sentence, cap)


def too_many_boosts(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """X-BOOST: more boosts a day than the account's cap, `boosts_per_day`."""
    days: dict[tuple[str, date], list[Planned]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.message.boost is not None and delivery.ours:
            days[delivery.account, day_of(delivery.due, delivery.zone)].append(delivery)
    for (account, day), those in days.items():
        cap = min(_caps(context, delivery).boosts_per_day for delivery in those)
        if len(those) > cap:
            entry = those[-1].entry
            yield LintFinding(
                Problem(
                    context.workspace.queue[entry].place,
                    "X-BOOST",
                    f"{account} boosts {len(those)} times on {day}, and its cap is {cap}: move some",
                    Severity.WARNING,
                ),
                (account,),
                deliveries=tuple(sorted(one.id for one in those if one.entry == entry)),
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
                    deliveries=(after.planned.id,),
                )


def does_not_fit(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """CAP-FIT: even said as late as it may be, a post would come too soon after those before it.

    Where the day's cap is the reason, `CAP-DAY` says so.
    """
    for account, own in _speaking(context, deliveries).items():
        late = _without_room(context, own)
        if not late:
            continue
        # What was queued without it keeps its room: then what is new before it on that day is too much.
        settled = [said for said in own if said.planned is None or context.as_queued(said.planned)]
        alone = {id(said) for said in _without_room(context, settled)}
        zone, blamed = _zone(own), []
        for said in late:
            if said.planned is None or not context.as_queued(said.planned) or id(said) in alone:
                blamed.append(said)
                continue
            day = day_of(said.at, zone)
            kept = {id(one) for one in settled}
            blamed += [one for one in own if id(one) not in kept and one.at <= said.at and day_of(one.at, zone) == day]
        for said in {id(one): one for one in blamed}.values():
            wish = _wish(context, said, zone)
            assert said.planned is not None  # what is out has its time
            minutes = int(wish.gap.total_seconds() // 60)
            yield LintFinding(
                Problem(
                    context.workspace.queue[said.entry].place,
                    "CAP-FIT",
                    f"with {minutes} minutes between its posts, {account} has no room for this before "
                    f"{wish.late:%Y-%m-%d %H:%M} UTC, when it is too late: move it, or give it a longer `lateness`",
                ),
                (account,),
                deliveries=(said.planned.id,),
            )


def _without_room(context: LintContext, own: Sequence[_Said]) -> list[_Said]:
    """The planned posts that fit nowhere before they are too late."""
    zone = _zone(own)
    wishes = [_wish(context, said, zone) for said in own]
    turns = zip(own, earliest_slots(wishes), strict=True)
    return [said for said, turn in turns if said.planned is not None and not turn.fits and not turn.full]


def _wish(context: LintContext, said: _Said, zone: str) -> SlotRequest:
    """A slot request for the post. What is already out keeps its time, and cannot be too late."""
    if said.planned is None:
        return SlotRequest(said.at, said.at + timedelta(days=1), zone, per_day=1_000_000, gap=timedelta(0))
    caps = _caps(context, said.planned)
    return SlotRequest(said.planned.due, said.planned.late, zone, caps.per_day, caps.gap)


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """One post that needs a time slot."""

    due: datetime
    """UTC."""
    late: datetime
    """UTC; from then on it is missed."""
    zone: str
    """IANA zone of the readers, whose calendar counts the days."""
    per_day: int
    """Most posts of the account on that day."""
    gap: timedelta
    """Least time since the post before."""


@dataclass(frozen=True, slots=True)
class EarliestSlot:
    """The earliest time at which a post could go out."""

    at: datetime
    """UTC."""
    fits: bool
    """Whether that is inside its lateness window."""
    full: bool
    """Whether the cap of its own day was the reason to wait."""


def day_of(instant: datetime, zone: str) -> date:
    """The calendar day in the readers' time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def earliest_slots(wishes: Sequence[SlotRequest]) -> Iterator[EarliestSlot]:
    """The earliest slot for each request of one account; `wishes` by due time. What does not fit takes no slot from
    others.
    """
    said: Counter[date] = Counter()
    last: datetime | None = None
    for wish in wishes:
        at = wish.due if last is None else max(wish.due, last + wish.gap)
        full = said[day_of(at, wish.zone)] >= wish.per_day
        while said[day_of(at, wish.zone)] >= wish.per_day:
            at = _midnight_after(at, wish.zone)
        fits = at < wish.late
        if fits:
            said[day_of(at, wish.zone)] += 1
            last = at
        yield EarliestSlot(at, fits, full)


def _midnight_after(instant: datetime, zone: str) -> datetime:
    """The first instant of the readers' next day (UTC)."""
    tomorrow = day_of(instant, zone) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(instant.tzinfo)
