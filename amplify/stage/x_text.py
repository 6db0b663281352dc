"""Text on X: its weighted length, and the form in which the API returns it, with t.co links."""

from __future__ import annotations

import hashlib
import html
import unicodedata
from typing import Final

from amplify.rules.text.url_library import url_tables
from amplify.stage.reader_text import ReaderSpan, full_address, on_x
from amplify.stage.timeline_items import Json, StagePost

_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def text_weight(text: str) -> int:
    """The weighted length (twitter-text configuration v3): at most 280."""
    return int(url_tables().parse_tweet(unicodedata.normalize("NFC", text)).weightedLength)


def short_link(url: str) -> str:
    """A t.co link: 23 characters, the same for the same address."""
    number = int.from_bytes(hashlib.sha256(url.encode()).digest()[:8], "big")
    slug = ""
    while len(slug) < 10:
        number, rest = divmod(number, 62)
        slug += _LETTERS[rest]
    return f"https://t.co/{slug}"


def as_returned(post: StagePost) -> tuple[str, Json]:
    """Text and entities as the API gives them back: addresses behind t.co, `&<>` escaped, pictures as a last link.

    Offsets count code points of the returned text.
    """
    out = ""
    entities: Json = {}
    for span in on_x(post.text):
        piece = short_link(full_address(span.text)) if span.kind == "link" else html.escape(span.text, quote=False)
        _note(entities, span, len(out), len(out) + len(piece), piece)
        out += piece
    if post.pictures:
        page = f"https://x.com/{post.handle}/status/{post.id}/photo/1"
        short = short_link(page)
        start = len(out) + (1 if out else 0)
        out = f"{out} {short}" if out else short
        entities.setdefault("urls", []).extend(
            {
                "start": start,
                "end": len(out),
                "url": short,
                "expanded_url": page,
                "display_url": f"pic.x.com/{short[-10:]}",
                "media_key": f"3_{shown.media}",
            }
            for shown in post.pictures
        )
    return out, entities


def _note(entities: Json, span: ReaderSpan, start: int, end: int, short: str) -> None:
    if span.kind == "link":
        full = full_address(span.text)
        shown = full.split("://", 1)[1]
        entities.setdefault("urls", []).append(
            {
                "start": start,
                "end": end,
                "url": short,
                "expanded_url": full,
                "display_url": shown if len(shown) <= 27 else shown[:26] + "…",
            }
        )
    elif span.kind == "tag":
        entities.setdefault("hashtags", []).append({"start": start, "end": end, "tag": span.target})
    elif span.kind == "mention":
        entities.setdefault("mentions", []).append({"start": start, "end": end, "username": span.target})
