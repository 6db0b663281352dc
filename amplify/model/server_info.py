"""What servers last reported about themselves: their limits, and which handles exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from amplify.model.account import Account
from amplify.model.platform import Limits, Whoami
from amplify.model.platform_profile import PlatformProfile


@dataclass(frozen=True, slots=True)
class SavedLimits:
    """The limits of an account's own server, and when it reported them (UTC, real time)."""

    limits: Limits
    at: datetime


@dataclass(frozen=True, slots=True)
class SavedWhoami:
    """The account that a platform found for our credentials, and when (UTC, real time)."""

    whoami: Whoami
    at: datetime


@dataclass(frozen=True, slots=True)
class SavedHandle:
    """The owner of a handle, and when the platform reported it (UTC, real time)."""

    id: str | None
    """The platform's own id (Bluesky: the DID); None: nobody."""
    at: datetime


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """Everything that servers reported, the newest answer each."""

    limits: Mapping[str, SavedLimits] = field(default_factory=dict)
    """By account: `partner/platform`."""
    whoami: Mapping[str, SavedWhoami] = field(default_factory=dict)
    """By account."""
    handles: Mapping[tuple[str, str], SavedHandle] = field(default_factory=dict)
    """By platform and handle, in lower case."""

    def on(self, profile: PlatformProfile, account: str, accounts: Mapping[str, Account]) -> PlatformProfile:
        """The profile with the limits of this account's own server, where it reported them or its entry in `accounts`
        names them.
        """
        limits = self.limits_of(account, accounts)
        return profile if limits is None else with_limits(profile, limits)

    def limits_of(self, account: str, accounts: Mapping[str, Account]) -> Limits | None:
        """The limits of this account's own server; None: nothing is known of it."""
        said = self.limits.get(account)
        return limits_in_force(said.limits if said is not None else None, accounts.get(account))

    def handle(self, platform: str, handle: str) -> SavedHandle | None:
        """The saved answer about a handle; None: nobody asked yet."""
        return self.handles.get((platform, handle.casefold()))


NOTHING_KNOWN: Final = ServerInfo()
"""No server was ever asked: the profiles' own limits count."""


def limits_in_force(said: Limits | None, account: Account | None) -> Limits | None:
    """What an account's server said, with what the account's entry says of it instead; None: neither says anything."""
    own = account.server_limits if account is not None else None
    if own is None:
        return said
    return replace(said or Limits(), **{name: value for name, value in own if value is not None})


@lru_cache(maxsize=256)
def with_limits(profile: PlatformProfile, limits: Limits) -> PlatformProfile:
    """The profile with a server's limits in place; what the server does not report stays. Equal limits, the same
    object.
    """
    counting = next((one for one in profile.countings if one.name == limits.counts), None)
    own = replace(
        profile,
        measure=counting.measure if counting is not None else profile.measure,
        unit=counting.unit if counting is not None else profile.unit,
        text_max=_or(limits.text, profile.text_max),
        pictures_max=_or(limits.pictures, profile.pictures_max),
        picture_bytes=_or(limits.picture_bytes, profile.picture_bytes),
        picture_pixels=profile.picture_pixels if limits.picture_pixels is None else limits.picture_pixels,
        alt_max=_or(limits.alt, profile.alt_max),
        moving=replace(profile.moving, video_bytes=_or(limits.video_bytes, profile.moving.video_bytes)),
    )
    return profile if own == profile else own


def _or(said: int | None, usual: int) -> int:
    return usual if said is None else said
