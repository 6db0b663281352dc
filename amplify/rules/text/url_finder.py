"""Finds addresses in a text, with or without scheme. Pure, in bounded time for any text.

twitter-text-parser's expressions decide what an address is. But they backtrack: four thousand letters with dots
between them take a minute. So they are only shown the stretches that can hold an address, and what makes them slow
without being able to become one is taken out before. Up to 100 code points without a blank are shown as they are.

The search itself is ours, as its release for JavaScript has it, because the parser's own loop loses addresses that X
links: a domain behind Hebrew or Arabic letters (`שלexample.org`), whose mixed word it asks IDNA about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from amplify.rules.text import memoize, url_library
from amplify.rules.text.url_library import address_tables

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
_FOLDING: Final = str.maketrans("İıſ\u212a", "ĪĪĪ℮")
"""Letters that Python takes for `i`, `s` and `k` in another case, and JavaScript does not; others stand in for them."""
_SHORT_MOST: Final = 40
_ADDRESS_MOST: Final = 4096
_LABEL_MOST: Final = 63
"""Of a label of a domain (RFC 1035)."""


class Address(NamedTuple):
    """One address in a text, in code points."""

    start: int
    end: int
    counted: int
    """How many code points its 23 characters stand for; nearly always all of it."""


@memoize.memoized
def find_urls(text: str) -> tuple[Address, ...]:
    """Every address, with and without scheme, in order: as X links them."""
    # A lone surrogate cannot be encoded; one code point stands in for it, offsets stay.
    text = _LONE_SURROGATE.sub("\ufffd", text).translate(_FOLDING)
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
    tables = address_tables()
    for match in tables.address.finditer(stretch) if "." in stretch else ():
        _, before, url, scheme, domain, _, path, _ = match.groups()
        first, last = start + match.end() - len(url), start + match.end()
        labels = _ascii_labels(domain)
        length = len(url) + len(".".join(labels)) - len(domain) + (0 if scheme else len("https://"))
        if length > _ADDRESS_MOST or max(map(len, labels)) > _LABEL_MOST or _is_half_encoded(domain):
            continue
        if scheme:
            short = tables.short.search(url)
            if short is None:
                yield Address(first, last, len(url))
            elif len(short[1] or "") <= _SHORT_MOST:
                yield Address(first, first + len(short[0]), len(short[0]))
        elif not tables.not_before.match(before):
            latin = [(one.start(), one.end()) for one in tables.latin_domain.finditer(domain)]
            for number, (begin, end) in enumerate(latin):
                whole = path and number == len(latin) - 1
                counted = len(url) - len(domain) + end - begin if whole else end - begin
                yield Address(first + begin, last if whole else first + end, counted)


def _ascii_labels(domain: str) -> list[str]:
    """The labels of a domain as `xn--…`, whatever letters stand beside each other in it."""
    labels = domain.split(".")
    return [one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in labels]


def _is_half_encoded(domain: str) -> bool:
    """Whether it says `xn--` of letters that are not encoded."""
    return domain.startswith("xn--") and not address_tables().latin_domain.search(domain)
