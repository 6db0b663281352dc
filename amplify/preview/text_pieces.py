"""A text cut into what readers see: plain words, links as the platform shortens them, tags, mentions."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from amplify.model.message import Part
from amplify.model.platform_profile import CardLook
from amplify.preview.preview_model import LinkCard, Piece


def pieces(part: Part, look: CardLook) -> tuple[Piece, ...]:
    """All of the text, in order."""
    return tuple(_pieces(part, look))


def _pieces(part: Part, look: CardLook) -> Iterator[Piece]:
    at = 0
    for entity in part.entities:
        if entity.start > at:
            yield Piece("text", part.text[at : entity.start])
        text = part.text[entity.start : entity.end]
        if entity.kind == "link" and opens(entity.value):
            yield Piece("link", _shortened(text, look), entity.value)
        elif entity.kind == "mention" and not look.mention_host:
            yield Piece("mention", "@" + entity.value.split("@")[0])
        elif entity.kind in ("tag", "mention"):
            yield Piece(entity.kind, text)
        else:
            yield Piece("text", text)
        at = entity.end
    if at < len(part.text):
        yield Piece("text", part.text[at:])


def guessed_card(part: Part, look: CardLook) -> LinkCard | None:
    """Where the platform will draw a card of its own, from a page that only it fetches."""
    links = [entity.value for entity in part.entities if entity.kind == "link" and opens(entity.value)]
    if look.draws_card is None or part.pictures or not links:
        return None
    url = links[0] if look.draws_card == "first" else links[-1]
    return LinkCard(url, domain(url))


def opens(url: str) -> bool:
    """An address that a page may link to: never a script."""
    return url.lower().startswith(("http://", "https://"))


def domain(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _shortened(address: str, look: CardLook) -> str:
    if look.link_max is None:
        return address
    bare = address.split("://", 1)[-1]
    return bare if len(bare) <= look.link_max else bare[: look.link_max] + "…"
