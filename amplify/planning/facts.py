"""Report of facts and calls to action that go out of date, and of the posts that would then be held. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from amplify.model.action import Action
from amplify.model.fact import Fact
from amplify.model.gate import Gate
from amplify.model.plan import Planned
from amplify.model.workspace import Workspace
from amplify.rules.plan.calendar_days import utc_day
from amplify.rules.plan.fact_conflicts import comparable_facts, facts_differ, replaces_fact
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.text.language import format_number, pick_any, pick_text
from amplify.rules.text.plurals import unit_of


@dataclass(frozen=True, slots=True)
class HeldPost:
    """One post that would be held at its due time."""

    post: str
    deliveries: int
    first: datetime
    """UTC: the first of them."""
    why: str

    def as_json(self) -> dict[str, Any]:
        return {
            "post": self.post,
            "deliveries": self.deliveries,
            "first": self.first.isoformat(),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class FactStatus:
    """Status of one fact, and what depends on it."""

    fact: Fact
    said: str
    """As a text says it in the workspace's first language: qualifier, value, unit, who counted."""
    days_left: int
    """Until its last day; negative: it has expired."""
    replaced_by: tuple[str, ...]
    disagrees_with: tuple[str, ...]
    """Facts that count the same and still hold."""
    used: int
    """Deliveries of the time looked at that say it."""
    held: tuple[HeldPost, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.fact.id,
            "says": self.said,
            "as_of": self.fact.as_of.isoformat(),
            "expires": self.fact.expires.isoformat(),
            "days_left": self.days_left,
            "source": self.fact.source,
            "replaced_by": list(self.replaced_by),
            "disagrees_with": list(self.disagrees_with),
            "used": self.used,
            "held": [one.as_json() for one in self.held],
        }


@dataclass(frozen=True, slots=True)
class CallStatus:
    """Status of one call to action, and what depends on it."""

    action: Action
    closes: datetime | None
    """UTC."""
    used: int
    held: tuple[HeldPost, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.action.id,
            "kind": self.action.kind,
            "opens": self.action.opens.astimezone(UTC).isoformat() if self.action.opens else None,
            "closes": self.closes.isoformat() if self.closes else None,
            "used": self.used,
            "held": [one.as_json() for one in self.held],
        }


@dataclass(frozen=True, slots=True)
class FactReport:
    """Everything that can go out of date, ordered by when it does."""

    facts: tuple[FactStatus, ...]
    calls: tuple[CallStatus, ...]
    now: datetime
    end: datetime
    """UTC: until then was looked."""

    @property
    def stale(self) -> tuple[FactStatus, ...]:
        """Facts that somebody should look at: expired and in use, expiring, replaced and in use, or in conflict."""
        days = (self.end - self.now).days
        return tuple(
            one
            for one in self.facts
            if one.held or one.disagrees_with or (0 <= one.days_left < days and not one.replaced_by)
        )

    @property
    def closing(self) -> tuple[CallStatus, ...]:
        """Calls that close in the time looked at, or would hold something."""
        return tuple(
            one for one in self.calls if one.held or (one.closes is not None and self.now <= one.closes < self.end)
        )


def report_facts(workspace: Workspace, deliveries: Sequence[Planned], now: datetime, end: datetime) -> FactReport:
    """Report the status of facts and calls at `now`, for what is planned until `end` (UTC)."""
    known = {(gate.kind, gate.subject): gate for gate in derive_gates(workspace)}
    saying = _saying(deliveries)
    beside = comparable_facts(workspace.facts.values())
    day = utc_day(now)
    found = [
        FactStatus(
            fact=fact,
            said=_said(fact, workspace),
            days_left=(fact.expires - day).days,
            replaced_by=tuple(other.id for other in beside[fact.id] if replaces_fact(other, fact)),
            disagrees_with=_conflicts(fact, beside[fact.id], day),
            used=len(saying.get(f"fact:{fact.id}", ())),
            held=_held(known["fact", fact.id], saying.get(f"fact:{fact.id}", ())),
        )
        for fact in workspace.facts.values()
    ]
    calls = [
        CallStatus(
            action=action,
            closes=action.closes.astimezone(UTC) if action.closes else None,
            used=len(saying.get(f"action:{action.id}", ())),
            held=_held(known["action", action.id], saying.get(f"action:{action.id}", ())),
        )
        for action in workspace.actions.values()
    ]
    late = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
    return FactReport(
        tuple(sorted(found, key=lambda one: (one.fact.expires, one.fact.id))),
        tuple(sorted(calls, key=lambda one: (one.closes or late, one.action.id))),
        now,
        end,
    )


def _saying(deliveries: Iterable[Planned]) -> Mapping[str, list[Planned]]:
    found: dict[str, list[Planned]] = {}
    for delivery in deliveries:
        for subject in delivery.subjects:
            if subject.startswith(("fact:", "action:")):
                found.setdefault(subject, []).append(delivery)
    return found


def _held(gate: Gate, deliveries: Iterable[Planned]) -> tuple[HeldPost, ...]:
    held: dict[tuple[str, str], list[datetime]] = {}
    for delivery in deliveries:
        why = gate.why_not(delivery.due)
        if why is not None:
            held.setdefault((delivery.post, why), []).append(delivery.due)
    return tuple(
        sorted(
            (HeldPost(post, len(dues), min(dues), why) for (post, why), dues in held.items()),
            key=lambda one: (one.first, one.post),
        )
    )


def _conflicts(fact: Fact, others: Iterable[Fact], day: date) -> tuple[str, ...]:
    if fact.expires < day:
        return ()
    return tuple(other.id for other in others if facts_differ(fact, other) and other.expires >= day)


def _said(fact: Fact, workspace: Workspace) -> str:
    campaign = next(iter(workspace.campaigns.values()), None)
    lang, fallback = campaign.languages[0] if campaign else "en", workspace.settings.fallback
    value = format_number(fact.value, lang, fallback) if isinstance(fact.value, int) else fact.value
    words = (pick_text(fact.qualifier, lang, fallback), value, unit_of(fact, lang, fallback))
    return f"{' '.join(word for word in words if word)} ({pick_any(fact.counted_by, lang, fallback)})"
