"""How long a text is, as each platform counts it. Pure; no text makes a measure raise.

Sources: twitter-text `config/v3.json` (X, in `rules.text.x_weight`); the `app.bsky.feed.post` lexicon (Bluesky); the
status length validator of Mastodon. All platforms count after NFC, so every measure normalises first. A text is
measured once a platform, not once an account: answers are remembered.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import regex

from amplify.rules.text.memoize import memoized
from amplify.rules.text.x_weight import weigh

URL_LENGTH: Final = 23
"""What X and Mastodon count for any address, short or long."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_GRAPHEME = regex.compile(r"\X")
_MASTODON_URL = regex.compile(r"(?<![\p{L}\p{N}@#$＠＃_/])https?://[^\s<>\"]+", regex.IGNORECASE)
_MASTODON_MENTION = regex.compile(
    r"(?<![=/\p{L}\p{N}_])@([a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+)"
    r"@[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?(?::\d+)?",
    regex.IGNORECASE,
)


def normalise_text(text: str) -> str:
    """The text as every platform counts it: NFC, line ends as one `\\n`, a lone surrogate as U+FFFD."""
    text = _LONE_SURROGATE.sub("\ufffd", text)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


@memoized
def x_length(text: str) -> int:
    """Weighted characters: most scripts 1, others 2, an emoji 2, an address 23 (X, twitter-text v3)."""
    return weigh(normalise_text(text)).length


@memoized
def count_graphemes(text: str) -> int:
    """Extended grapheme clusters: what a reader calls a character (Bluesky)."""
    return _count(normalise_text(text))


@memoized
def utf8_bytes(text: str) -> int:
    """Bytes of the text in UTF-8."""
    return len(normalise_text(text).encode())


@memoized
def mastodon_length(text: str) -> int:
    """Graphemes, where an http(s) address counts 23 and `@user@host` only `@user` (Mastodon)."""
    text = normalise_text(text)
    text = _MASTODON_URL.sub("x" * URL_LENGTH, text)
    return _count(_MASTODON_MENTION.sub(r"@\1", text))


def _count(text: str) -> int:
    if text.isascii():  # normal() leaves no CR LF, the only ASCII pair that is one grapheme
        return len(text)
    return len(_GRAPHEME.findall(text))
