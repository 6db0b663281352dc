"""A due delivery as the hold checks see it, and a hold: why it is not sent now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """What the hold checks may look at. Nothing in it changes while it is claimed."""

    id: str
    base: str
    """Its identity, without the generation."""
    entry: str
    post: str
    campaign: str
    partner: str
    platform: str
    account: str
    subjects: tuple[str, ...]
    """`kind:id` of everything it speaks of."""
    hashtags: tuple[str, ...]
    content_hash: str
    cost: int
    """In millionths of a dollar."""
    boost_of: str | None
    """The delivery that a boost repeats."""
    due_at: datetime
    late_at: datetime
    message_json: str
    """The frozen message, as JSON."""
    approvals: int = 0
    """How many people must have approved exactly this."""
    author: str | None = None
    kind: str = ""
    """`statement`, `boost` …"""
    folio: int = 0
    """Its sequence number in the ledger; 0: it is in none."""
    place: str | None = None
    """`platform:host` of the server that its account speaks to, where a claim asks for it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a delivery may not go out now."""

    why: str
    retry_at: datetime | None = None
    """When the answer can change by itself (UTC, campaign time); None: somebody has to do something first."""
    waits_for: str | None = None
    """The delivery that has to be sent first."""
    cause: str | None = None
    """What it is about, as a code (`model.cause`)."""
