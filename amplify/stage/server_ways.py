"""The ways of servers that speak Mastodon's API and are not Mastodon, as far as they matter to who posts there.

What each says of itself and where, how it counts, what it ignores and how it refuses: from the sources of GoToSocial,
Takahe and Akkoma, and as they behaved when they were run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from amplify.rules.text.text_length import count_code_points, count_separate_graphemes
from amplify.stage.timeline_items import Json

_NEW: Final = "/api/v2/instance"
_OLD: Final = "/api/v1/instance"


@dataclass(frozen=True, slots=True)
class ServerWays:
    """How one kind of server behaves."""

    paths: tuple[str, ...] = (_NEW, f"{_NEW}/", _OLD, f"{_OLD}/")
    """Where it describes itself."""
    describe: Callable[[Json, int], Json] = lambda usual, most: usual
    """Its description, made of Mastodon's own; `most`: its longest text."""
    text_max: int = 500
    measure: Callable[[str], int] | None = None
    """How it counts; None: as Mastodon does."""
    too_long: tuple[int, str] = (422, "Validation failed: Text character limit of {most} exceeded")
    """Status and words with which it refuses a longer text."""
    keeps_keys: bool = True
    looks_up_many: bool = True
    markdown: bool = False
    """A text is Markdown unless the request says that it is plain: the account prefers it so."""
    picture_pixels: int = 33_177_600


def _gotosocial(usual: Json, most: int) -> Json:
    described = {key: value for key, value in usual.items() if key != "api_versions"}
    media = usual["configuration"]["media_attachments"] | {"video_size_limit": 0}
    statuses = {
        "max_characters": most,
        "max_media_attachments": 6,
        "characters_reserved_per_url": 25,
        "supported_mime_types": ["text/plain", "text/markdown"],
    }
    return described | {
        "version": "0.20.1+git-6b3c1f0",
        "source_url": "https://git.example/superseriousbusiness/gotosocial",
        "configuration": {"statuses": statuses, "media_attachments": media},
    }


def _takahe(usual: Json, most: int) -> Json:
    described = {key: value for key, value in usual.items() if key not in ("api_versions", "source_url")}
    statuses = {"max_characters": most, "max_media_attachments": 4, "characters_reserved_per_url": 23}
    media = {"image_size_limit": 10_485_760, "image_matrix_limit": 4_000_000}
    return described | {
        "version": "takahe/0.11.0",
        "configuration": {"accounts": {}, "statuses": statuses, "media_attachments": media},
    }


def _akkoma(usual: Json, most: int) -> Json:
    described = {key: value for key, value in usual.items() if key not in ("configuration", "api_versions")}
    return described | {
        "version": "2.7.2 (compatible; Akkoma 3.13.2-0-gabcdef0)",
        "max_toot_chars": str(most),
        "max_media_attachments": 16,
        "upload_limit": 16_000_000,
        "description_limit": 5000,
        "pleroma": {"metadata": {"post_formats": ["text/plain", "text/html", "text/markdown", "text/bbcode"]}},
    }


MASTODON: Final = ServerWays()
WAYS: Final = {
    "mastodon": MASTODON,
    "gotosocial": ServerWays(
        describe=_gotosocial,
        text_max=5000,
        measure=count_code_points,
        too_long=(400, "Bad Request: status too long, limit is {most}"),
        keeps_keys=False,
        looks_up_many=False,
        markdown=True,
    ),
    "takahe": ServerWays(
        paths=(_NEW, _OLD),
        describe=_takahe,
        measure=count_code_points,
        too_long=(400, "Status is too long"),
        keeps_keys=False,
        looks_up_many=False,
        picture_pixels=4_000_000,
    ),
    "akkoma": ServerWays(
        paths=(_OLD, f"{_OLD}/"),
        describe=_akkoma,
        text_max=5000,
        measure=count_separate_graphemes,
        too_long=(422, "The status is over the character limit"),
        looks_up_many=False,
    ),
    "silent": ServerWays(paths=(), keeps_keys=False, looks_up_many=False),
}
"""Name → its ways. `silent` says nothing of itself, and is otherwise like Mastodon."""


def read_as_markdown(text: str) -> str:
    """What readers see of a text that a server takes for Markdown: lists count from one, and signs are gone."""
    number = 0

    def counted(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return f"{number}. "

    text = re.sub(r"(?m)^\d{1,9}[.)] +", counted, text)
    text = re.sub(r"(?m)^#{1,6} +", "", text)
    return re.sub(r"(?<!\w)([*_]{1,2})(?=\S)([^*_\n]+?)(?<=\S)\1(?!\w)", r"\2", text)
