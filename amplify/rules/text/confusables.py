"""Finds words in which a letter of another script looks like one of their own (Unicode Technical Standard 39).

“Аnna” with a Cyrillic А looks right and is found by nobody: it breaks search, hashtags and stops. Two scripts joined
on purpose (“X-платформа”, “3D-друк”) are no mistake, and neither is a word whose foreign letters look like nothing in
its own script (“iPhoneы”).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from amplify.rules.text import memoize

_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*+")
"""Letters with their marks; hyphens, apostrophes, digits and `_` part words."""

_LETTERS: Final = {
    "Latin": re.compile("[A-Za-z\u00c0-\u024f]"),
    "Cyrillic": re.compile("[\u0400-\u052f]"),
    "Greek": re.compile("[\u0370-\u03ff]"),
}
_ALIKE: Final = {
    "Latin": frozenset("ABCEHIJKMOPSTXYaceijkhopsvxyÈËÏèéëïóö"),
    "Cyrillic": frozenset("АВСЕНІЈКМОРЅТУҮХԚԜЀЁЇӒӦаԁсеһіјкорԛѕуүхԝѐёїӓӧ"),
    "Greek": frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχό"),
}
"""Letters of each script that pass for a letter of another one."""

_LOOKS_LIKE: Final = str.maketrans(
    "АВСЕНІЈКМОРЅТХУҮԚԜҺЗасеіјорѕухһԁԛԝүӏӀгкпΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχγωςσηԱՏՕՍօոսհզցքյıɑɡɩʏ",
    "ABCEHIJKMOPSTXYYQWH3aceijopsyxhdqwyllrknABEZHIKMNOPTYXaikvoptuxywconUSOUonuhqgpjiagiY",
)
"""Cyrillic, Greek, Armenian and phonetic letters, and the Latin letters (or digits) for which they pass."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)


def mixed_words(text: str) -> Iterator[str]:
    """Every word in which all letters of one of its scripts look like letters of another."""
    for match in _WORD.finditer(text):
        word = match[0]
        if not word.isascii() and _passes_for_another(word):
            yield word


@memoize.memoized
def _passes_for_another(word: str) -> bool:
    by_script = {name: letters for name, pattern in _LETTERS.items() if (letters := set(pattern.findall(word)))}
    return len(by_script) > 1 and any(letters <= _ALIKE[name] for name, letters in by_script.items())


def look_alike_key(text: str) -> str:
    """The text with letters of other scripts written as the Latin ones for which they pass: equal keys look alike."""
    return text if text.isascii() else text.translate(_LOOKS_LIKE)


def without_invisible(text: str) -> str:
    """The text without characters that nobody sees."""
    return text if text.isascii() else _INVISIBLE.sub("", text)
