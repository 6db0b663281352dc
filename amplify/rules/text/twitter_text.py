"""The one door to twitter-text-parser: X's own counting rules and tables."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any


@cache
def library() -> Any:
    """The library, loaded when it is first needed: its tables take 60 ms.

    It imports `pkg_resources`, which warns everybody about its own end; setuptools is pinned for it instead.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        import twitter_text
        import twitter_text.config
        import twitter_text.extract_urls
    return twitter_text


@dataclass(frozen=True, slots=True)
class Scale:
    """How X counts: the numbers of twitter-text's `config/v3.json`. Weights are in `scale`ths of a character."""

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
    config = library().config.config["defaults"]
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
    """The library's own list (Unicode's `emoji-test.txt`)."""
    listed = library() and import_module("twitter_text.regexp.emoji").emoji_list
    sequences = frozenset("".join(chr(int(code, 16)) for code in one.codepoint.split()) for one in listed)
    beyond = sorted({ord(letter) for one in sequences for letter in one if not letter.isascii()})
    first = "".join(sorted({re.escape(one[0]) for one in sequences if one[0].isascii()}))
    return Emoji(
        sequences=sequences,
        longest=max(map(len, sequences)),
        near=re.compile(f"[{first}]?[{''.join(map(_escaped, beyond))}]+"),
    )


@dataclass(frozen=True, slots=True)
class Domains:
    """What the library takes for a domain, in pieces."""

    run: re.Pattern[str]
    """A stretch that can hold a domain: no character outside it belongs to one."""
    ending: re.Pattern[str]
    """A dot after a letter, with one of the endings that domains have."""


@cache
def domains() -> Domains:
    """Made from the library's own expressions."""
    assert library()
    letter = import_module("twitter_text.regexp.valid_domain_chars").valid_domain_chars.pattern
    endings = "|".join(
        getattr(import_module(f"twitter_text.regexp.{name}"), name).pattern
        for name in ("valid_gtld", "valid_cctld", "valid_punycode")
    )
    return Domains(
        run=re.compile(f"(?:{letter}|[._-])+"),
        ending=re.compile(rf"(?<={letter})\.(?:{endings})", re.IGNORECASE),
    )


def _escaped(code: int) -> str:
    return f"\\U{code:08x}"
