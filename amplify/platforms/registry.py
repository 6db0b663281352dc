"""Which platforms there are: one line each. Nothing of an SDK is loaded until an adapter is built."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, cast

from amplify.model.errors import WrongUse
from amplify.model.platform import AccountConnection, Platform
from amplify.model.platform_profile import Dialect

_ADAPTERS: Final = {
    "x": "amplify.platforms.x.adapter:XAdapter",
    "bluesky": "amplify.platforms.bluesky.adapter:BlueskyAdapter",
    "mastodon": "amplify.platforms.mastodon.adapter:MastodonAdapter",
}
NAMES: Final = tuple(_ADAPTERS)
"""The platforms, in the order people expect them."""


def dialect(name: str) -> Dialect:
    """The platform's way with words. Raises WrongUse for a platform that is not there."""
    return cast(Dialect, _part(name, "DIALECT"))


def adapter(name: str) -> Callable[[AccountConnection], Platform]:
    """The class that speaks to the platform. Raises WrongUse for a platform that is not there."""
    return cast("Callable[[AccountConnection], Platform]", _part(name, _where(name).partition(":")[2]))


def _where(name: str) -> str:
    try:
        return _ADAPTERS[name]
    except KeyError:
        raise WrongUse(f"there is no platform {name!r}: use one of {', '.join(NAMES)}") from None


def _part(name: str, attribute: str) -> object:
    return getattr(import_module(_where(name).partition(":")[0]), attribute)
