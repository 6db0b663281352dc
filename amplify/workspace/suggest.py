"""“Did you mean …?” suggestions for unknown names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LONGEST: Final = 100
"""Longest word for which a similar one is looked for: ids have 64 letters at most."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: `; did you mean `x`?`, or the known names where there are few, or nothing."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6) if len(word) <= _LONGEST else []
    if close:
        return f"; did you mean `{close[0]}`?"
    if not names:
        return "; there is none yet"
    if len(names) <= 8:
        return "; there are: " + ", ".join(names)
    return ""
