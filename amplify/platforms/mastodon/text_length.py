"""Text length on Mastodon: as its status length validator counts. Pure."""

from __future__ import annotations

from typing import Final

import regex

from amplify.rules.text import memoize
from amplify.rules.text.text_length import graphemes_in, normalise_text, separate_graphemes_in

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
    """Length in graphemes, where an http(s) address counts 23 and `@user@host` only `@user`.

    No server says which Ruby it runs on, and before Ruby 4.0 letters that a virama joins count one by one: so they do
    here, and no text is longer for the server than for us.
    """
    return separate_graphemes_in(_reduced(text))


@memoize.memoized
def conjunct_status_length(text: str) -> int:
    """The same where Ruby 4.0 or newer counts: letters that a virama joins are one."""
    return graphemes_in(_reduced(text))


def _reduced(text: str) -> str:
    """The text with what stands for an address or a mention when it is counted."""
    text = _URL.sub("x" * URL_LENGTH, normalise_text(text))
    return _MENTION.sub(r"@\1", text)
