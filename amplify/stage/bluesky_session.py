"""Emulates Bluesky sessions: JSON Web Tokens of the right shape, valid by their signature alone, so they outlive a
restart.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any, Final

from amplify.stage.identity import StageAccount
from amplify.stage.responses import HTTPDenial
from amplify.stage.timeline_items import Json

ACCESS: Final = "com.atproto.access"
REFRESH: Final = "com.atproto.refresh"
_SERVICE_AUTH: Final = "service"
_LIFE: Final = {ACCESS: 2 * 3600, REFRESH: 60 * 86400}
"""Seconds of real time."""
_KEY: Final = hashlib.sha256(b"stage session tokens").digest()
"""No secret: whoever can reach the loopback stage may be anybody on it."""
SERVER: Final = "did:web:stage.invalid"


def session_tokens(account: StageAccount) -> Json:
    """The answer of `createSession` and `refreshSession`. No `didDoc`: it would lead clients away from the stage."""
    return {
        "did": account.id,
        "handle": account.handle,
        "email": "nobody@example.invalid",
        "emailConfirmed": True,
        "active": True,
        "accessJwt": _issue(account, ACCESS),
        "refreshJwt": _issue(account, REFRESH),
    }


def service_token(account: StageAccount, audience: str, method: str, exp: int) -> str:
    """A token with which another service may act for the account."""
    return _sign("JWT", {"iss": account.id, "aud": audience, "lxm": method, "exp": exp, "scope": _SERVICE_AUTH})


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """What a service token says."""

    did: str
    audience: str
    method: str

    @classmethod
    def read(cls, header: str) -> ServiceToken:
        """The token of a request. Raises HTTPDenial where it is missing, forged, expired or of another kind."""
        claims = _claims(header, _SERVICE_AUTH)
        return cls(str(claims["iss"]), str(claims["aud"]), str(claims["lxm"]))


def bearer_of(header: str, scope: str) -> str:
    """The DID a token belongs to. Raises HTTPDenial where it is missing, forged, expired or of the other kind."""
    return str(_claims(header, scope)["sub"])


def _claims(header: str, scope: str) -> Json:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPDenial(401, {"error": "AuthMissing", "message": "Authentication Required"})
    head, _, sign = token.rpartition(".")
    try:
        claims = json.loads(_unpack(head.partition(".")[2]))
        genuine = hmac.compare_digest(_unpack(sign), hmac.digest(_KEY, head.encode(), "sha256"))
    except ValueError:
        claims, genuine = {}, False
    if not genuine or claims.get("scope") != scope:
        raise HTTPDenial(400, {"error": "InvalidToken", "message": "Token could not be verified"})
    if claims["exp"] <= time.time():
        raise HTTPDenial(400, {"error": "ExpiredToken", "message": "Token has expired"})
    return dict(claims)


def _issue(account: StageAccount, scope: str) -> str:
    now = int(time.time())
    kind = "at+jwt" if scope == ACCESS else "refresh+jwt"
    claims = {"scope": scope, "sub": account.id, "iat": now, "exp": now + _LIFE[scope], "aud": SERVER}
    return _sign(kind, claims)


def _sign(kind: str, claims: Json) -> str:
    head = f"{_pack({'typ': kind, 'alg': 'HS256'})}.{_pack(claims)}"
    return f"{head}.{_b64(hmac.digest(_KEY, head.encode(), 'sha256'))}"


def _pack(value: Any) -> str:
    return _b64(json.dumps(value, separators=(",", ":")).encode())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
