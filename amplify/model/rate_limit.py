"""Rate limits: what a server's documentation states, and what the headers of its answers report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limit of a platform. Each adapter file declares its own, with the source."""

    name: str
    """In the ledger and in sentences: `posts`, `app-posts`."""
    scope: Literal["account", "place"]
    """Whose limit it is: each account's own, or one for all accounts of the ledger on that server."""
    limit: int | None
    """Most in one window; None: not documented, so only what the server's answers say counts."""
    window: timedelta
    post: int = 1
    """What one message costs of it."""
    boost: int = 1
    """What a repost costs."""

    def cost(self, messages: int, boost: bool) -> int:
        """The cost of a delivery with so many messages still to come."""
        return self.boost if boost else self.post * messages

    def key(self, account: str, place: str | None) -> str | None:
        """The key of the bucket it is counted in: `posts press_union/x`. None: a shared limit, and the server is not
        known.
        """
        whose = account if self.scope == "account" else place
        return f"{self.name} {whose}" if whose is not None else None


@dataclass(frozen=True, slots=True)
class ObservedLimit:
    """A rate limit as one answer's headers reported it."""

    allowance: RateLimit
    limit: int
    remaining: int
    resets_at: datetime
    """When the server counts anew (UTC, real time)."""


def rate_scope(platform: str, server: str | None) -> str:
    """The server whose rate limit accounts share: `mastodon:social.example`; `x:` is the platform's own."""
    return f"{platform}:{urlsplit(server or '').netloc.casefold()}"
