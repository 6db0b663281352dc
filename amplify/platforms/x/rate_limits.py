"""X's rate limits: as documented (`rate-limits`, read in August 2026), and as read from its answers' headers.

Reads and uploads have limits of their own, far above what we ask: they are left to X's answer 429.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from amplify.model.rate_limit import ObservedLimit, RateLimit
from amplify.platforms.rate_headers import read_rate_headers

_QUARTER: Final = timedelta(minutes=15)
_DAY: Final = timedelta(hours=24)

POSTS: Final = RateLimit("posts", "account", 100, _QUARTER, boost=0)
REPOSTS: Final = RateLimit("reposts", "account", 50, _QUARTER, post=0)
DAY: Final = RateLimit("day", "account", None, _DAY, boost=0)
"""Seen in answers only: `x-user-limit-24hour-*`."""
APP: Final = RateLimit("app", "place", 10_000, _DAY, boost=0)
"""An app's limit. Accounts are taken to share one app; with several, this is stricter than X."""
ALLOWANCES: Final = (POSTS, REPOSTS, DAY, APP)

_POST: Final = re.compile(r"/2/tweets/?$")
_REPOST: Final = re.compile(r"/2/users/\d+/retweets/?$")


def heard(method: str, path: str, headers: Mapping[str, str]) -> Iterator[ObservedLimit]:
    """The observed rate limit in an answer's headers."""
    if method != "POST":
        return
    told: tuple[tuple[RateLimit, str], ...]
    if _POST.search(path):
        told = ((POSTS, "x-rate-limit"), (DAY, "x-user-limit-24hour"), (APP, "x-app-limit-24hour"))
    elif _REPOST.search(path):
        told = ((REPOSTS, "x-rate-limit"),)
    else:
        return
    for allowance, family in told:
        said = read_rate_headers(allowance, headers, family)
        if said is not None:
            yield said
