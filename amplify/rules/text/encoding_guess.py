"""Guesses in which encoding a text was saved that is not UTF-8, so that people know what to change. Pure."""

from __future__ import annotations

from typing import Final

_ENOUGH: Final = 65_536
_CYRILLIC: Final = {"cp1251": "Windows-1251", "koi8-r": "KOI8-R", "cp866": "IBM866 (DOS)"}
"""How people of Eastern Europe saved texts before UTF-8."""
_COMMON: Final = frozenset("оеаинтсрвлкмдпуяыьгзбчйжхш")
"""Small letters that most Russian and Belarusian words are made of."""


def guess_encoding(data: bytes) -> str | None:
    """The usual name of the encoding; None where nobody can tell."""
    start = data[:_ENOUGH]
    half = len(start) // 2
    for zeros in (start[1::2], start[::2]):
        if half and zeros.count(0) > half * 0.3 and start.count(0) < len(start) * 0.7:
            return "UTF-16"
    if not any(byte > 0x7F for byte in start):
        return None
    scores = {name: _letters(start.decode(codec, "replace")) for codec, name in _CYRILLIC.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0.5 else None


def _letters(text: str) -> float:
    """Which part of what is not ASCII is a common small Cyrillic letter."""
    beyond = [one for one in text if one > "\x7f"]
    return sum(one in _COMMON for one in beyond) / len(beyond)
