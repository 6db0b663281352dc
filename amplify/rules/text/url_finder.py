"""Finds addresses in a text, with or without scheme. Pure, in bounded time for any text.

twitter-text-parser decides what an address is. But it looks everywhere, and its expressions backtrack: four thousand
letters with dots between them take it a minute. So it is only shown the stretches that can hold an address, and what
makes it slow without being able to become one is taken out before. Up to 100 code points without a blank are shown
as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from amplify.rules.text import memoize, url_library
from amplify.rules.text.url_library import url_tables

_PLAIN = 100
_PLAIN_DOTS = 8
_LONGEST: Final = 4200
"""The library takes no address over 4,096; longer stretches are shown in pieces."""
_DOTS_MOST: Final = 32
"""A domain with more labels than this is none that anybody has."""
_RUN_MOST: Final = 1000
_RUN_MOST_IN_LONG_TEXTS: Final = 200
"""Letters without any sign between them, beyond which there is no address to be found."""
_LONG_TEXT: Final = 10_000

_DOT = re.compile(r"\.\w")
_BLANK = re.compile(r"[ \n\t]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Address(NamedTuple):
    """One address in a text, in code points."""

    start: int
    end: int
    counted: int
    """How many code points its 23 characters stand for; nearly always all of it."""


@memoize.memoized
def find_urls(text: str) -> tuple[Address, ...]:
    """Every address, with and without scheme, in order: as X links them."""
    # A lone surrogate cannot be encoded for the domain check; one code point stands in for it, offsets stay.
    text = _LONE_SURROGATE.sub("\ufffd", text)
    return tuple(one for start, stretch in _stretches(text) for one in _found(start, stretch))


def _stretches(text: str) -> Iterator[tuple[int, str]]:
    """Stretches between blanks that hold a dot, each with the blank before it, which says that an address may begin."""
    done = 0
    for dot in _DOT.finditer(text):
        if dot.start() < done:
            continue
        before = max(text.rfind(blank, done, dot.start()) for blank in " \n\t")
        begin = max(before, done - 1, 0)
        blank_after = _BLANK.search(text, dot.end())
        done = blank_after.start() if blank_after else len(text)
        if done - begin <= _PLAIN and text.count(".", begin, done) <= _PLAIN_DOTS:
            yield begin, text[begin:done]
        else:
            yield from _disarmed(text, begin, done)


def _disarmed(text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """A suspicious stretch in pieces that the parser handles quickly.

    A dot that cannot belong to a domain becomes `;`, which stands in paths and queries wherever a dot does.
    """
    most = _RUN_MOST if len(text) <= _LONG_TEXT else _RUN_MOST_IN_LONG_TEXTS
    pieces: list[str] = []
    start = at = begin
    for run in url_library.domains().run.finditer(text, begin, end):
        word = run[0]
        if (len(word) > most and not word.isascii()) or run.end() - start > _LONGEST:
            yield start, "".join(pieces)
            pieces, start, at = [], run.start(), run.start()
            if len(word) > most:
                start = at = run.end()
                continue
        pieces += text[at : run.start()], _without_idle_dots(word)
        at = run.end()
    yield start, "".join(pieces) + text[at:end]


def _without_idle_dots(run: str) -> str:
    dots = run.count(".")
    if not dots:
        return run
    ends = [match.end() for match in url_library.domains().ending.finditer(run)] if dots <= _DOTS_MOST else []
    last = ends[-1] if ends else 0
    return run[:last] + run[last:].replace(".", ";")


def _found(start: int, stretch: str) -> Iterator[Address]:
    if "." not in stretch:
        return
    found: list[dict[str, Any]] = url_tables().extract_urls_with_indices(stretch)
    for one in found:
        first, last = one["indices"]
        yield Address(start + first, start + last, len(one["url"]))
