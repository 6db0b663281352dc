"""Finds what Mastodon links in a text: its `Extractor`, over twitter-text. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

from amplify.model.message import Entity
from amplify.rules.text import memoize
from amplify.rules.text.entities import NOT_BEHIND_MENTIONS, first_of_each
from amplify.rules.text.linked_addresses import find_extra, find_linked

_WORD: Final = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"  # Ruby's [[:word:]]
_JOINED: Final = rf"[{_WORD}·・\u200c]"
# Its model `Tag`: after a blank; with a letter, or with a joiner between two other characters.
_TAG: Final = regex.compile(
    rf"(?<!\P{{White_Space}})[#＃]"
    rf"([{_WORD}]{_JOINED}*[\p{{Alphabetic}}_·・\u200c]{_JOINED}*[{_WORD}]|[{_WORD}]*\p{{Alphabetic}}[{_WORD}]*)"
)
# Its model `Account`; twitter-text's `end_mention_match` says what may not follow.
_NAME: Final = "[a-zA-Z0-9_]++(?:[.-]++[a-zA-Z0-9_]++)*+"
_MENTION: Final = regex.compile(rf"(?<![=/{_WORD}])@({_NAME}(?:@[{_WORD}]++(?:[.-]++[{_WORD}]++)*+)?+)")
_NOT_BEHIND: Final = regex.compile(NOT_BEHIND_MENTIONS)
_HOST_MOST: Final = 253


@memoize.memoized
def find_entities(text: str) -> tuple[Entity, ...]:
    """Addresses with a scheme (`xmpp:` and `magnet:` too), `#tags` after a blank, `@user@host` and local `@user`."""
    extra = (_link(text, *one) for one in find_extra(text)) if ":" in text else ()
    return first_of_each(_links(text), _tags(text), _mentions(text), extra)


@memoize.memoized
def find_shortened(text: str) -> tuple[Entity, ...]:
    """Addresses and mentions that do not count as they are written (its `StatusLengthValidator`)."""
    return first_of_each(_links(text), _mentions(text))


def _links(text: str) -> Iterator[Entity]:
    return (_link(text, *one) for one in find_linked(text))


def _link(text: str, start: int, end: int) -> Entity:
    return Entity("link", start, end, text[start:end])


def _tags(text: str) -> Iterator[Entity]:
    for found in _TAG.finditer(text) if "#" in text or "＃" in text else ():
        word, end = found[1], found.end()
        if text.startswith("://", end):  # `#тэгhttps://…`: the scheme is the address's
            scheme = next((one for one in ("https", "http") if word.endswith(one) and len(word) > len(one)), "")
            word, end = word.removesuffix(scheme), end - len(scheme)
        yield Entity("tag", found.start(), end, word)


def _mentions(text: str) -> Iterator[Entity]:
    for found in _MENTION.finditer(text) if "@" in text else ():
        if not _NOT_BEHIND.match(text, found.end()) and len(found[1].partition("@")[2]) <= _HOST_MOST:
            yield Entity("mention", found.start(), found.end(), found[1])
