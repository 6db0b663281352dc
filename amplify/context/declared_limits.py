"""allowing: how much each platform lets us ask, looked up when the first delivery wants to go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from amplify.model.platform_profile import PlatformProfile
from amplify.model.rate_limit import RateLimit


class DeclaredLimits(Mapping[str, Sequence[RateLimit]]):
    """By platform. A pass with nothing due asks for none, so it need not load what each platform declares."""

    def __init__(self, profiles: Callable[[], Mapping[str, PlatformProfile]], documented: bool) -> None:
        """`documented`: whether documented limits count. A stage's are its own: its answers name them."""
        self._profiles = profiles
        self._documented = documented
        self._found: dict[str, Sequence[RateLimit]] = {}

    def __getitem__(self, platform: str) -> Sequence[RateLimit]:
        if platform not in self._found:
            declared = self._profiles()[platform].allowances
            self._found[platform] = declared if self._documented else [replace(one, limit=None) for one in declared]
        return self._found[platform]

    def __iter__(self) -> Iterator[str]:
        return iter(self._profiles())

    def __len__(self) -> int:
        return len(self._profiles())
