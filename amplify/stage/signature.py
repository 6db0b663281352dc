"""Verifies OAuth 1.0a signatures (RFC 5849), the server's half: whose token it is, and whether the secrets are
right.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote

from starlette.requests import Request

from amplify.stage.identity import StageAccount

_HOSTS = ("https://api.twitter.com", "https://api.x.com")
"""Clients sign for the platform's own host before the request is sent to the stage."""
_SKEW = 300
"""Seconds between a signature's time and ours at most. X does not say how many it grants; RFC 5849, section 3.3, leaves
it to the server."""


def oauth_fields(request: Request) -> dict[str, str]:
    """The fields of an `Authorization: OAuth …` header; empty where there is none."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "oauth":
        return {}
    pairs = (piece.strip().partition("=") for piece in rest.split(","))
    return {key: unquote(value.strip('"')) for key, _, value in pairs}


def is_timely(fields: dict[str, str]) -> bool:
    """Whether a request was signed within five minutes of now (real time)."""
    stamp = fields.get("oauth_timestamp", "")
    return stamp.isdecimal() and abs(time.time() - int(stamp)) <= _SKEW


async def signed_by(request: Request, account: StageAccount, fields: dict[str, str]) -> bool:
    """Whether the signature was made with this account's secrets, for X's host or for ours."""
    secrets = account.secrets
    if fields.get("oauth_consumer_key") != secrets["api_key"]:
        return False
    if fields.get("oauth_signature_method") != "HMAC-SHA1":
        return False
    signed = [(k, v) for k, v in fields.items() if k not in ("oauth_signature", "realm")]
    signed += parse_qsl(request.url.query, keep_blank_values=True)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        signed += parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    key = f"{_escape(secrets['api_secret'])}&{_escape(secrets['access_secret'])}".encode()
    given = fields.get("oauth_signature", "")
    here = f"{request.url.scheme}://{request.url.netloc}"
    return any(
        hmac.compare_digest(_signature(key, request.method, host + request.url.path, signed), given)
        for host in (*_HOSTS, here)
    )


def _signature(key: bytes, method: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    sorted_pairs = sorted((_escape(k), _escape(v)) for k, v in pairs)
    packed = "&".join(f"{k}={v}" for k, v in sorted_pairs)
    base = "&".join((method.upper(), _escape(url), _escape(packed)))
    return base64.b64encode(hmac.digest(key, base.encode(), "sha1")).decode()


def _escape(text: str) -> str:
    return quote(text, safe="-._~")
