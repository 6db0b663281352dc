"""How much a server lets us ask: what its documentation says, and what its answers say."""

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
        """What a delivery with so many messages still to come costs."""
        return self.boost if boost else self.post * messages

    def key(self, account: str, place: str | None) -> str | None:
        """The bucket it is counted in: `posts press_union/x`. None: a shared limit, and nobody knows which server."""
        whose = account if self.scope == "account" else place
        return f"{self.name} {whose}" if whose is not None else None


@dataclass(frozen=True, slots=True)
class ObservedLimit:
    """What one answer's headers said of an allowance."""

    allowance: RateLimit
    limit: int
    remaining: int
    resets_at: datetime
    """When the server counts anew (UTC, real time)."""


def rate_scope(platform: str, server: str | None) -> str:
    """The server that shares limits among accounts: `mastodon:social.example`; `x:` is the platform's own."""
    return f"{platform}:{urlsplit(server or '').netloc.casefold()}"
