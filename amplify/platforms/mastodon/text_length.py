"""Text length on Mastodon: as its status length validator counts. Pure."""

from __future__ import annotations

from typing import Final

from amplify.platforms.mastodon.entities import find_shortened
from amplify.rules.text import memoize
from amplify.rules.text.text_length import graphemes_in, normalise_text, separate_graphemes_in

URL_LENGTH: Final = 23
"""What any address counts, short or long."""


@memoize.memoized
def status_length(text: str) -> int:
    """Length in graphemes, where an address that links counts 23 and `@user@host` only `@user`.

    No server says which Ruby it runs on, and before Ruby 4.0 letters that a virama joins count one by one: so they do
    here, and no text is longer for the server than for us.
    """
    return separate_graphemes_in(reduced_text(text))


@memoize.memoized
def conjunct_status_length(text: str) -> int:
    """The same where Ruby 4.0 or newer counts: letters that a virama joins are one."""
    return graphemes_in(reduced_text(text))


def reduced_text(text: str) -> str:
    """The text with what stands for an address or a mention when it is counted: only for these, punctuation apart."""
    text = normalise_text(text)
    pieces: list[str] = []
    at = 0
    for one in find_shortened(text):
        short = "x" * URL_LENGTH if one.kind == "link" else f"@{one.value.partition('@')[0]}"
        pieces += text[at : one.start], short
        at = one.end
    return "".join(pieces) + text[at:]
