"""Text length on Mastodon: as its status length validator counts. Pure."""

from __future__ import annotations

from typing import Final

import regex

from amplify.rules.text import memoize
from amplify.rules.text.text_length import graphemes_in, normalise_text

URL_LENGTH: Final = 23
"""What any address counts, short or long."""
_URL = regex.compile(r"(?<![\p{L}\p{N}@#$＠＃_/])https?://[^\s<>\"]+", regex.IGNORECASE)
_MENTION = regex.compile(
    r"(?<![=/\p{L}\p{N}_])@([a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+)"
    r"@[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?(?::\d+)?",
    regex.IGNORECASE,
)


@memoize.memoized
def status_length(text: str) -> int:
    """Length in graphemes, where an http(s) address counts 23 and `@user@host` only `@user`."""
    text = normalise_text(text)
    text = _URL.sub("x" * URL_LENGTH, text)
    return graphemes_in(_MENTION.sub(r"@\1", text))
