"""Emulated rate limits: fixed windows of real time, as the platforms' rate headers report them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class WindowBudget:
    """What is left of a rate limit after a request. `reset`: Unix seconds, real time."""

    limit: int
    remaining: int
    reset: int
    window: int
    """Seconds."""
    exceeded: bool

    @property
    def wait(self) -> int:
        """Whole seconds until the next window."""
        return max(1, self.reset - int(time.time()))


class RateWindows:
    """All windows of all accounts. `factor` multiplies every limit: a week played in a minute needs more."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    def take(self, who: str, family: str, limit: int, window: float, cost: int = 1) -> WindowBudget:
        """Count a request of `who` in `family`: at most `limit` points in `window` seconds of real time."""
        now = time.time()
        limit = max(1, int(limit * self.factor))
        start, spent = self._windows.get((who, family), (now, 0))
        if now >= start + window:
            start, spent = now, 0
        exceeded = spent + cost > limit
        if not exceeded:
            spent += cost
        self._windows[who, family] = (start, spent)
        return WindowBudget(limit, max(0, limit - spent), int(start + window) + 1, int(window), exceeded)
