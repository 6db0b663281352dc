"""The opening words of a text, as its title."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 56
"""Characters of a title: a line and a half on a telephone."""
_SHORTEST: Final = 12
"""An opening sentence shorter than this says too little by itself."""
_SENTENCE: Final = re.compile(r"[.!?…:](?=\s)|\n")

_AROUND: Final = " “”„«»\"'‘"
"""What a title does not begin or end with: the sentence behind it closes the quotation."""


def opening_words(text: str) -> str:
    """The first sentence of a text, or as many words of it as fit into a title, with `…` behind them."""
    words = " ".join(re.sub(r"https?://\S+", " ", text).split()) or " ".join(text.split())
    end = next((match.end() for match in _SENTENCE.finditer(words) if match.end() >= _SHORTEST), len(words))
    if end <= _LONGEST:
        return words[:end].strip(_AROUND).rstrip(":")
    cut = words.rfind(" ", 0, _LONGEST)
    if cut < _SHORTEST:  # a script without blanks, or one long word
        return f"{_whole_letters(words)}…"
    return f"{words[:cut].lstrip(_AROUND).rstrip(' ,;:–—-')}…"


def _whole_letters(words: str) -> str:
    """As many letters as fit, none of them cut."""
    import regex

    kept = ""
    for letter in regex.findall(r"\X", words):
        if len(kept) + len(letter) > _LONGEST:
            break
        kept += letter
    return kept
