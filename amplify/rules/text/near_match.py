"""Whether a text on a server may be one of ours, after the server has gone over it. Pure.

Servers change more than they say: they read a text as Markdown or HTML, turn quotes and dashes, decode or encode
entities, shorten addresses, drop what they take for a tag, number a list anew. What none of them makes is new words. So
words are compared, and the answer is yes in doubt: a yes asks a person to look, a wrong no says the same thing twice.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from itertools import product
from typing import Final

import regex

_LIKE: Final = 0.6
"""How much of two texts stands in both in the same order, in letters. Two of one language have half."""
_WORDS: Final = 0.6
"""How many words of the shorter text stand in the longer one, in their order."""
_INSIDE: Final = 0.9
"""How many letters of the shorter text stand in the longer one, in their order, where it has a third of the longer
one's: few letters stand in any long text."""
_ADDRESS: Final = regex.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}+:(?:/|[^\s/]{1,255}+/)\S*+"
    r"|(?<![\p{L}\p{N}.-])(?:[\p{L}\p{N}-]++\.)+\p{L}{2,}+/\S*+",
    regex.IGNORECASE,
)
_NUMBERED: Final = regex.compile(r"^(?:[^\S\n]|[>*-])*+\p{N}++[.)]\s", regex.MULTILINE)
_WORD: Final = regex.compile(r"[\p{L}\p{N}]+")


def is_near_match(ours: str, theirs: str) -> bool:
    """Whether `theirs` may be what a server made of `ours`. True as well where nothing is left to tell them apart."""
    if "\ufffd" in theirs or "???" in theirs:  # letters that the server could not keep
        return True
    return any(_alike(one, other) for one, other in product(_readings(ours), _readings(theirs)))


def _readings(text: str) -> set[tuple[str, ...]]:
    """A text's words, with its addresses and without, with its entities as typed and decoded."""
    decoded = text
    for _ in range(3):  # a server may have encoded what was encoded
        decoded = html.unescape(decoded)
    plain = {_plain(one) for one in (text, decoded)}
    return {tuple(_WORD.findall(form)) for one in plain for form in (one, _ADDRESS.sub(" ", one))}


def _plain(text: str) -> str:
    """The text in lower case without marks, joiners and the numbers of lists."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(one for one in apart if unicodedata.category(one) not in ("Cf", "Mn", "Mc", "Me"))
    return _NUMBERED.sub("", kept)


def _alike(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    from rapidfuzz.distance import Indel, LCSseq

    if not ours or not theirs:
        return True
    if LCSseq.similarity(ours, theirs) >= _WORDS * min(len(ours), len(theirs)):
        return True
    one, other = "".join(ours), "".join(theirs)
    if one in other or other in one or Indel.normalized_similarity(one, other) >= _LIKE:
        return True
    shorter, longer = sorted((len(one), len(other)))
    return shorter >= longer / 3 and LCSseq.similarity(one, other) >= _INSIDE * shorter
