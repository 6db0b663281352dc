"""Reads rate-limit headers: three numbers beside an answer, spelt differently on each platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from amplify.model.platform import AccountConnection
from amplify.model.rate_limit import ObservedLimit, RateLimit
from amplify.platforms.http import seconds_until


def read_rate_headers(allowance: RateLimit, headers: Mapping[str, str], family: str) -> ObservedLimit | None:
    """The rate limit in `FAMILY-limit`, `-remaining` and `-reset`; None where they are not usable."""
    now = datetime.now(UTC)
    try:
        limit, remaining = int(headers[f"{family}-limit"]), int(headers[f"{family}-remaining"])
    except (KeyError, ValueError):
        return None
    until = seconds_until(headers.get(f"{family}-reset"), now)
    if until is None or limit <= 0 or remaining < 0 or until > 2 * allowance.window:
        return None  # a reset years ahead is a mistake of somebody's clock, and would silence an account for years
    return ObservedLimit(allowance, limit, remaining, now + until)


def response_listener(
    connection: AccountConnection, heard: Callable[[str, str, Mapping[str, str]], Iterable[ObservedLimit]]
) -> Callable[..., None]:
    """A response hook for requests and httpx alike: reports every answer to the connection."""

    def listen(response: Any, **_: object) -> None:
        if connection.heard is not None:
            for said in heard(response.request.method, urlsplit(str(response.url)).path, response.headers):
                connection.heard(said)

    return listen
