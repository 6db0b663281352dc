"""A gate: whether a subject may be spoken of now.

A gate is data, so that the ledger alone can answer: closed with a reason, or open between two instants. A delivery
goes out only while the gates of all its subjects are open; a subject without a gate is closed (fail closed).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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

    def why_not(self, now: datetime) -> str | None:
        """The reason nothing may go out at `now`; None while it is open."""
        if self.closed is not None:
            return self.closed
        if self.opens_at is not None and now < self.opens_at:
            return f"{self.kind} {self.subject} opens {self.opens_at:%Y-%m-%d %H:%M} UTC"
        if self.closes_at is not None and now >= self.closes_at:
            return self.after or f"{self.kind} {self.subject} is over"
        return None
