"""Text length in graphemes and in bytes. Pure; no text makes a measure raise.

All platforms count after NFC, so every measure normalises first. A text is measured once a platform, not once an
account: answers are remembered. What only one platform counts stands in its own package.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import regex

from amplify.rules.text import memoize

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
GRAPHEME: Final = regex.compile(r"\p{Regional_Indicator}{2}(?=\p{Regional_Indicator})|\X")
"""One grapheme. Flags are paired here: at each of them, `\\X` would count all those before it."""
_CONJUNCT: Final = regex.compile(r"[\p{GCB=Extend}\p{GCB=ZWJ}]\p{InCB=Consonant}")
"""Inside one grapheme, where only rule GB9c of Unicode 15.1 keeps two together."""


def normalise_text(text: str) -> str:
    """The text as every platform counts it: NFC, line ends as one `\\n`, a lone surrogate as U+FFFD."""
    text = _LONE_SURROGATE.sub("\ufffd", text)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


@memoize.memoized
def count_graphemes(text: str) -> int:
    """Extended grapheme clusters: what a reader calls a character."""
    return graphemes_in(normalise_text(text))


@memoize.memoized
def utf8_bytes(text: str) -> int:
    """Bytes of the text in UTF-8."""
    return len(normalise_text(text).encode())


def graphemes_in(text: str) -> int:
    """As `count_graphemes`, of a text that is normalised already."""
    if text.isascii():  # normalise_text() leaves no CR LF, the only ASCII pair that is one grapheme
        return len(text)
    return len(GRAPHEME.findall(text))


@memoize.memoized
def count_separate_graphemes(text: str) -> int:
    """Grapheme clusters as they were before Unicode 15.1: letters that a virama joins count one by one."""
    return separate_graphemes_in(normalise_text(text))


def separate_graphemes_in(text: str) -> int:
    """As `count_separate_graphemes`, of a text that is normalised already."""
    if text.isascii():
        return len(text)
    clusters: list[str] = GRAPHEME.findall(text)
    return len(clusters) + sum(len(_CONJUNCT.findall(one)) for one in clusters if len(one) > 1)


@memoize.memoized
def count_code_points(text: str) -> int:
    """Code points, as Python and Go count them."""
    return len(normalise_text(text))


@memoize.memoized
def count_utf16_units(text: str) -> int:
    """UTF-16 code units, as JavaScript and C# count them."""
    return len(normalise_text(text).encode("utf-16-le")) // 2
