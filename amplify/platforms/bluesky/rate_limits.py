"""Bluesky's rate limits: as documented (`advanced-guides/rate-limits`), and as read from its answers' headers.

Writing costs points: 3 for a new record, a post or a repost alike; the reference server takes 2 where it is put under a
key, as we do, and other servers may not. Answers tell of the tightest window only, and which it
is by its length. Uploads (1000 a day) are left to the answer 429; signing in has a limit of its own, and is rare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from amplify.model.rate_limit import ObservedLimit, RateLimit
from amplify.platforms.rate_headers import read_rate_headers

HOUR: Final = RateLimit("hour", "account", 5000, timedelta(hours=1), post=3, boost=3)
DAY: Final = RateLimit("day", "account", 35_000, timedelta(days=1), post=3, boost=3)
REQUESTS: Final = RateLimit("requests", "place", 3000, timedelta(minutes=5))
"""By the address from which we ask."""
ALLOWANCES: Final = (HOUR, DAY, REQUESTS)

_WRITES: Final = re.compile(r"/xrpc/com\.atproto\.repo\.(create|put|delete)Record$")
_OTHERS: Final = re.compile(r"\.(uploadBlob|createSession)$")
_POLICY: Final = re.compile(r"^\s*\d+\s*;\s*w=(\d+)")


def heard(method: str, path: str, headers: Mapping[str, str]) -> Iterator[ObservedLimit]:
    """The observed rate limit in an answer's headers."""
    policy = _POLICY.match(headers.get("ratelimit-policy") or "")
    if policy is None or _OTHERS.search(path):
        return
    window = timedelta(seconds=int(policy[1]))
    told = [one for one in ALLOWANCES if one.window == window and (one is REQUESTS or _WRITES.search(path))]
    for allowance in told:
        said = read_rate_headers(allowance, headers, "ratelimit")
        if said is not None:
            yield said
