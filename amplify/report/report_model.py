"""View models of a report: numbers and lists, no layout. Instants are UTC, ages and delays are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Names:
    """Display names of ids. An id without a name stands for itself."""

    workspace: str | None = None
    campaigns: Mapping[str, str] = field(default_factory=dict)
    partners: Mapping[str, str] = field(default_factory=dict)
    platforms: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Person → every spelling of the name: these are looked for, and never written."""
    silent: frozenset[str] = frozenset()
    """Subjects of people whose gates the files close, also where the ledger does not know it yet."""


@dataclass(frozen=True, slots=True)
class ReadingSum:
    """A sum over readings. `total` is None where no platform gave a number: that is not 0."""

    total: int | None
    readings: int
    """How many readings said one."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of deliveries, each in exactly one of sent, missed, refused, unsure, waiting, cancelled."""

    planned: int = 0
    """All of them."""
    sent: int = 0
    """Went out, at least in part, whatever became of it later."""
    missed: int = 0
    refused: int = 0
    unsure: int = 0
    waiting: int = 0
    """Still to go out, those under way just now included."""
    cancelled: int = 0
    held: int = 0
    """Of the waiting: those with a reason not to go out yet."""
    cut: int = 0
    """Of the sent: threads whose later messages were barred."""
    removed: int = 0
    """Of the sent: taken down by ourselves."""
    gone: int = 0
    """Of the sent: deleted by others."""


@dataclass(frozen=True, slots=True)
class MessageTally:
    """Engagement of messages, by the latest reading of each."""

    messages: int
    """That went out; boosts are not among them."""
    read: int
    """Those with at least one reading."""
    likes: ReadingSum
    reposts: ReadingSum
    replies: ReadingSum
    quotes: ReadingSum
    bookmarks: ReadingSum
    views: ReadingSum
    interactions: ReadingSum
    """Likes, reposts, replies, quotes and bookmarks together, as far as reported; a reader may count twice."""


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers of one group: one campaign, one platform …"""

    key: str
    name: str
    counts: Counts
    tally: MessageTally


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension to group by; groups stand in the alphabetical order of their names."""

    id: str
    """`campaign`, `platform`, `partner`, `language`, `hashtag`, `kind`."""
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class PostLine:
    """One variant of one post on one platform."""

    platform: str
    post: str
    variant: str
    lang: str
    sent: int
    tally: MessageTally


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One mark on one platform."""

    platform: str
    mark: str
    due: int
    """Messages old enough for it, and not taken down before."""
    read: int
    age: float | None
    """Median real age at these readings, in seconds."""
    interactions: ReadingSum
    """At this mark."""

    @property
    def missing(self) -> int:
        return self.due - self.read


@dataclass(frozen=True, slots=True)
class Gap:
    """A message that was old enough for a mark and has no reading at it."""

    mark: str
    delivery: str
    part: int
    post: str
    account: str
    platform: str
    sent_at: datetime | None
    """None where the message is not named."""
    lost: bool
    """It cannot be read any more: a later mark is over too, or the message was taken down."""


@dataclass(frozen=True, slots=True)
class ReportDay:
    """A UTC day and how many deliveries went out on it, by platform."""

    day: date
    sent: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lateness:
    """How long after their due time deliveries went out, in seconds."""

    deliveries: int
    median: float
    p95: float
    """95 of 100 were not later (nearest rank)."""
    most: float
    bins: tuple[tuple[str, int], ...]
    """Ranges in words, and how many deliveries fell in each."""


@dataclass(frozen=True, slots=True)
class EndedDelivery:
    """A delivery that did not go out, or not in full, or was taken down; and why."""

    state: str
    """`missed`, `refused`, `unsure`, `held`, `cancelled`, `cut`, `removed`, `gone`."""
    delivery: str
    """Empty, like post and account, where it is counted and not named."""
    post: str
    variant: str
    account: str
    platform: str
    due_at: datetime | None
    at: datetime | None
    """When it came to this, where the ledger says."""
    why: str | None


@dataclass(frozen=True, slots=True)
class ClosedSubject:
    """A subject with a closed gate, or an account that could not publish, when the report was made."""

    kind: str
    """As gates name it: `campaign`, `fact`, `action`, `partner`, `account`, or `stop of …`; `person` is counted, never
    named."""
    subject: str | None
    """None where it names a person who is held, like the reason."""
    why: str | None
    waiting: int
    """Deliveries that wait and are concerned."""


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One reading as stored in the ledger; None: the platform did not say."""

    mark: str
    at: datetime
    likes: int | None
    reposts: int | None
    replies: int | None
    quotes: int | None
    bookmarks: int | None
    views: int | None

    @property
    def interactions(self) -> int | None:
        said = [n for n in (self.likes, self.reposts, self.replies, self.quotes, self.bookmarks) if n is not None]
        return sum(said) if said else None


@dataclass(frozen=True, slots=True)
class PartLine:
    """One message with all its readings, oldest first, and the marks it lacks."""

    number: int
    url: str | None
    remote_id: str | None
    sent_at: datetime | None
    removed_at: datetime | None
    readings: tuple[ReadingLine, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery as stored in the ledger, with its messages."""

    id: str
    entry: str
    post: str
    variant: str
    campaign: str
    partner: str
    platform: str
    account: str
    occurrence: str
    kind: str
    lang: str
    hashtags: tuple[str, ...]
    """Without their sign."""
    state: str
    why: str | None
    due_at: datetime
    sent_at: datetime | None
    parts: tuple[PartLine, ...]
    named: bool = True
    """False: it is counted, and nothing by which it could be known is in it; nor may its times be told."""


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report, as data."""

    names: Names
    start: datetime | None
    """Deliveries due from here on; None: from the first one."""
    end: datetime | None
    """Deliveries due before; None: to the last one."""
    now: datetime
    first_due: datetime | None
    last_due: datetime | None
    counts: Counts
    tally: MessageTally
    dimensions: tuple[Dimension, ...]
    posts: tuple[PostLine, ...]
    """Platforms in alphabetical order; within one, most interactions first."""
    marks: tuple[str, ...]
    """The marks expected, youngest first."""
    mark_lines: tuple[MarkLine, ...]
    gaps: tuple[Gap, ...]
    days: tuple[ReportDay, ...]
    """Without a hole from the first day to the last."""
    lateness: Lateness | None
    endings: tuple[EndedDelivery, ...]
    """By state, then by due time."""
    closed: tuple[ClosedSubject, ...]
    attempts: Mapping[str, int]
    """Outcome → tries."""
    deliveries: tuple[DeliveryLine, ...]
    history: str | None = None
    """The head of the chain of what people did; None: nobody has done anything."""
    unnamed: int = 0
    """Deliveries that are counted and nowhere named, for the sake of the people they speak of."""
    rehearsal: bool = False
    """Nothing of it was really published."""

    @property
    def platforms(self) -> tuple[str, ...]:
        """All platforms in the alphabetical order of their names."""
        return tuple(group.key for group in self.dimension("platform").groups)

    def dimension(self, id: str) -> Dimension:
        """The dimension of this name. Raises KeyError for an unknown one."""
        for dimension in self.dimensions:
            if dimension.id == id:
                return dimension
        raise KeyError(id)

    def platform_name(self, platform: str) -> str:
        return self.names.platforms.get(platform, platform.capitalize())
