"""The registry of platforms: one line each. No SDK is imported until an adapter is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from amplify.model.errors import WrongUse

if TYPE_CHECKING:
    from amplify.model.platform import AccountConnection, Platform
    from amplify.model.platform_profile import PlatformProfile, Prices

PLATFORMS: Final[dict[str, str]] = {
    "x": "amplify.platforms.x:XAdapter",
    "bluesky": "amplify.platforms.bluesky:BlueskyAdapter",
    "mastodon": "amplify.platforms.mastodon:MastodonAdapter",
}
"""Name → its package and the class of its adapter, in the order people expect them.

A package holds `profile.py` with a `PROFILE`, `adapter.py` with the class, and where previews shall look like it
`preview.css`.
"""


def names() -> tuple[str, ...]:
    """All platform names, as files may use them."""
    return tuple(PLATFORMS)


def profile(name: str) -> PlatformProfile:
    """The platform's profile. Raises WrongUse for a platform that does not exist."""
    return cast("PlatformProfile", import_module(f"{_package(name)}.profile").PROFILE)


def profiles() -> Mapping[str, PlatformProfile]:
    """All platform profiles by name."""
    return {name: profile(name) for name in PLATFORMS}


def prices(name: str) -> Prices | None:
    """The platform's prices; None: it costs nothing, or the platform does not exist (any more)."""
    return profile(name).prices if name in PLATFORMS else None


def adapter(name: str) -> Callable[[AccountConnection], Platform]:
    """The platform's adapter class. Raises WrongUse for a platform that does not exist."""
    module = import_module(f"{_package(name)}.adapter")
    return cast("Callable[[AccountConnection], Platform]", getattr(module, PLATFORMS[name].partition(":")[2]))


def preview_style(name: str) -> str:
    """The style sheet of the platform's cards in previews; empty where its package has none."""
    from importlib.resources import files

    sheet = files(_package(name)) / "preview.css"
    return sheet.read_text(encoding="utf-8").replace("\r\n", "\n") if sheet.is_file() else ""


def _package(name: str) -> str:
    try:
        return PLATFORMS[name].partition(":")[0]
    except KeyError:
        raise WrongUse(f"there is no platform {name!r}: use one of {', '.join(PLATFORMS)}") from None
