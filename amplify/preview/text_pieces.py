"""Splits a text into spans as readers see them: plain words, links as the platform shortens them, tags, mentions."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from amplify.model.message import Part
from amplify.model.platform_profile import CardLook
from amplify.pages.view_models import LinkPreview, TextSpan


def text_pieces(part: Part, look: CardLook) -> tuple[TextSpan, ...]:
    """All spans of the text, in order."""
    return tuple(_pieces(part, look))


def _pieces(part: Part, look: CardLook) -> Iterator[TextSpan]:
    at = 0
    for entity in part.entities:
        if entity.start > at:
            yield TextSpan("text", part.text[at : entity.start])
        text = part.text[entity.start : entity.end]
        if entity.kind == "link" and opens_link(entity.value):
            yield TextSpan("link", _shortened(text, look), entity.value)
        elif entity.kind == "mention" and not look.mention_host:
            yield TextSpan("mention", "@" + entity.value.split("@")[0])
        elif entity.kind in ("tag", "mention"):
            yield TextSpan(entity.kind, text)
        else:
            yield TextSpan("text", text)
        at = entity.end
    if at < len(part.text):
        yield TextSpan("text", part.text[at:])


def guessed_card(part: Part, look: CardLook) -> LinkPreview | None:
    """The link card that the platform will draw by itself, from a page that only it fetches."""
    links = [entity.value for entity in part.entities if entity.kind == "link" and opens_link(entity.value)]
    if look.draws_card is None or part.pictures or not links:
        return None
    url = links[0] if look.draws_card == "first" else links[-1]
    return LinkPreview(url, link_domain(url))


def opens_link(url: str) -> bool:
    """Whether a page may link to this address: never a script."""
    return url.lower().startswith(("http://", "https://"))


def link_domain(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _shortened(address: str, look: CardLook) -> str:
    if look.link_max is None:
        return address
    bare = address.split("://", 1)[-1]
    return bare if len(bare) <= look.link_max else bare[: look.link_max] + "…"
