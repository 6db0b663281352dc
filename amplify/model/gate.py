"""A gate: whether a subject may be spoken of now.

A gate is data, so that the ledger alone can answer: closed with a reason, or open between two instants. A delivery
goes out only while the gates of all its subjects are open; a subject without a gate is closed (fail closed).
`model.subject` lists the kinds of subjects.

A person's gate is open while they are `detained` or `convicted`. A post that declares the state it is written for asks
another gate, `anna@died`: closed in every other state, and open from the instant on which the state was set
(`opens_at`). Two people must have approved such a post at or after that instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of silence: `start <= now < end` (UTC campaign time)."""

    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Gate:
    """One subject's gate. Instants are UTC campaign time."""

    kind: str
    subject: str
    closed: str | None = None
    """Why nothing about it goes out."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    after: str | None = None
    """The reason once `closes_at` has passed."""
    pauses: tuple[Pause, ...] = ()
    """Quiet periods."""
    state: str | None = None
    """Of a person's own gate: the state (a value of `PersonState`) for which it is closed; None where another reason
    closes it, or none does. Decisions are taken by this, never by the sentence in `closed`."""

    def why_not(self, now: datetime) -> str | None:
        """The reason nothing may go out at `now`; None while it is open."""
        if self.closed is not None:
            return self.closed
        if self.opens_at is not None and now < self.opens_at:
            return f"{self.kind} {self.subject} opens {self.opens_at:%Y-%m-%d %H:%M} UTC"
        if self.closes_at is not None and now >= self.closes_at:
            return self.after or f"{self.kind} {self.subject} is over"
        pause = self._pause(now)
        return f"quiet until {pause.end:%Y-%m-%d %H:%M} UTC: {pause.why}" if pause is not None else None

    def opens_again(self, now: datetime) -> datetime | None:
        """When a closed gate may open by itself; None where a person has to do something first."""
        if self.closed is not None:
            return None
        if self.opens_at is not None and now < self.opens_at:
            return self.opens_at
        pause = self._pause(now)
        return pause.end if pause is not None else None

    def _pause(self, now: datetime) -> Pause | None:
        return next((pause for pause in self.pauses if pause.start <= now < pause.end), None)
