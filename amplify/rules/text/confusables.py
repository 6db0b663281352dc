"""Finds words in which a letter of another script looks like one of their own (Unicode Technical Standard 39).

“Аnna” with a Cyrillic А looks right and is found by nobody: it breaks search, hashtags and stops. Two scripts joined
on purpose (“X-платформа”, “3D-друк”) are no mistake, and neither is a word whose foreign letters look like nothing in
its own script (“iPhoneы”).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

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


def mixed_words(text: str) -> Iterator[str]:
    """Every word in which all letters of one of its scripts look like letters of another."""
    for match in _WORD.finditer(text):
        word = match[0]
        if not word.isascii() and _passes_for_another(word):
            yield word


def _passes_for_another(word: str) -> bool:
    by_script = {name: letters for name, pattern in _LETTERS.items() if (letters := set(pattern.findall(word)))}
    return len(by_script) > 1 and any(letters <= _ALIKE[name] for name, letters in by_script.items())
