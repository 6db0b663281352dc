"""Converts entity offsets between code points (ours), UTF-16 units (X, JavaScript) and UTF-8 bytes (Bluesky). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from amplify.model.message import Entity


@dataclass(frozen=True, slots=True)
class EncodedSpan:
    """The same span in three encodings: start and end, end-exclusive."""

    code_points: tuple[int, int]
    """Code points."""
    utf16: tuple[int, int]
    """UTF-16 code units: an emoji beyond U+FFFF is two."""
    utf8: tuple[int, int]
    """UTF-8 bytes: a Cyrillic letter is two, most emoji four."""


def utf16_units(text: str) -> int:
    """Length in UTF-16 code units. A lone surrogate is one."""
    return len(text) if text.isascii() else len(text) + sum(letter > "\uffff" for letter in text)


def utf8_octets(text: str) -> int:
    """Length in UTF-8 bytes. A lone surrogate, which has none, counts the three it would take."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def encoded_spans(text: str, entities: Iterable[Entity]) -> tuple[EncodedSpan, ...]:
    """The span of each entity in each encoding; entities come in order and do not overlap. Looks at the text once."""
    found = []
    at = units = octets = 0
    for one in entities:
        before, inside = text[at : one.start], text[one.start : one.end]
        first_unit, first_octet = units + utf16_units(before), octets + utf8_octets(before)
        at, units, octets = one.end, first_unit + utf16_units(inside), first_octet + utf8_octets(inside)
        found.append(EncodedSpan((one.start, one.end), (first_unit, units), (first_octet, octets)))
    return tuple(found)
