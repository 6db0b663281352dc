"""Aggregates the lines of a report into its numbers. Platforms stand side by side by name; nothing ranks them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from amplify.ledger.queries.readings import mark_name
from amplify.model.delivery import DeliveryState
from amplify.report.delivery_lines import OUT
from amplify.report.display_names import language_name, mark_age
from amplify.report.report_model import (
    Counts,
    DeliveryLine,
    Dimension,
    EndedDelivery,
    Gap,
    Group,
    Lateness,
    MarkLine,
    MessageTally,
    Names,
    PartLine,
    PostLine,
    ReadingSum,
    ReportDay,
)
from amplify.report.unnamed import UNNAMED, HeldNames, told_name

ENGAGEMENT = ("likes", "reposts", "replies", "quotes", "bookmarks", "views")

BINS: tuple[tuple[str, float], ...] = (
    ("up to 10 s", 10),
    ("up to 1 min", 60),
    ("up to 5 min", 300),
    ("up to 15 min", 900),
    ("up to 1 h", 3600),
    ("longer", math.inf),
)

_WAITING = (DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.SENDING)


def count_deliveries(lines: Iterable[DeliveryLine]) -> Counts:
    """Number of deliveries by state, as a report groups them."""
    lines = tuple(lines)
    states = Counter(line.state for line in lines)
    return Counts(
        planned=len(lines),
        sent=sum(states[state] for state in OUT),
        missed=states[DeliveryState.MISSED],
        refused=states[DeliveryState.REFUSED],
        unsure=states[DeliveryState.UNSURE],
        waiting=sum(states[state] for state in _WAITING),
        cancelled=states[DeliveryState.CANCELLED],
        held=sum(1 for line in lines if held_deliveries(line)),
        cut=states[DeliveryState.CUT],
        removed=states[DeliveryState.REMOVED] + states[DeliveryState.REMOVING],
        gone=states[DeliveryState.GONE],
    )


def held_deliveries(line: DeliveryLine) -> bool:
    """Deliveries that are held: they wait for a reason other than their due time."""
    return line.state == DeliveryState.WAITING and line.why is not None


def published_messages(lines: Iterable[DeliveryLine]) -> tuple[PartLine, ...]:
    """Messages that went out and whose engagement is theirs alone."""
    return tuple(part for line in lines if line.kind != "boost" for part in line.parts if part.sent_at or part.readings)


def tally_messages(lines: Iterable[DeliveryLine]) -> MessageTally:
    """Engagement of messages, by the latest reading of each."""
    parts = published_messages(lines)
    latest = [part.readings[-1] for part in parts if part.readings]
    sums = {name: sum_readings(getattr(reading, name) for reading in latest) for name in ENGAGEMENT}
    return MessageTally(
        messages=len(parts),
        read=len(latest),
        interactions=sum_readings(reading.interactions for reading in latest),
        **sums,
    )


def sum_readings(numbers: Iterable[int | None]) -> ReadingSum:
    """The sum of the numbers that were read. Without any number it is None, not 0."""
    said = [number for number in numbers if number is not None]
    return ReadingSum(sum(said) if said else None, len(said))


def group_by_dimension(lines: Sequence[DeliveryLine], names: Names, held: HeldNames) -> tuple[Dimension, ...]:
    """The numbers grouped by each of the six dimensions. What must not be named stands together in one group."""

    def by(id: str, keys: Callable[[DeliveryLine], Iterable[str]], name: Callable[[str], str]) -> Dimension:
        groups: defaultdict[str, list[DeliveryLine]] = defaultdict(list)
        for line in lines:
            for key in keys(line):
                groups[key].append(line)
        told = {key: told_name(held, key, name(key)) for key in groups}
        for key in [key for key in groups if key and told[key] == UNNAMED]:
            groups[""] += groups.pop(key)
            told[""] = UNNAMED
        found = [Group(key, told[key], count_deliveries(some), tally_messages(some)) for key, some in groups.items()]
        return Dimension(id, tuple(sorted(found, key=lambda group: (group.name.casefold(), group.key))))

    return (
        by("campaign", lambda line: (line.campaign,), lambda key: names.campaigns.get(key, key)),
        by("platform", lambda line: (line.platform,), lambda key: names.platforms.get(key, key.capitalize())),
        by("partner", lambda line: (line.partner,), lambda key: names.partners.get(key, key)),
        by("language", lambda line: (line.lang,), lambda key: language_name(key, names)),
        by("hashtag", lambda line: line.hashtags, lambda key: f"#{key}"),
        by("kind", lambda line: (line.kind,), lambda key: key),
    )


def post_lines(lines: Iterable[DeliveryLine], platforms: Sequence[str]) -> tuple[PostLine, ...]:
    """Posts and variants that went out: platforms in their order, within one most interactions first."""
    groups: defaultdict[tuple[str, str, str, str], list[DeliveryLine]] = defaultdict(list)
    for line in lines:
        if line.named and line.kind != "boost" and line.state in OUT:
            groups[line.platform, line.post, line.variant, line.lang].append(line)
    found = [PostLine(*key, sent=len(some), tally=tally_messages(some)) for key, some in groups.items()]

    def order(line: PostLine) -> tuple[int, bool, int, str, str, str]:
        # A post without any reading stands behind one that drew nothing: unknown is not 0.
        place, unread = platforms.index(line.platform), not line.tally.read
        return place, unread, -(line.tally.interactions.total or 0), line.post, line.variant, line.lang

    return tuple(sorted(found, key=order))


def mark_lines(
    lines: Sequence[DeliveryLine], platforms: Sequence[str], marks: Sequence[timedelta]
) -> tuple[MarkLine, ...]:
    """The readings at each mark on each platform. Of several readings at one mark, the first counts: it is nearest to
    its age.
    """
    found = []
    for platform in platforms:
        parts = published_messages(line for line in lines if line.platform == platform)
        for mark in marks:
            word = mark_name(mark)
            first = [(p, next((r for r in p.readings if mark_age(r.mark) == mark), None)) for p in parts]
            read = [(part, reading) for part, reading in first if reading is not None]
            ages = [(reading.at - part.sent_at).total_seconds() for part, reading in read if part.sent_at]
            found.append(
                MarkLine(
                    platform=platform,
                    mark=word,
                    due=len(read) + sum(1 for part in parts if word in part.gaps),
                    read=len(read),
                    age=median(ages) if ages else None,
                    interactions=sum_readings(reading.interactions for _, reading in read),
                )
            )
    return tuple(found)


def reading_gaps(lines: Iterable[DeliveryLine], marks: Sequence[timedelta], now: datetime) -> tuple[Gap, ...]:
    """Marks that passed without a reading, in the order in which messages went out."""
    found = []
    for line in lines:
        for part in line.parts:
            if part.sent_at is None or not part.gaps:
                continue
            over = [mark_name(mark) for mark in marks if part.sent_at + mark <= now]
            for mark in part.gaps:
                lost = mark != over[-1] or part.removed_at is not None
                sent_at = part.sent_at if line.named else None
                found.append(Gap(mark, line.id, part.number, line.post, line.account, line.platform, sent_at, lost))
    return tuple(sorted(found, key=lambda gap: (_last_if_none(gap.sent_at), gap.delivery, gap.part, gap.mark)))


def days_out(lines: Iterable[DeliveryLine]) -> tuple[ReportDay, ...]:
    """Deliveries that went out, by UTC day and platform."""
    sent = [
        (line.sent_at.astimezone(UTC).date(), line.platform)
        for line in lines
        if line.sent_at and published_deliveries(line)
    ]
    if not sent:
        return ()
    by_day: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for day, platform in sent:
        by_day[day.toordinal()][platform] += 1
    first = min(day for day, _ in sent)
    last = max(day for day, _ in sent)
    return tuple(
        ReportDay(first + timedelta(days=n), dict(by_day[first.toordinal() + n]))
        for n in range((last - first).days + 1)
    )


def published_deliveries(line: DeliveryLine) -> bool:
    """Deliveries that went out, at least in part."""
    return line.state in OUT


def measure_lateness(lines: Iterable[DeliveryLine]) -> Lateness | None:
    """Statistics of how late deliveries went out; None where none did."""
    late = sorted(
        (line.sent_at - line.due_at).total_seconds() for line in lines if line.sent_at and published_deliveries(line)
    )
    if not late:
        return None
    fallen: Counter[str] = Counter(next(word for word, most in BINS if seconds <= most) for seconds in late)
    return Lateness(
        deliveries=len(late),
        median=median(late),
        p95=late[math.ceil(0.95 * len(late)) - 1],
        most=late[-1],
        bins=tuple((word, fallen[word]) for word, _ in BINS),
    )


_STATES = ("missed", "refused", "unsure", "held", "cancelled", "cut", "removed", "gone")


def delivery_endings(
    lines: Iterable[DeliveryLine], ended: Mapping[str, tuple[datetime, str | None]]
) -> tuple[EndedDelivery, ...]:
    """Deliveries that did not go out, or not in full, or were taken down, with reasons."""
    found = []
    for line in lines:
        state = "held" if held_deliveries(line) else "removed" if line.state == DeliveryState.REMOVING else line.state
        if state not in _STATES:
            continue
        at = ended[line.id][0] if line.id in ended and state != "held" else None
        due_at = line.due_at if line.named else None
        found.append(
            EndedDelivery(state, line.id, line.post, line.variant, line.account, line.platform, due_at, at, line.why)
        )
    return tuple(sorted(found, key=lambda one: (_STATES.index(one.state), _last_if_none(one.due_at), one.delivery)))


def _last_if_none(moment: datetime | None) -> datetime:
    """What has no time for a reader stands behind the rest."""
    return moment or datetime.max.replace(tzinfo=UTC)
