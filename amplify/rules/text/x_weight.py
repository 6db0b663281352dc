"""How long a text is on X (twitter-text, `config/v3.json`), by the library's own tables, but counted in one pass.

The library's `parse_tweet` looks for an emoji at each character, which takes most of a millisecond; here it is only
looked for where one can stand. The answers are the same, which a test proves on mixed texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from amplify.rules.text.twitter_text import Scale, emoji, scale
from amplify.rules.text.x_addresses import x_addresses

_NOTHING_SPECIAL: Final = "\u00a8"
"""The last code point below the first that begins an emoji by itself (©)."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What X makes of a text."""

    length: int
    """Weighted characters."""
    valid: bool
    """Not empty, not too long, and no character in it that X does not take."""


def weigh(text: str, emoji_count_once: bool = True) -> Weight:
    """The weight of a text that is normalised already (`measure.normal`).

    Without `emoji_count_once`, each code point of an emoji counts for itself, as in twitter-text's version 2.
    """
    rules = scale()
    weight = at = 0
    for start, end, units in _stretches(text, rules, emoji_count_once):
        weight += _plain(text[at:start], rules) + units
        at = end
    weight += _plain(text[at:], rules)
    length = weight // rules.scale
    return Weight(length, 0 < length <= rules.most and rules.invalid.search(text) is None)


def fitting(text: str, emoji_count_once: bool = True) -> int:
    """How many code points of a normalised text X takes, from its beginning: whole addresses, whole emoji."""
    rules = scale()
    invalid = rules.invalid.search(text)
    end_of_valid = invalid.start() if invalid else len(text)
    weight = at = 0
    for start, end, units in (*_stretches(text, rules, emoji_count_once), (len(text), len(text), 0)):
        for index in range(at, start):
            weight += _plain(text[index], rules)
            if weight > rules.most * rules.scale:
                return min(index, end_of_valid)
        weight += units
        if weight > rules.most * rules.scale:
            return min(start, end_of_valid)
        at = end
    return min(at, end_of_valid)


def _plain(text: str, rules: Scale) -> int:
    """Weight of a stretch without addresses and emoji."""
    weight = len(text) * rules.other
    for inside, units in rules.ranges:
        left = 0 if text.isascii() and inside.fullmatch(text) else len(inside.sub("", text))
        weight += (len(text) - left) * (units - rules.other)
    return weight


def _stretches(text: str, rules: Scale, emoji_count_once: bool) -> Iterator[tuple[int, int, int]]:
    """Addresses and emoji in order: start, end, weight. What begins inside another is a part of it."""
    found = [(one.start, one.start + one.counted, rules.address * rules.scale) for one in x_addresses(text)]
    if emoji_count_once and not text.isascii():
        found += [(start, end, rules.other) for start, end in _emoji(text)]
        found.sort(key=lambda one: one[0])
    at = 0
    for start, end, units in found:
        if start >= at:
            yield start, end, units
            at = end


def _emoji(text: str) -> Iterator[tuple[int, int]]:
    """Every emoji, the longest that stands there."""
    if max(text) <= _NOTHING_SPECIAL:
        return
    known = emoji()
    for stretch in known.near.finditer(text):
        at, end = stretch.span()
        while at < end:
            longest = min(end, at + known.longest)
            one = next((to for to in range(longest, at, -1) if text[at:to] in known.sequences), None)
            if one is None:
                at += 1
            else:
                yield at, one
                at = one
