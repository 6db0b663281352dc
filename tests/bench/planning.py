"""Planning: deliveries a second, and how it grows. 50,000 deliveries are 1,000 one-off entries × 50 accounts.

With banners: 1,000 deliveries are 100 entries over 30 days × 10 accounts in five zones; each shows the day's number, so
that nearly every day and zone has words of its own. Nothing is kept from one round to the next.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

from amplify.model.banner import Template
from amplify.model.person import Person
from amplify.model.post import BannerItem
from amplify.model.workspace import Workspace
from amplify.planning.plan import plan_deliveries
from amplify.platforms import registry
from bench.crowd import START, workspace
from bench.figure import Figure

_ROUNDS: Final = 7


def measure() -> list[Figure]:
    small, large = _rate(100), _rate(1000)
    return [
        Figure("planning 5,000 deliveries", small, "deliveries/s"),
        Figure("planning 50,000 deliveries", large, "deliveries/s"),
        Figure("planning: time a delivery, 50,000 against 5,000", small / large),
        Figure("planning 1,000 deliveries with banners, against without", _with_banners(), most=1.2),
    ]


def _rate(entries: int) -> float:
    words = workspace(Path(), entries, 25, ("x", "bluesky"), days=30)
    profiles = registry.profiles()
    began = time.perf_counter()
    planned = plan_deliveries(words, START, START + timedelta(days=32), profiles)
    seconds = time.perf_counter() - began
    assert len(planned.deliveries) == entries * 50
    return len(planned.deliveries) / seconds


def _with_banners() -> float:
    """The median of rounds that take turns, CPU time."""
    return median(_seconds(True) / _seconds(False) for _ in range(_ROUNDS))


def _seconds(banners: bool) -> float:
    words = workspace(Path(), 100, 5, ("x", "bluesky"), days=30)
    if banners:
        words = _showing_days(words)
    profiles = registry.profiles()
    began = time.process_time()
    planned = plan_deliveries(words, START, START + timedelta(days=32), profiles)
    seconds = time.process_time() - began
    assert len(planned.deliveries) == 1000
    assert all(bool(one.message.parts[0].pictures) is banners for one in planned.deliveries)
    return seconds


def _showing_days(words: Workspace) -> Workspace:
    """Every post shows a banner with a head, the day's number, hashtags, a credit line, and as many tally marks."""
    layers: list[dict[str, Any]] = [
        {"shape": {"form": "gradient", "colour": "#13233a", "to": "#0b1524"}},
        {"shape": {"form": "tally", "count": "{{ who.days_detained }}"}},
        {"text": {"say": {"en": "{{ who.name }}"}}},
        {"text": {"say": {"en": "Day {{ who.days_detained }} behind bars, since {{ who.detained_since }}"}}},
        {"hashtags": {}},
        {"credit": {}},
    ]
    template = {
        "id": "days", "campaign": "bench", "about": "Days.", "people": ["mira"], "scene": {"en": "A dark ground."},
        "credit": "Bench", "licence": "CC0-1.0", "layers": layers,
    }  # fmt: skip
    consent = {"given_by": "f", "channel": "c", "scope": ["name"], "given": "2020-01-01", "review": "2999-01-01"}
    person = {
        "id": "mira", "name": {"en": "Mira Vale"}, "detentions": [{"start": "2026-08-04"}], "state": "detained",
        "reviewed": "2027-04-30", "review_days": 365, "consent": consent,
    }  # fmt: skip
    posts = {
        id: replace(
            post, front=post.front.model_copy(update={"media": (BannerItem(banner="days"),), "people": ("mira",)})
        )
        for id, post in words.posts.items()
    }
    made = {"banners": {"days": Template.model_validate_json(json.dumps(template))}}
    people = {"mira": Person.model_validate_json(json.dumps(person))}
    return replace(words, posts=posts, people=people, **made)
