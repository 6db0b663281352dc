"""Signs requests to X ahead of time: where hundreds of accounts publish at one moment, signing would take half of the
time until the last request has left.

OAuth 1.0a (RFC 5849, section 3.4.1) signs a request's method and address, the time, and a number that is used once;
of its body only form fields. So what signs a post need not know the post.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import requests

    Sign = Callable[[requests.PreparedRequest], requests.PreparedRequest]
    """Signs a request, as requests' `auth` does."""

HOLDS: Final = 30.0
"""Seconds for which one is used: a delivery is armed twenty seconds ahead. A server may refuse what is old (section
3.3), and X does not say how old."""
_MOST: Final = 32
"""Signatures kept for one address: as many as a long thread has parts."""


class Signer:
    """Signs the requests of one account."""

    def __init__(self, sign: Sign) -> None:
        self._sign = sign
        self._ahead: dict[tuple[str, str], deque[tuple[float, str]]] = {}
        """By method and address: when each was made (seconds since 1970: a machine that slept has aged), and the
        header that it is."""

    def ahead(self, method: str, url: str) -> None:
        """Make the signature of a later request, whose body is JSON."""
        import requests

        signed = self._sign(requests.Request(method, url, headers={"Content-Type": "application/json"}).prepare())
        kept = self._ahead.setdefault((method, url), deque(maxlen=_MOST))
        kept.append((time.time(), signed.headers["Authorization"]))

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign this request, with a signature made ahead where one is still valid."""
        header = self._kept(request.method or "", request.url or "")
        if header is None:
            return self._sign(request)
        request.headers["Authorization"] = header
        return request

    def _kept(self, method: str, url: str) -> str | None:
        """A signature made ahead that nobody has used; several threads may ask."""
        kept = self._ahead.get((method, url), deque())
        with suppress(IndexError):
            while True:
                made, header = kept.popleft()
                if 0 <= time.time() - made < HOLDS:
                    return header
        return None
