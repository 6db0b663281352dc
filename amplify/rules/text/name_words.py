"""Splits a text into words in the form in which names are compared. Pure, in time that grows with the text.

Two spellings count as the same word if only these differ: composition of letters (NFKC, so that styled and full-width
letters count as plain ones), case, invisible characters, the kind of apostrophe or whether there is one, marks on
Latin letters (`Duboŭnik`, `Dubounik`), stress marks on Cyrillic ones, `ё` and `е`. `й`, `ў` and `ї` stay letters of
their own. In a word that mixes Latin and Cyrillic, look-alikes count as letters of either script.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple
from urllib.parse import unquote

_APOSTROPHES: Final = dict.fromkeys(map(ord, "’‘ʼʹ′`´‛＇ʻ"), "'")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
_LETTERS_OF_THEIR_OWN: Final = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ı": "i"})
_MARKS = re.compile("(?<=[A-Za-z])[\u0300-\u036f]+|(?<=[Ее])\u0308|[\u0300-\u0305\u0307\u0309-\u036f]+")
"""On a Latin letter all, on others all but those that make another letter of it (breve, diaeresis)."""

_RUN = re.compile(r"https?://\S++|[#@](?:['@.-]*+\w++)++|(?P<bare>[#@]['@.-]*+)|[^\W_]++(?:'[^\W_]++)*+", re.IGNORECASE)
"""Runs of signs without a word (`bare`) are read too, and dropped: looked for again at each sign, they would take the
square of their length."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_JOINT = re.compile(r"[\s\-_\u2010\u2011]*")
_JOINT_OF_A_RUN = re.compile(r"[\s\-_\u2010\u2011.+]*")
"""In addresses, tags and handles a full stop or a plus joins words too; in sentences, only behind an initial."""
_JOINT_OF_AN_INITIAL = re.compile(r"\.?[\s\-_\u2010\u2011]*")
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|dell|dall|nell|all|un)'(?=[A-Za-z]{2})", re.IGNORECASE)
_GENITIVE = re.compile(r"(?<=[A-Za-z])'s?$|(?<=[^\W_A-Za-z])'s$", re.IGNORECASE)

_LATIN: Final = "ABCEHIJKMOPSTXYaceijkhopsxy"
_CYRILLIC: Final = "АВСЕНІЈКМОРЅТХУасеіјкһорѕху"
_TO_CYRILLIC: Final = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN: Final = str.maketrans(_CYRILLIC, _LATIN)
_IN_LATIN, _IN_CYRILLIC = re.compile("[A-Za-z]"), re.compile("[\u0400-\u052f]")


class NameWord(NamedTuple):
    """One word, or one word of a `CamelCase` one."""

    text: str
    keys: tuple[str, ...]
    """What it is compared as; several where it mixes scripts."""
    start: int
    end: int
    """Code points of the plain text."""
    joined: bool
    """To the piece before it: only blanks, hyphens or nothing stand between."""
    whole: tuple[bool, bool]
    """Its start and its end are those of a word."""
    tagged: bool
    """In a hashtag, a handle or an address: words stand there without blanks between them."""


def without_marks(text: str) -> str:
    """The text without marks that do not count in comparison, in its own case."""
    text = text.translate(_APOSTROPHES) if not text.isascii() or "`" in text else text
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_LETTERS_OF_THEIR_OWN)
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))


def split_words(plain_text: str) -> Iterator[NameWord]:
    """The words of a text made `plain`, in order. Addresses are read as they are meant (`%D0%90` as `А`)."""
    end = -1
    for run in _RUN.finditer(plain_text):
        if run["bare"] is not None:
            continue
        said, offset = run[0], run.start()
        tagged = said[0] in "#@" or "://" in said
        if "://" in said and "%" in said:
            for piece in _words_of(without_marks(unquote(said)), tagged=True):
                yield piece._replace(start=offset, end=run.end())
            end = run.end()
            continue
        for word in _WORD.finditer(said) if tagged else (_WORD.match(said),):
            assert word is not None  # a run that is no tag is a word
            for start, text in _bare(word[0]):
                at = offset + word.start() + start
                yield _piece(text, at, _joins(plain_text, end, at, tagged), tagged)
                end = at + len(text)


def _words_of(text: str, tagged: bool) -> Iterator[NameWord]:
    end = -1
    for word in _WORD.finditer(text):
        for start, bare in _bare(word[0]):
            at = word.start() + start
            yield _piece(bare, at, _joins(text, end, at, tagged), tagged)
            end = at + len(bare)


def split_camel_case(word: NameWord) -> tuple[NameWord, ...]:
    """The words of which a `CamelCase` one is made; nothing where it is a single one."""
    said, cuts = word.text, [0]
    if said.islower() or said[1:].islower():
        return ()  # most words
    for at in range(1, len(said)):
        before, here = said[at - 1], said[at]
        number = before.isalpha() != here.isalpha() and "'" not in (before, here)
        if number or (here.isupper() and (not before.isupper() or said[at + 1 : at + 2].islower())):
            cuts.append(at)
    if len(cuts) == 1:
        return ()
    # An escaped address is shown whole: its letters are not those of the text.
    inside = word.end - word.start == len(said)
    return tuple(
        NameWord(
            said[start:end],
            word_keys(said[start:end]),
            word.start + start if inside else word.start,
            word.start + end if inside else word.end,
            word.joined if start == 0 else True,
            (start == 0, end == len(said)),
            word.tagged,
        )
        for start, end in pairwise([*cuts, len(said)])
    )


def word_keys(word: str) -> tuple[str, ...]:
    """The forms in which one plain word is compared."""
    said = word.replace("'", "").casefold()
    if word.isascii() or not (_IN_LATIN.search(word) and _IN_CYRILLIC.search(word)):
        return (said,)
    others = (word.translate(_TO_LATIN), word.translate(_TO_CYRILLIC))
    return (said, *(other.replace("'", "").casefold() for other in others))


def _piece(text: str, at: int, joined: bool, tagged: bool) -> NameWord:
    return NameWord(text, word_keys(text), at, at + len(text), joined, (True, True), tagged)


def _bare(word: str) -> Iterator[tuple[int, str]]:
    """A word without `’s` behind it; `d’`, `l’` before it are a word of their own."""
    if "'" not in word:
        yield 0, word
        return
    word = _GENITIVE.sub("", word)
    elided = _ELISION.match(word)
    start = elided.end() if elided else 0
    if start:
        yield 0, word[: start - 1]
    if word[start:]:
        yield start, word[start:]


def _joins(text: str, end: int, start: int, tagged: bool) -> bool:
    """Whether only what may stand inside a name stands between two words."""
    if end < 0:
        return False
    if tagged:
        joint = _JOINT_OF_A_RUN
    else:
        initial = end > 0 and text[end - 1].isalpha() and (end == 1 or not text[end - 2].isalnum())
        joint = _JOINT_OF_AN_INITIAL if initial else _JOINT
    return joint.fullmatch(text, end, start) is not None
