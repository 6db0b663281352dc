"""A workspace in memory, as large as a bench wants it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from amplify.model.account import Account
from amplify.model.campaign import Campaign, Caps
from amplify.model.local_settings import LocalSettings
from amplify.model.partner import Partner
from amplify.model.post import Post, PostFront, TextPart, Variant
from amplify.model.problem import SourceLocation
from amplify.model.queue_entry import QueueEntry
from amplify.model.settings import Settings
from amplify.model.workspace import Workspace

START = datetime(2027, 5, 1, tzinfo=UTC)

_SYLLABLES = ("ka", "ro", "mi", "ten", "sol", "va", "dru", "lin", "pe", "gor", "ast", "ul")
_WORDS = [first + second + third for first in _SYLLABLES for second in _SYLLABLES for third in _SYLLABLES[:4]]
_CAPS = Caps(per_day=50, gap=timedelta(seconds=1))


def workspace(root: Path, posts: int, partners: int, platforms: tuple[str, ...], days: int) -> Workspace:
    """`posts` one-off entries spread over `days`, each for all partners, each partner with a variant of its own."""
    zones = ("Europe/Vilnius", "Europe/Berlin", "America/New_York", "Asia/Tbilisi", "UTC")
    book = {
        f"p{number}": Partner.model_validate(
            {
                "id": f"p{number}",
                "name": {"en": f"Partner {number}"},
                "handles": {platform: _handle(platform, number) for platform in platforms},
                "zone": zones[number % len(zones)],
                "languages": ("en",),
                "joined": date(2020, 1, 1) + timedelta(days=number),
            }
        )
        for number in range(partners)
    }
    accounts = {
        f"{partner}/{platform}": Account(partner=partner, platform=platform, credential="bench", caps=_CAPS)
        for partner in book
        for platform in platforms
    }
    library = {f"post{number}": _post(number, partners) for number in range(posts)}
    queue = {
        f"entry{number}": QueueEntry.model_validate_json(
            f'{{"id": "entry{number}", "posts": ["post{number}"], "lateness": "7d", "when": '
            f'{{"local": "{(START + timedelta(days=days) * number / posts).replace(tzinfo=None).isoformat()}"}}}}'
        )
        for number in range(posts)
    }
    campaign = Campaign.model_validate(
        {
            "id": "bench",
            "name": {"en": "Bench"},
            "owner": "p0",
            "languages": ("en",),
            "background": {"en": "b"},
            "key_messages": ({"en": "a"}, {"en": "b"}, {"en": "c"}),
            "contact": {"name": "n", "email": "a@b.example"},
            "hashtags": ({"tag": "FreeThem", "why": "w", "required": True},),
            "links": ("example.org",),
        }
    )
    settings = Settings.model_validate({"id": "bench", "name": "Bench"})
    made = Workspace(root, settings, {"bench": campaign}, {}, {}, {}, book, library, queue, {}, accounts, "p0")
    return replace(made, local=LocalSettings(approvals=0))


def _handle(platform: str, number: int) -> str:
    return {"x": f"p{number}", "bluesky": f"p{number}.example"}.get(platform, f"p{number}@social.example")


def _post(number: int, variants: int) -> Post:
    place = SourceLocation(f"posts/post{number}.md", 1, 1)
    front = PostFront.model_validate(
        {
            "id": f"post{number}",
            "campaign": "bench",
            "kind": "statement",
            "lang": "en",
            "status": "ready",
            "author": "bench",
        }
    )
    front.at(place)
    return Post(front, tuple(_variant(number, variant, place) for variant in range(variants)))


def _variant(post: int, variant: int, place: SourceLocation) -> Variant:
    """Words of its own: no two variants are like each other."""
    words = Random(f"{post}-{variant}").sample(_WORDS, 18)
    text = f"{' '.join(words)} https://example.org/{post} {{{{ date }}}}"
    return Variant(f"v{variant}", "en", (TextPart(text, place),), {}, place)
