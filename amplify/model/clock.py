"""Clocks of campaign time: the time by which posts are due. Rehearsals move it; it is never patched globally."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Timestamp:
    """When something happened: campaign time and real time, aware UTC instants."""

    at: datetime
    """Campaign time."""
    real: datetime
    """The database's."""


class Clock(Protocol):
    """Tells campaign time. Leases, rate limits and tokens follow real time instead."""

    def now(self) -> datetime:
        """An aware UTC instant."""
        ...


class RealClock:
    """Campaign time is real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """Campaign time is set by hand: rehearsals and tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Move to another instant."""
        self._now = now.astimezone(UTC)
