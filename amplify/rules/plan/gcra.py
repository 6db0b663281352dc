"""Rate limiter (GCRA): how many requests are allowed now, so that a server's window never exceeds its limit. Pure; all
times are real.

Two ways, and the better one rules. While a server's own answer is fresh (so much remains until then), we spend what
remains and know exactly when there is more. Where it has said nothing, the generic cell rate algorithm counts for it:
one instant, the *theoretical arrival time*, that each request pushes further. GCRA with the whole limit as its burst
would let through twice the limit in one window: the burst, and a window's worth of refills. So half of the limit is
burst, and the other half refills in a window; then no window, wherever it begins, holds more than the limit.

What was allowed lands a little later, perhaps in another window. So the refill takes that much longer than the window;
and what was taken lately is remembered, and counts as under way when a window begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from amplify.model.rate_limit import ObservedLimit, RateLimit

LANDING: Final = timedelta(minutes=2)
"""A request that was allowed reaches its server within this time: longer than a claim lives."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ROUNDING: Final = timedelta(seconds=1)
"""Servers name the end of a window in whole seconds."""
_JITTER: Final = timedelta(seconds=2)
"""How far two answers may name the end of one window apart."""


@dataclass(frozen=True, slots=True)
class RateBucket:
    """The state of one rate limit of one account or server."""

    tat: datetime | None = None
    """The theoretical arrival time."""
    most: int | None = None
    """The limit as the server named it last."""
    remaining: int | None = None
    resets: datetime | None = None
    since: datetime | None = None
    """When the span of `LANDING` began in which something was taken last."""
    taken: int = 0
    """In that span."""
    taken_before: int = 0
    """In the span before it."""


def acquire(bucket: RateBucket, allowance: RateLimit, cost: int, now: datetime) -> RateBucket | datetime:
    """Take `cost` from the bucket: the new bucket, or the time when there will be enough."""
    limit = bucket.most if bucket.most is not None else allowance.limit
    if bucket.resets is not None and now < bucket.resets + _ROUNDING:
        if cost > (bucket.remaining or 0):
            return bucket.resets + _ROUNDING
        return _noted(replace(bucket, remaining=(bucket.remaining or 0) - cost), cost, now)
    if limit is None:
        return _noted(replace(bucket, remaining=None, resets=None), cost, now)
    burst, pace = _pace(limit, allowance.window)
    tat = bucket.tat
    if bucket.resets is not None:  # its window is over: what is under way lands in the new one
        tat = bucket.resets + pace * min(_under_way(bucket, bucket.resets), limit)
    opens = tat + pace * (min(cost, limit) - burst) if tat is not None else now
    if opens > now:
        return opens
    arrival = (max(tat, now) if tat is not None else now) + pace * cost
    return _noted(replace(bucket, tat=arrival, remaining=None, resets=None), cost, now)


def apply_headers(bucket: RateBucket, heard: ObservedLimit, now: datetime) -> RateBucket:
    """Update the bucket from the rate headers of a server's answer."""
    if heard.resets_at <= now:
        return bucket  # of a window that is over
    if bucket.resets is not None and now < bucket.resets:
        # Within a window what remains only falls; what we have taken since may not have landed yet. A server that
        # moves the end of its window with every answer is held to the end that it named first.
        if heard.resets_at < bucket.resets - _JITTER:
            return bucket
        return replace(bucket, most=heard.limit, remaining=min(bucket.remaining or 0, heard.remaining))
    remaining = max(0, heard.remaining - _under_way(bucket, now))
    return replace(bucket, tat=None, most=heard.limit, remaining=remaining, resets=heard.resets_at)


def _pace(limit: int, window: timedelta) -> tuple[int, timedelta]:
    """The burst size, and the interval between two requests after it."""
    burst = limit // 2
    micros = (window + LANDING) // timedelta(microseconds=1)
    return burst, timedelta(microseconds=-(-micros // max(1, limit - burst)))


def _noted(bucket: RateBucket, cost: int, now: datetime) -> RateBucket:
    span = _span(now)
    if bucket.since == span:
        return replace(bucket, taken=bucket.taken + cost)
    before = bucket.taken if bucket.since == span - LANDING else 0
    return replace(bucket, since=span, taken=cost, taken_before=before)


def _under_way(bucket: RateBucket, at: datetime) -> int:
    """A lower bound of the requests taken less than `LANDING` before `at`, or since."""
    span = _span(at)
    if bucket.since is None or bucket.since < span - LANDING:
        return 0
    return bucket.taken + (bucket.taken_before if bucket.since >= span else 0)


def _span(at: datetime) -> datetime:
    return at - (at - _EPOCH) % LANDING
