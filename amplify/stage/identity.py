"""Identities on the stage: ids and secrets derived from platform and handle, so that a restarted stage agrees."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Final

PLATFORMS: Final = ("x", "bluesky", "mastodon")
"""The platforms the stage speaks."""


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(("stage", *parts)).encode()).digest()


def _secret(length: int, *parts: str) -> str:
    packed = base64.urlsafe_b64encode(_digest(*parts) + _digest("more", *parts)).decode()
    return packed.replace("-", "a").replace("_", "b").rstrip("=")[:length]


def did_of(handle: str) -> str:
    """The `did:plc:` of a Bluesky handle."""
    return "did:plc:" + base64.b32encode(_digest("did", handle)).decode().lower()[:24]


def numeric_id(platform: str, handle: str) -> str:
    """The account id on X and Mastodon: a number of at most 18 digits."""
    return str(10**9 + int.from_bytes(_digest("id", platform, handle)[:6], "big"))


@dataclass(frozen=True)
class StageAccount:
    """An account on the stage. Its secrets are worth nothing anywhere else."""

    platform: str
    handle: str
    name: str
    languages: tuple[str, ...] = ()
    outside: bool = False
    """Not an account of the rehearsal: it stands here because one of its posts is boosted."""

    @cached_property
    def id(self) -> str:
        """The account id; X, Mastodon: a number · Bluesky: a DID."""
        return did_of(self.handle) if self.platform == "bluesky" else numeric_id(self.platform, self.handle)

    @cached_property
    def user(self) -> str:
        """The handle without its server."""
        return self.handle.split("@")[0]

    @cached_property
    def secrets(self) -> dict[str, str]:
        """The fields a credential has on this platform."""
        who = (self.platform, self.handle)
        if self.platform == "x":
            return {
                "api_key": _secret(25, "api_key"),
                "api_secret": _secret(50, "api_secret"),
                "access_token": f"{self.id}-{_secret(40, 'access_token', *who)}",
                "access_secret": _secret(45, "access_secret", *who),
            }
        if self.platform == "bluesky":
            word = _secret(16, "app_password", *who).lower()
            return {"app_password": "-".join(word[i : i + 4] for i in range(0, 16, 4))}
        return {"access_token": _secret(43, "access_token", *who)}
