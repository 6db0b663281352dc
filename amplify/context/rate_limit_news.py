"""Observed rate limits: what the headers of servers' answers say, kept until a worker saves it to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Lock

from amplify.model.platform_profile import PlatformProfile
from amplify.model.rate_limit import ObservedLimit, RateLimit


class RateLimitCollector:
    """Collects observed limits for one context, from any thread: one per bucket, however many answers came."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._said: dict[str, dict[str, ObservedLimit]] = {}

    def callback(self, account: str, place: str | None) -> Callable[[ObservedLimit], None]:
        """Make the callback for an account's connection, called with each observed limit."""

        def hear(heard: ObservedLimit) -> None:
            key = heard.allowance.key(account, place)
            if key is not None:
                with self._lock:
                    said = self._said.setdefault(account, {})
                    said[key] = _both(said.get(key), heard)

        return hear

    def drain(self, account: str) -> list[tuple[str, ObservedLimit]]:
        """Take all limits observed since the last call, by bucket."""
        if account not in self._said:  # most often: no lock
            return []
        with self._lock:
            return list(self._said.pop(account, {}).items())


def _both(before: ObservedLimit | None, now: ObservedLimit) -> ObservedLimit:
    """The newer of two observed limits: answers of one window arrive in any order, and what remains only falls."""
    if before is None or now.resets_at > before.resets_at:
        return now
    if now.resets_at < before.resets_at:
        return before
    return min(before, now, key=lambda one: one.remaining)


class DeclaredLimits(Mapping[str, Sequence[RateLimit]]):
    """Declared rate limits by platform, loaded when asked for: a pass with nothing due needs none."""

    def __init__(self, profiles: Callable[[], Mapping[str, PlatformProfile]], documented: bool) -> None:
        """`documented`: whether documented limits count. A stage has limits of its own: its answers name them."""
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
