"""Resolves unquoted YAML scalars by the core schema of YAML 1.2 (chapter 10.3)."""

from __future__ import annotations

import math
import re

_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_DIGITS = 18
"""Longest number we read: counts and years need far fewer."""


class NotANumber(ValueError):
    """The scalar looks like a number that nothing here can mean; the message is a sentence."""


def plain_scalar(word: str) -> bool | int | float | str | None:
    """The value of an unquoted scalar: dates, times, `yes` and `no` stay text. Raises NotANumber."""
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "-+.0123456789":
        return word
    if _NOT_FINITE.fullmatch(word):
        raise NotANumber(f"`{word}` is not a number that can be counted: put it in quotes if it is text")
    whole = _INT.fullmatch(word) or _OCTAL.fullmatch(word) or _HEX.fullmatch(word)
    if whole is None and _FLOAT.fullmatch(word) is None:
        return word
    if len(word) > _DIGITS:
        raise NotANumber("this number is too long: put it in quotes if it is text")
    if whole is None:
        value = float(word)
        if not math.isfinite(value):
            raise NotANumber(f"`{word}` is too large a number: put it in quotes if it is text")
        return value
    if word.startswith("0o"):
        return int(word[2:], 8)
    return int(word, 16) if word.startswith("0x") else int(word)
