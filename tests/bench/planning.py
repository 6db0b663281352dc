"""Planning: deliveries a second, and how it grows. 50,000 deliveries are 1,000 one-off entries × 50 accounts."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from amplify.planning.plan import plan_deliveries
from amplify.platforms import registry
from bench.crowd import START, workspace
from bench.figure import Figure


def measure() -> list[Figure]:
    small, large = _rate(100), _rate(1000)
    return [
        Figure("planning 5,000 deliveries", small, "deliveries/s"),
        Figure("planning 50,000 deliveries", large, "deliveries/s"),
        Figure("planning: time a delivery, 50,000 against 5,000", small / large),
    ]


def _rate(entries: int) -> float:
    words = workspace(Path(), entries, 25, ("x", "bluesky"), days=30)
    profiles = registry.profiles()
    began = time.perf_counter()
    planned = plan_deliveries(words, START, START + timedelta(days=32), profiles)
    seconds = time.perf_counter() - began
    assert len(planned.deliveries) == entries * 50
    return len(planned.deliveries) / seconds
