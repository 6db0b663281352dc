"""How a text stands on a platform: its length, what is left, what becomes of it, and what breaks. Pure.

A text is valid where the platform takes it by itself: something to say, not too long, and no character that it
refuses. For X this is twitter-text's own rule.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import regex

from amplify.model.message import Entity
from amplify.model.platform_profile import Dialect
from amplify.rules.text.text_length import normalise_text, utf8_bytes
from amplify.rules.text.twitter_text import scale
from amplify.rules.text.unsafe_characters import find_unsafe, find_unwritable
from amplify.rules.text.x_weight import fitting

CASHTAGS_MOST: Final = 1
"""Cashtags that X takes in one post (changelog of its API, 2026)."""

_GRAPHEME = regex.compile(r"\X")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class TextReport:
    """One text on one platform."""

    dialect: Dialect
    text: str
    """As it would be sent: NFC."""
    length: int
    """In the platform's units, with the content warning where that counts."""
    octets: int
    """UTF-8 bytes."""
    entities: tuple[Entity, ...]
    fits: int
    """Code points of `text` that the platform takes, from its beginning; never inside a word that links."""
    faults: tuple[str, ...]
    """Why the platform does not take it, in sentences."""
    notes: tuple[str, ...]
    """What it takes, and should not be sent."""

    @property
    def valid(self) -> bool:
        """Whether the platform takes it."""
        return not self.faults

    @property
    def left(self) -> int:
        """Units that are left; below 0, how many it is too long."""
        return self.dialect.text_max - self.length

    def values(self, kind: str) -> list[str]:
        """Hashtags, mentions and cashtags without their sign, links as they stand in the text, in order."""
        return [
            self.text[one.start : one.end] if kind == "link" else one.value for one in self.entities if one.kind == kind
        ]


def measure_on(text: str, dialect: Dialect, warning: str = "") -> TextReport:
    """How `text`, below the content warning `warning`, stands on the platform of `dialect`. Never raises."""
    said = normalise_text(text)
    beside = dialect.measure(warning) if warning else 0
    length, octets = dialect.measure(said) + beside, utf8_bytes(said)
    entities = dialect.entities(said)
    too_long = length > dialect.text_max or (dialect.bytes_max is not None and octets > dialect.bytes_max)
    return TextReport(
        dialect=dialect,
        text=said,
        length=length,
        octets=octets,
        entities=entities,
        fits=_fits(said, dialect, beside, entities) if too_long else len(said),
        faults=tuple(_faults(text, said, dialect, length, octets)),
        notes=tuple(_notes(text, dialect, entities)),
    )


def _faults(text: str, said: str, dialect: Dialect, length: int, octets: int) -> Iterator[str]:
    nothing = not said if dialect.name == "x" else not said.strip()
    if nothing:
        yield "there is nothing to say: write a text"
    if length > dialect.text_max:
        over = length - dialect.text_max
        yield f"{over:,} too long: {length:,} {dialect.unit}, {dialect.text_max:,} at most"
    if dialect.bytes_max is not None and octets > dialect.bytes_max:
        yield f"{octets - dialect.bytes_max:,} bytes too long: {octets:,}, {dialect.bytes_max:,} at most"
    if dialect.name == "x":
        refused = scale().invalid.search(said)
        if refused:
            yield f"X does not take the character U+{ord(refused[0]):04X}: take it out"
        half = _HALF.search(text)
        if half:
            yield f"half of a character (U+{ord(half[0]):04X}) stands in it: type it again"
    elif found := find_unwritable(text):
        yield found.sentence


def _notes(text: str, dialect: Dialect, entities: tuple[Entity, ...]) -> Iterator[str]:
    cashtags = sum(one.kind == "cashtag" for one in entities)
    if cashtags > CASHTAGS_MOST:
        yield f"{cashtags} cashtags: X takes {CASHTAGS_MOST} in a post"
    if dialect.name == "x" and (found := find_unwritable(text)) and not _HALF.search(text):
        yield found.sentence
    for one in find_unsafe(text):
        yield one.sentence


def _fits(text: str, dialect: Dialect, beside: int, entities: tuple[Entity, ...]) -> int:
    """Where a text that is too long would be cut: between two graphemes, before what would be cut in two."""
    ends = [match.end() for match in _GRAPHEME.finditer(text)]
    low, high = 0, len(ends)
    if dialect.name == "x" and dialect.text_max == scale().most:
        low = high = bisect_right(ends, fitting(text))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _takes(text[: ends[middle - 1]], dialect, beside) else (low, middle - 1)
    cut = ends[low - 1] if low else 0
    return next((one.start for one in entities if one.start < cut < one.end), cut)


def _takes(text: str, dialect: Dialect, beside: int) -> bool:
    if dialect.bytes_max is not None and utf8_bytes(text) > dialect.bytes_max:
        return False
    return dialect.measure(text) + beside <= dialect.text_max
