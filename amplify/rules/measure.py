"""How long a text is, as each platform counts it. Pure; no text makes a measure raise.

Sources: twitter-text `config/v3.json` and its parser (X); the `app.bsky.feed.post` lexicon (Bluesky); the status
length validator of Mastodon. All platforms count after NFC, so every measure normalises first.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

import regex

from amplify.rules.twittertext import library

URL_LENGTH: Final = 23
"""What X and Mastodon count for any address, short or long."""

_KEPT = 4096  # texts remembered: a campaign measures the same few thousand texts again and again
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MAY_BEGIN_EMOJI = re.compile("[\u00a9\u00ae\u203c\u2049\u20e3\u2122-\U0010ffff]")
_GRAPHEME = regex.compile(r"\X")
_MASTODON_URL = regex.compile(r"(?<![\p{L}\p{N}@#$＠＃_/])https?://[^\s<>\"]+", regex.IGNORECASE)
_MASTODON_MENTION = regex.compile(
    r"(?<![=/\p{L}\p{N}_])@([a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)"
    r"@[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?(?::\d+)?",
    regex.IGNORECASE,
)


def normal(text: str) -> str:
    """The text as every platform counts it: NFC, line ends as one `\\n`, a lone surrogate as U+FFFD."""
    text = _LONE_SURROGATE.sub("\ufffd", text)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


@lru_cache(maxsize=1)
def _x_options() -> tuple[Any, dict[str, Any], dict[str, Any]]:
    with_emoji = dict(library().config.config["defaults"])
    return library().parse_tweet, with_emoji, {**with_emoji, "emoji_parsing_enabled": False}


@lru_cache(maxsize=_KEPT)
def x_length(text: str) -> int:
    """Weighted characters: most scripts 1, others 2, an emoji 2, an address 23 (X, twitter-text v3)."""
    text = normal(text)
    parse, with_emoji, without = _x_options()
    # Looking for emoji is three quarters of the work, and most texts cannot hold one.
    options = with_emoji if _MAY_BEGIN_EMOJI.search(text) else without
    return int(parse(text, options).weightedLength)


@lru_cache(maxsize=_KEPT)
def graphemes(text: str) -> int:
    """Extended grapheme clusters: what a reader calls a character (Bluesky)."""
    return _count(normal(text))


@lru_cache(maxsize=_KEPT)
def utf8_bytes(text: str) -> int:
    """Bytes of the text in UTF-8."""
    return len(normal(text).encode())


@lru_cache(maxsize=_KEPT)
def mastodon_length(text: str) -> int:
    """Graphemes, where an http(s) address counts 23 and `@user@host` only `@user` (Mastodon)."""
    text = normal(text)
    text = _MASTODON_URL.sub("x" * URL_LENGTH, text)
    return _count(_MASTODON_MENTION.sub(r"@\1", text))


def _count(text: str) -> int:
    if text.isascii():  # normal() leaves no CR LF, the only ASCII pair that is one grapheme
        return len(text)
    return len(_GRAPHEME.findall(text))
