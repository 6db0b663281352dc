"""Mastodon's rate limits: as documented (`api/rate-limits`) and in its source (`RateLimiter`), and as its answers
report.

Servers set limits of their own; what their answers say counts. Uploads (30 in half an hour) are left to the answer 429.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from amplify.model.rate_limit import ObservedLimit, RateLimit
from amplify.platforms.rate_headers import read_rate_headers

POSTS: Final = RateLimit("posts", "account", 300, timedelta(hours=3))
"""Posts and boosts together."""
REQUESTS: Final = RateLimit("requests", "account", 300, timedelta(minutes=5))
ALLOWANCES: Final = (POSTS, REQUESTS)

_POST: Final = re.compile(r"/api/v1/statuses(/\w+/reblog)?/?$")


def heard(method: str, path: str, headers: Mapping[str, str]) -> Iterator[ObservedLimit]:
    """The observed rate limit in an answer's headers. Answers to a post report the limit of posts, those to questions
    that of requests; what answers to uploads and deletions report is a limit of their own.
    """
    if method == "POST" and _POST.search(path):
        said = read_rate_headers(POSTS, headers, "x-ratelimit")
    elif method == "GET":
        said = read_rate_headers(REQUESTS, headers, "x-ratelimit")
    else:
        return
    if said is not None:
        yield said
