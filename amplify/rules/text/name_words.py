"""Splits a text into words in the form in which names are compared. Pure, in time that grows with the text.

Two spellings count as the same word if only these differ: composition of letters (NFKC, so that styled and full-width
letters count as plain ones), case, invisible characters, the kind of apostrophe or whether there is one, and combining
marks (`Duboŭnik`, `Dubounik`; `ё` and `е`, `ў` and `у`, `й` and `и`), but for those that are letters of their script,
as in Hindi. Letters of Latin, Cyrillic and Greek that look alike count as each other where a word mixes scripts, or
could be one of another script altogether (`Bepa`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple
from urllib.parse import unquote

import regex

from amplify.rules.text import memoize

_APOSTROPHES: Final = dict.fromkeys(map(ord, "’‘ʼʽʹˈ′`´‛＇ʻʾʿ՚׳ꞌ᾿"), "'")
_BEFORE: Final = _APOSTROPHES | {ord("ϲ"): "c", ord("Ϲ"): "C"}
"""With letters that normalising would turn into others."""
_ANY_BEFORE = re.compile(f"[{''.join(map(chr, _BEFORE))}]")
_INVISIBLE = regex.compile(r"[[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]--[\t\n\v\f\r]]+", regex.V1)
_LETTERS_OF_THEIR_OWN: Final = str.maketrans("łŁđĐøØıħĦŧŦƀƶƵɨǥɍɉɏȼɇƚɑɡ", "lLdDoOihHtTbzZigrjycelag")
_MARKS = regex.compile(
    r"[[\p{M}&&[\p{Inherited}\p{Common}\p{Latin}\p{Cyrillic}\p{Greek}\p{Hebrew}\p{Arabic}]]--[\u3099\u309a]]+", regex.V1
)
"""Of every block, but those that are vowels or letters of their script (as in Hindi or Thai)."""

_RUN = re.compile(
    r"https?://\S+|(?<![\w.-])[\w-]++(?:\.[\w-]++)++/\S+|[#@]['@.-]{0,3}+\w++(?:['@.-]{1,3}+\w++)*+"
    r"|[^\W_]+(?:'[^\W_]+)*",
    re.IGNORECASE,
)
"""An address with or without a scheme, a hashtag or a handle, or a word."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_JOINT = re.compile(r"[\s\-_\u2010\u2011]*")
_JOINT_OF_A_RUN = re.compile(r"[\s\-_\u2010\u2011.+]*")
"""In addresses, tags and handles a full stop or a plus joins words too; in sentences, only behind an initial."""
_JOINT_OF_AN_INITIAL = re.compile(r"\.?[\s\-_\u2010\u2011]*")
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|dell|dall|nell|all|un)'(?=[A-Za-z]{2})", re.IGNORECASE)
_GENITIVE = re.compile(r"(?<=[A-Za-z])'s?$|(?<=[^\W_A-Za-z])'s$", re.IGNORECASE)

_CYRILLIC_TO_LATIN: Final = dict(
    zip("АВСЕНІӀЈКМОРЅТѴԜХУҮасԁеһіјкӏорԛѕѵԝхуү", "ABCEHIIJKMOPSTVWXYYacdehijklopqsvwxyy", strict=True)
)
_GREEK_TO_LATIN: Final = dict(zip("ΑΒΕΖΗΙͿΚΜΝΟΡΤΥΧαιϳκνορυχγ", "ABEZHIJKMNOPTYXaijkvopuxy", strict=True))
"""Letters that look like a Latin one in the same case."""
_TO_LATIN: Final = str.maketrans(_CYRILLIC_TO_LATIN | _GREEK_TO_LATIN)
_TO_CYRILLIC: Final = str.maketrans({latin: one for one, latin in reversed(_CYRILLIC_TO_LATIN.items())})
_TO_GREEK: Final = str.maketrans({latin: one for one, latin in reversed(_GREEK_TO_LATIN.items())})
_SCRIPTS: Final = tuple(map(re.compile, ("[A-Za-z]", "[\u0400-\u052f]", "[\u0370-\u03ff\u1f00-\u1fff]")))
_LETTERS = re.compile(r"[^\W\d_]+")
_ALIKE_ONLY: Final = (
    re.compile(f"[{''.join(_CYRILLIC_TO_LATIN.values())}']+|[{''.join(_GREEK_TO_LATIN.values())}']+"),
    re.compile(f"[{''.join(_CYRILLIC_TO_LATIN)}']+|[{''.join(_GREEK_TO_LATIN)}']+"),
)
"""A Latin word, and one of another script, all of whose letters pass for those of a script that is not its own."""


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
    text = _INVISIBLE.sub("", text.translate(_BEFORE) if _ANY_BEFORE.search(text) else text)
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_LETTERS_OF_THEIR_OWN)
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))


def without_invisible(text: str) -> str:
    """The text without characters that nobody sees."""
    return _INVISIBLE.sub("", text)


def split_words(plain_text: str) -> Iterator[NameWord]:
    """The words of a text made `plain`, in order. Addresses are read as they are meant (`%D0%90` as `А`)."""
    end = -1
    for run in _RUN.finditer(plain_text):
        said, offset = run[0], run.start()
        tagged = said[0] in "#@" or "/" in said
        if "://" in said and "%" in said:
            for piece in _words_of(without_marks(unquote(said)), tagged=True):
                yield piece._replace(start=offset, end=run.end())
            end = run.end()
            continue
        words = [(one.start(), one[0]) for one in _WORD.finditer(said)] if tagged else [(0, said)]
        for before, word in words:
            for start, text in _bare(word):
                at = offset + before + start
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


@memoize.memoized
def word_keys(word: str) -> tuple[str, ...]:
    """The forms in which one plain word is compared: its own, and where its letters mix scripts or could all be those
    of another one, what it looks like in each single script."""
    said = _folded(word)
    if word.isascii():
        if _ALIKE_ONLY[0].fullmatch(word) is None:
            return (said,)
    elif not is_mixed(word) and _ALIKE_ONLY[1].fullmatch(word) is None:
        return (said,)
    return tuple(dict.fromkeys((said, *map(_folded, _looks(word)))))


def in_one_script(text: str) -> str:
    """The text with each word that mixes scripts as it looks in a single one, where there is one."""
    return text if text.isascii() else _LETTERS.sub(lambda word: _in_one(word[0]), text)


def _in_one(word: str) -> str:
    return next(_looks(word), word) if is_mixed(word) else word


def possible_looks(word: str) -> tuple[str, ...]:
    """The word with its look-alikes in each script, letter by letter, mixed or not."""
    latin = word.translate(_TO_LATIN)
    return (latin, latin.translate(_TO_CYRILLIC), latin.translate(_TO_GREEK))


def _looks(word: str) -> Iterator[str]:
    return (looks for looks in possible_looks(word) if not is_mixed(looks))


def is_mixed(word: str) -> bool:
    """Whether letters of several of the scripts that look alike stand in one word."""
    return sum(script.search(word) is not None for script in _SCRIPTS) > 1


def _folded(word: str) -> str:
    return word.replace("'", "").casefold()


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
    if text[end:start] == " ":  # mostly
        return True
    if tagged:
        joint = _JOINT_OF_A_RUN
    else:
        initial = end > 0 and text[end - 1].isalpha() and (end == 1 or not text[end - 2].isalnum())
        joint = _JOINT_OF_AN_INITIAL if initial else _JOINT
    return joint.fullmatch(text, end, start) is not None
