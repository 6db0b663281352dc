"""Caches measures of texts: a campaign measures the same few thousand texts again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

_Answer = TypeVar("_Answer")

SHORT: Final = 4000
"""Code points of a text that is one of many; longer ones are rare, and would fill the memory."""
_MANY = 4096
_FEW = 4


def memoized(function: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """Cache a pure function of a text, in bounded memory: many short texts, a few long ones."""
    short, long = lru_cache(_MANY)(function), lru_cache(_FEW)(function)

    @wraps(function)
    def asked(text: str) -> _Answer:
        return short(text) if len(text) <= SHORT else long(text)

    return asked
