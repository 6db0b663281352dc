"""Text length on X (twitter-text, `config/v3.json`), by the library's own tables, but counted in one pass.

The library's `parse_tweet` looks for an emoji at each character, which takes most of a millisecond; here it is only
looked for where one can stand. The answers are the same, which a test proves on mixed texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

from amplify.rules.text import memoize
from amplify.rules.text.text_length import normalise_text
from amplify.rules.text.url_finder import find_urls
from amplify.rules.text.url_library import url_tables

_NOTHING_SPECIAL: Final = "\u00a8"
"""The last code point below the first that begins an emoji by itself (©)."""


@dataclass(frozen=True, slots=True)
class Scale:
    """X's weights for characters: the numbers of twitter-text's `config/v3.json`, in `scale`ths of a character."""

    most: int
    """Longest post, in characters."""
    scale: int
    other: int
    """Weight of a code point outside all ranges, and of an emoji however many code points it has."""
    address: int
    """What an address counts, in characters."""
    ranges: tuple[tuple[re.Pattern[str], int], ...]
    """Code points that weigh something else, as stretches of them, and their weight."""
    invalid: re.Pattern[str]
    """A character that X does not take."""


@cache
def scale() -> Scale:
    """The library's default configuration, ready for counting."""
    config = url_tables().config.config["defaults"]
    by_weight: dict[int, list[str]] = {}
    for one in config["ranges"]:
        by_weight.setdefault(one["weight"], []).append(f"{_escaped(one['start'])}-{_escaped(one['end'])}")
    return Scale(
        most=config["max_weighted_tweet_length"],
        scale=config["scale"],
        other=config["default_weight"],
        address=config["transformed_url_length"],
        ranges=tuple((re.compile(f"[{''.join(ranges)}]+"), weight) for weight, ranges in by_weight.items()),
        invalid=import_module("twitter_text.regexp.invalid_chars").invalid_chars,
    )


@dataclass(frozen=True, slots=True)
class Emoji:
    """Every emoji that X counts as one."""

    sequences: frozenset[str]
    longest: int
    """Code points of the longest."""
    near: re.Pattern[str]
    """Stretches outside of which no emoji stands. Of ASCII, only the first character of a keycap belongs to one."""


@cache
def emoji() -> Emoji:
    """The library's own list (Unicode's `emoji-test.txt`), of joined emoji only those that are written in full.

    twitter-text for JavaScript counts `🏃‍♀` without U+FE0F in pieces, and so do we. Its list is older: joined emoji
    that are newer than 2019 count 5 or 8 there, and 2 here, as X's page on counting has it for every emoji.
    """
    listed = url_tables() and import_module("twitter_text.regexp.emoji").emoji_list
    spelled = ((one.status, "".join(chr(int(code, 16)) for code in one.codepoint.split())) for one in listed)
    sequences = frozenset(one for status, one in spelled if "\u200d" not in one or status == "fully-qualified")
    beyond = sorted({ord(letter) for one in sequences for letter in one if not letter.isascii()})
    first = "".join(sorted({re.escape(one[0]) for one in sequences if one[0].isascii()}))
    return Emoji(
        sequences=sequences,
        longest=max(map(len, sequences)),
        near=re.compile(f"[{first}]?[{''.join(map(_escaped, beyond))}]+"),
    )


@dataclass(frozen=True, slots=True)
class Weight:
    """The weighted length of a text, and whether X takes it."""

    length: int
    """Weighted characters."""
    valid: bool
    """Not empty, not too long, and no character in it that X does not take."""


@memoize.memoized
def weighted_length(text: str) -> int:
    """Weighted characters: most scripts 1, others 2, an emoji 2, an address 23 (twitter-text v3)."""
    return weigh_text(normalise_text(text)).length


def weigh_text(text: str, emoji_count_once: bool = True) -> Weight:
    """The weight of a text that is normalised already (`text_length.normalise_text`).

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


def fitting_length(text: str, most: int | None = None, *, emoji_count_once: bool = True) -> int:
    """How many code points of a normalised text X takes, from its beginning: whole addresses, whole emoji.

    `most`: weighted characters, where it is not the usual length of a post.
    """
    rules = scale()
    room = (rules.most if most is None else most) * rules.scale
    invalid = rules.invalid.search(text)
    end_of_valid = invalid.start() if invalid else len(text)
    weight = at = 0
    for start, end, units in (*_stretches(text, rules, emoji_count_once), (len(text), len(text), 0)):
        for index in range(at, start):
            weight += _plain(text[index], rules)
            if weight > room:
                return min(index, end_of_valid)
        weight += units
        if weight > room:
            return min(start, end_of_valid)
        at = end
    return min(at, end_of_valid)


def refused_character(text: str) -> str | None:
    """The first character of a normalised text that X does not take."""
    found = scale().invalid.search(text)
    return found[0] if found else None


def _plain(text: str, rules: Scale) -> int:
    """Weight of a stretch without addresses and emoji."""
    weight = len(text) * rules.other
    for inside, units in rules.ranges:
        left = 0 if text.isascii() and inside.fullmatch(text) else len(inside.sub("", text))
        weight += (len(text) - left) * (units - rules.other)
    return weight


def _stretches(text: str, rules: Scale, emoji_count_once: bool) -> Iterator[tuple[int, int, int]]:
    """Addresses and emoji in order: start, end, weight. What begins inside another is a part of it."""
    found = [(one.start, one.start + one.counted, rules.address * rules.scale) for one in find_urls(text)]
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


def _escaped(code: int) -> str:
    return f"\\U{code:08x}"
