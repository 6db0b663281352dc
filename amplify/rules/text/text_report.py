"""Measures a text for a platform: length, what is left, its links, hashtags and mentions, and what is refused. Pure.

A text is valid where the platform takes it by itself: something to say, not too long, and no character that it
refuses. Where a platform has a rule of its own for that, its profile has it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from amplify.model.message import Entity
from amplify.model.platform_profile import PlatformProfile
from amplify.rules.text.text_length import GRAPHEME, normalise_text, utf8_bytes
from amplify.rules.text.unsafe_characters import find_unsafe, find_unwritable, lone_surrogate


@dataclass(frozen=True, slots=True)
class TextReport:
    """The measures of one text on one platform."""

    profile: PlatformProfile
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
        return self.profile.text_max - self.length

    def values(self, kind: str) -> list[str]:
        """Hashtags, mentions and cashtags without their sign, links as they stand in the text, in order."""
        return [
            self.text[one.start : one.end] if kind == "link" else one.value for one in self.entities if one.kind == kind
        ]


def measure_on(text: str, profile: PlatformProfile, warning: str = "") -> TextReport:
    """Measure `text`, below the content warning `warning`, on the platform of `profile`. Never raises."""
    said = normalise_text(text)
    beside = profile.measure(warning) if warning else 0
    length, octets = profile.measure(said) + beside, utf8_bytes(said)
    entities = profile.entities(said)
    too_long = length > profile.text_max or (profile.bytes_max is not None and octets > profile.bytes_max)
    return TextReport(
        profile=profile,
        text=said,
        length=length,
        octets=octets,
        entities=entities,
        fits=_fits(said, profile, beside, entities) if too_long else len(said),
        faults=tuple(_faults(text, said, profile, length, octets)),
        notes=tuple(_notes(text, profile, entities)),
    )


def _faults(text: str, said: str, profile: PlatformProfile, length: int, octets: int) -> Iterator[str]:
    if not (said if profile.blank_is_text else said.strip()):
        yield "there is nothing to say: write a text"
    if length > profile.text_max:
        over = length - profile.text_max
        yield f"{over:,} too long: {length:,} {profile.unit}, {profile.text_max:,} at most"
    if profile.bytes_max is not None and octets > profile.bytes_max:
        yield f"{octets - profile.bytes_max:,} bytes too long: {octets:,}, {profile.bytes_max:,} at most"
    if profile.text_faults is not None:
        yield from profile.text_faults(text)
    elif found := find_unwritable(text):
        yield found.sentence


def _notes(text: str, profile: PlatformProfile, entities: tuple[Entity, ...]) -> Iterator[str]:
    cashtags = sum(one.kind == "cashtag" for one in entities)
    if profile.cashtags_max is not None and cashtags > profile.cashtags_max:
        yield f"{cashtags} cashtags: {profile.title} takes {profile.cashtags_max} in a post"
    if profile.text_faults is not None and (found := find_unwritable(text)) and not lone_surrogate(text):
        yield found.sentence
    for one in find_unsafe(text):
        yield one.sentence


def _fits(text: str, profile: PlatformProfile, beside: int, entities: tuple[Entity, ...]) -> int:
    """Where a text that is too long would be cut: between two graphemes, before what would be cut in two."""
    ends = [match.end() for match in GRAPHEME.finditer(text)]
    low, high = 0, len(ends)
    if profile.fitting is not None:
        low = high = bisect_right(ends, profile.fitting(text, profile.text_max - beside))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _takes(text[: ends[middle - 1]], profile, beside) else (low, middle - 1)
    cut = ends[low - 1] if low else 0
    return next((one.start for one in entities if one.start < cut < one.end), cut)


def _takes(text: str, profile: PlatformProfile, beside: int) -> bool:
    if profile.bytes_max is not None and utf8_bytes(text) > profile.bytes_max:
        return False
    return profile.measure(text) + beside <= profile.text_max
