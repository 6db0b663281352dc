"""A plan: deliveries to come, posts that were skipped, and lint findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from amplify.model.delivery import DeliveryState
from amplify.model.message import Message
from amplify.model.problem import Problem
from amplify.model.settings import RuleChange


@dataclass(frozen=True, slots=True)
class Planned:
    """One delivery that the files ask for."""

    id: str
    entry: str
    post: str
    variant: str
    campaign: str
    partner: str
    platform: str
    occurrence: str
    kind: str
    lang: str
    due: datetime
    """UTC."""
    late: datetime
    """UTC; from then on it is missed."""
    zone: str
    """IANA zone of the account's readers, for showing `due`."""
    message: Message
    content_hash: str
    subjects: tuple[str, ...]
    """`kind:id` of everybody and everything it speaks of."""
    hashtags: tuple[str, ...]
    ours: bool
    """One of our own accounts: only these are queued."""
    approvals: int = 0
    """How many people must approve it before it goes out (`rules.plan.approval_policy`)."""
    approvals_why: str | None = None
    author: str | None = None

    @property
    def account(self) -> str:
        return f"{self.partner}/{self.platform}"


@dataclass(frozen=True, slots=True)
class FaultyDelivery:
    """A delivery that the files ask for, and that has errors: it is not written down. What waits of it is held."""

    id: str
    entry: str
    post: str
    account: str
    due: datetime
    """UTC."""
    problem: Problem
    """The first of its errors."""


@dataclass(frozen=True, slots=True)
class PriorPost:
    """A delivery recorded in the ledger: already out, or waiting to go."""

    id: str
    """The delivery's identity, whatever its generation: it never counts against itself."""
    account: str
    """`partner/platform`."""
    platform: str
    entry: str
    at: datetime
    """UTC: when it went out, or is due."""
    out: bool
    """False while it waits."""
    message: Message
    taken_down: bool = False
    """It was said, and takes no room any more."""


Queued = Mapping[str, tuple[str, datetime]]
"""Deliveries that wait in the ledger: identity → hash of the content, due time (UTC)."""


@dataclass(frozen=True, slots=True)
class PriorPosts:
    """What the ledger holds for the rules to compare with."""

    posts: tuple[PriorPost, ...]
    queued: Queued
    """What waits; of two deliveries that clash, the one that is queued already stays."""

    def __iter__(self) -> Iterator[PriorPost]:
        return iter(self.posts)


@dataclass(frozen=True, slots=True)
class SkippedPost:
    """A post that an account does not publish, and why."""

    entry: str
    post: str
    account: str
    why: str
    ours: bool


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A problem of planned deliveries, and the accounts it concerns."""

    problem: Problem
    accounts: tuple[str, ...]
    change: RuleChange | None = None
    """The workspace's own decision on this rule, where the severity is not the rule's own."""
    deliveries: tuple[str, ...] = ()
    """Ids of those it is about, sorted; empty where it is about all that its accounts say at the problem's place."""

    def as_json(self) -> dict[str, str | int]:
        """The problem as JSON values, with the severity that the workspace decided on."""
        if self.change is None:
            return self.problem.as_json()
        change = self.change
        return self.problem.as_json() | {"severity": change.severity, "reason": change.reason, "by": change.by}


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything due between two instants (UTC), for all partners, by due time."""

    start: datetime
    end: datetime
    deliveries: tuple[Planned, ...]
    left_out: tuple[SkippedPost, ...]
    findings: tuple[LintFinding, ...]
    silenced: tuple[LintFinding, ...] = ()
    """Findings of rules that the workspace has turned off: counted, and shown on request."""
    faulty: tuple[FaultyDelivery, ...] = ()
    """Deliveries of our own accounts that have errors, those that could be composed included."""
    problems: tuple[Problem, ...] = ()
    """Errors of files that were left out."""
    left_posts: Mapping[str, Problem] = field(default_factory=dict)
    """Posts that cannot be planned for an error (`*`: one that does not tell its id): their rows are held."""
    left_entries: Mapping[str, Problem] = field(default_factory=dict)
    """Queue entries likewise."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Errors of files, and of our own deliveries: for these something is not written down, or held."""
        return tuple(sorted({*self.problems, *(one.problem for one in self.faulty), *self.left_entries.values()}))

    @property
    def ours(self) -> tuple[Planned, ...]:
        """Deliveries of our own accounts."""
        return tuple(delivery for delivery in self.deliveries if delivery.ours)


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One line of the difference between the plan and the ledger."""

    sign: str
    """`+` new · `~` changed · `-` cancelled · `^` revived · `!` already out with other words · `=` will not go out."""
    id: str
    account: str
    post: str
    due: datetime
    state: DeliveryState | None
    """Where the row stands now; None: there is none yet."""
    why: str
    """What changed, in words."""
    asks: bool = False
    """Somebody should look: what the files say now will not go out (sign `=`)."""

    def as_json(self) -> dict[str, Any]:
        return {
            "sign": self.sign,
            "id": self.id,
            "account": self.account,
            "post": self.post,
            "due": self.due.isoformat(),
            "state": self.state.value if self.state else None,
            "why": self.why,
        }
