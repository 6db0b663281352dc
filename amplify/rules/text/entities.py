"""Finds links, hashtags and mentions in a text. Pure, in time that grows with the text; no text makes these raise.

Offsets are code points of the text as given (`rules.text.text_spans` has them in UTF-16 units and UTF-8 bytes);
entities come in order and never overlap. Here stands what platforms share; each has its own finder in its package.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import regex

from amplify.model.message import Entity
from amplify.rules.text import memoize

WORD: Final = r"\p{L}\p{M}\p{Nd}_"
"""Letters (U+02BC is one, U+2019 is not), marks, digits, `_`."""
ACCENTED: Final = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb"
    r"\u0300-\u036f\u1e00-\u1eff"
)
"""Latin letters beyond ASCII, and marks on them, as twitter-text lists them."""
NOT_BEHIND_MENTIONS: Final = rf"[@＠{ACCENTED}]|://"
"""What makes twitter-text take a mention for something else: an e-mail address, a longer word, a scheme."""

# Only addresses with a scheme; a tag follows a blank.
_LINK = regex.compile(r"(?<![A-Za-z0-9@#$＠＃])(https?://[^\s<>\"]+)", regex.IGNORECASE)
_TAG = regex.compile(rf"(?<!\S)[#＃](?!\ufe0f?\u20e3)((?=[{WORD}·・\u200c]*[\p{{L}}\p{{M}}])[{WORD}·・\u200c]++)")
_MENTION = regex.compile(
    r"(?<![=/\p{L}\p{N}_])@([a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+"
    r"(?:@[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?(?::\d+)?)?)(?![a-z0-9_@])",
    regex.IGNORECASE,
)
_CLOSING = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“"}
_BRACKETS = frozenset(_CLOSING) | frozenset(_CLOSING.values())
_TRAILING = frozenset(".,;:!?…'\"’`*")

EntityKind = Literal["link", "tag", "mention", "cashtag"]


@memoize.memoized
def plain_entities(text: str) -> tuple[Entity, ...]:
    """Entities where the platform is not known: http and https addresses, `#tags`, `@user@host` and local `@user`."""
    links = (
        Entity("link", match.start(), match.start() + len(url), url)
        for match in _LINK.finditer(text)
        if (url := without_tail(match[1])).count("/") >= 2 and len(url) > len("https://")
    )
    return in_order(links, find_kind("mention", _MENTION, text), find_kind("tag", _TAG, text))


def find_kind(kind: EntityKind, pattern: regex.Pattern[str], text: str) -> Iterator[Entity]:
    """Every match of `pattern`, whose first group is the value without its sign."""
    for match in pattern.finditer(text):
        yield Entity(kind, match.start(), match.end(1), match[1])


def first_of_each(*groups: Iterable[Entity]) -> tuple[Entity, ...]:
    """Entities in order without overlaps: the one that begins first wins, as in twitter-text."""
    kept: list[Entity] = []
    for one in sorted((one for group in groups for one in group), key=_start):
        if not kept or kept[-1].end <= one.start:
            kept.append(one)
    return tuple(kept)


def in_order(*groups: Iterable[Entity]) -> tuple[Entity, ...]:
    """Entities in order without overlaps: the earlier group wins, so a tag inside an address is part of the address."""
    kept: list[Entity] = []
    for group in groups:
        added = []
        for one in group:
            after = bisect_right(kept, one.start, key=_start)
            free_before = after == 0 or kept[after - 1].end <= one.start
            if free_before and (after == len(kept) or one.end <= kept[after].start):
                added.append(one)
        kept = sorted(kept + added, key=_start)
    return tuple(kept)


def _start(one: Entity) -> int:
    return one.start


def without_tail(url: str) -> str:
    """The address without the punctuation of the sentence around it."""
    brackets = Counter(letter for letter in url if letter in _BRACKETS)
    end = len(url)
    while end:
        last = url[end - 1]
        if last in _CLOSING and brackets[last] > brackets[_CLOSING[last]]:
            brackets[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return url[:end]


def with_scheme(raw: str) -> str:
    """A bare domain as an address with a scheme."""
    return raw if "://" in raw else f"https://{raw}"
