"""Coming days: what somebody should know of before it comes, and what is queued for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

DayKind = Literal[
    "round", "anniversary", "birthday", "hearing", "occasion", "campaign_begins", "campaign_ends", "embargo_ends",
    "fact_ends", "review_due", "consent_due", "call_opens", "call_closes",
]  # fmt: skip
CELEBRATED: Final[frozenset[DayKind]] = frozenset(
    {"round", "anniversary", "birthday", "hearing", "occasion", "campaign_begins"}
)
"""Days for which a post is offered; the others are work for staff."""
_LAST_DAYS: Final[frozenset[DayKind]] = frozenset(
    {"campaign_ends", "fact_ends", "review_due", "consent_due", "call_closes"}
)
"""Last days: whatever speaks of it later is held."""


@dataclass(frozen=True, slots=True)
class QueuedPost:
    """A post of the queue that speaks of a coming day's subject."""

    entry: str
    post: str
    deliveries: int
    first: datetime
    """UTC."""

    def as_json(self) -> dict[str, Any]:
        return {
            "entry": self.entry,
            "post": self.post,
            "deliveries": self.deliveries,
            "first": self.first.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class ComingDay:
    """One day that comes, and what it is about."""

    day: date
    kind: DayKind
    subject: str
    """`person:mira`, `occasion:CAMPAIGN/ID`, `fact:x`, `action:x`, `campaign:x`, `post:x`."""
    name: str
    """Who or what, in words."""
    what: str
    """What happens, in words."""
    campaigns: tuple[str, ...] = ()
    number: int | None = None
    """Days or years."""
    template: str | None = None
    """The name that renders the number in a text due on that day."""
    queued: tuple[QueuedPost, ...] = ()
    """Posts of that day about it; of a last day, those that would be held after it."""
    embargoed: bool = False
    """Nothing but the day may be told."""

    @property
    def ends(self) -> bool:
        """Whether it is a last day."""
        return self.kind in _LAST_DAYS

    @property
    def key(self) -> str:
        """The same for the same day of the same subject, whenever and wherever it is listed; tells nobody's name."""
        again = {"occasion": str(self.day.year), "hearing": str(self.day)}.get(self.kind, "")
        number = self.number if self.number is not None else again
        said = f"{self.kind}\x1f{self.subject}\x1f{number}\x1f{self.template or ''}"
        return hashlib.sha256(said.encode()).hexdigest()[:24]

    def as_json(self, today: date) -> dict[str, Any]:
        return {
            "day": self.day.isoformat(),
            "in_days": (self.day - today).days,
            "kind": self.kind,
            "subject": self.subject,
            "name": self.name,
            "what": self.what,
            "campaigns": list(self.campaigns),
            "number": self.number,
            "template": self.template,
            "embargoed": self.embargoed,
            "queued": [one.as_json() for one in self.queued],
        }


@dataclass(frozen=True, slots=True)
class ComingDays:
    """All days from `today` to `until`, and how many are withheld, by reason."""

    today: date
    until: date
    days: tuple[ComingDay, ...]
    busy: tuple[ComingDay, ...] = ()
    """Days about what is under embargo: a calendar has them without a word."""
    withheld: Mapping[str, int] = field(default_factory=dict)
    """A key of WITHHELD → days that are not listed."""
