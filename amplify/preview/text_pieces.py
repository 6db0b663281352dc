"""A text cut into what readers see: plain words, links as the platform shortens them, tags, mentions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from amplify.model.message import Part
from amplify.preview.preview_model import LinkCard, Piece

_SHORT: Final = {"x": 27, "mastodon": 30}
"""Characters of an address that the platform shows, without its scheme."""
_DRAWS: Final = {"x": -1, "mastodon": 0}
"""Platforms that draw a card of a link by themselves: X of the last one, Mastodon of the first."""


def pieces(part: Part, platform: str) -> tuple[Piece, ...]:
    """All of the text, in order."""
    return tuple(_pieces(part, platform))


def _pieces(part: Part, platform: str) -> Iterator[Piece]:
    at = 0
    for entity in part.entities:
        if entity.start > at:
            yield Piece("text", part.text[at : entity.start])
        text = part.text[entity.start : entity.end]
        if entity.kind == "link" and opens(entity.value):
            yield Piece("link", _shortened(text, platform), entity.value)
        elif entity.kind == "mention" and platform == "mastodon":
            yield Piece("mention", "@" + entity.value.split("@")[0])  # Mastodon shows the name alone
        elif entity.kind in ("tag", "mention"):
            yield Piece(entity.kind, text)
        else:
            yield Piece("text", text)
        at = entity.end
    if at < len(part.text):
        yield Piece("text", part.text[at:])


def guessed_card(part: Part, platform: str) -> LinkCard | None:
    """Where the platform will draw a card of its own, from a page that only it fetches."""
    links = [entity.value for entity in part.entities if entity.kind == "link" and opens(entity.value)]
    if platform not in _DRAWS or part.pictures or not links:
        return None
    url = links[_DRAWS[platform]]
    return LinkCard(url, domain(url))


def opens(url: str) -> bool:
    """An address that a page may link to: never a script."""
    return url.lower().startswith(("http://", "https://"))


def domain(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _shortened(address: str, platform: str) -> str:
    limit = _SHORT.get(platform)
    if limit is None:
        return address
    bare = address.split("://", 1)[-1]
    return bare if len(bare) <= limit else bare[:limit] + "…"
