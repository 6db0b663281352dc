"""What becomes a link, a tag, a mention or a cashtag in a text, on each platform. Pure, in time that grows with the
text; no text makes these raise.

Offsets are code points of the text as given (`rules.text.text_spans` has them in UTF-16 units and UTF-8 bytes);
entities come in order and never overlap. Sources: twitter-text (X), the `richtext` code of Bluesky's own client, `Tag`
and `Account` of Mastodon.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import regex

from amplify.model.message import Entity
from amplify.rules.text.memoize import memoized
from amplify.rules.text.x_addresses import x_addresses

_WORD: Final = r"\p{L}\p{M}\p{Nd}_"
"""Letters (U+02BC is one, U+2019 is not), marks, digits, `_`."""

# X: a tag may follow anything but a letter, a digit, `&` or another sign; so `(#тэг)` is one.
_X_JOINERS = "\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
_X_TAG = regex.compile(
    rf"(?:(?<=[\ufe0e\ufe0f])|(?<![{_WORD}{_X_JOINERS}&]))[#＃](?!\ufe0f?\u20e3)"
    rf"((?=[{_WORD}{_X_JOINERS}]*[\p{{L}}\p{{M}}])[{_WORD}{_X_JOINERS}]++)(?![#＃]|://)"
)
_X_MENTION = regex.compile(
    r"(?:(?<![a-zA-Z0-9_!#$%&*@＠])|(?<=(?:^|[^a-zA-Z0-9_+~.-])[rR][tT]:?))"
    r"[@＠]([a-zA-Z0-9_]{1,20}+)(?![@＠\u00c0-\u024f]|://)"
)
# A share's symbol, after a blank or a mark of direction and before the word's end. X takes one a post.
_X_CASHTAG = regex.compile(
    r"(?<![^\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])\$([a-zA-Z]{1,6}(?:[._][a-zA-Z]{1,2})?)"
    r"(?=$|[\s!'#%&\"()*+,\\\-./:;<=>?@\[\]^_{|}~$])"
)

# Bluesky: nothing links by itself; these are the stretches for which its own client writes a facet. They may also be
# isolated (U+2068 … U+2069), as handles and addresses in right-to-left texts are.
_BLUESKY_LINK = regex.compile(
    r"(?<![^\s(\u2068])(https?://[^\s\u2066-\u2069]+|[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+(?:[/?#][^\s\u2066-\u2069]*)?)",
    regex.IGNORECASE,
)
_BLUESKY_TAG = regex.compile(r"(?<!\S)[#＃](?!\ufe0f)([^\s’\u00ad\u2060\u200a-\u200d\u20e2]+)")
_BLUESKY_MENTION = regex.compile(
    r"(?<![^\s(\u2068])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(?![a-z0-9-])",
    regex.IGNORECASE,
)
_TAG_GRAPHEMES = 64  # lexicon app.bsky.richtext.facet#tag, which also allows 640 bytes
_TAG_BYTES = 640
_HANDLE_MOST = 253  # atproto specification, `handle`

# Mastodon: only addresses with a scheme; a tag follows a blank.
_MASTODON_LINK = regex.compile(r"(?<![\p{L}\p{N}@#$＠＃_/])(https?://[^\s<>\"]+)", regex.IGNORECASE)
_MASTODON_TAG = regex.compile(rf"(?<!\S)[#＃]((?=[{_WORD}·・\u200c]*[\p{{L}}\p{{M}}])[{_WORD}·・\u200c]++)")
_MASTODON_MENTION = regex.compile(
    r"(?<![=/\p{L}\p{N}_])@([a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+"
    r"(?:@[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?(?::\d+)?)?)(?![a-z0-9_@])",
    regex.IGNORECASE,
)
_CLOSING = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“"}
_BRACKETS = frozenset(_CLOSING) | frozenset(_CLOSING.values())
_TRAILING = frozenset(".,;:!?…'\"’`*")

_Kind = Literal["link", "tag", "mention", "cashtag"]


@memoized
def x_entities(text: str) -> tuple[Entity, ...]:
    """What X links: addresses with and without scheme, `#tags`, `@names`, `$SYMBOLS`."""
    return _in_order(
        (Entity("link", one.start, one.end, _address(text[one.start : one.end])) for one in x_addresses(text)),
        _found("mention", _X_MENTION, text) if "@" in text or "＠" in text else (),
        _found("tag", _X_TAG, text) if "#" in text or "＃" in text else (),
        _found("cashtag", _X_CASHTAG, text) if "$" in text else (),
    )


@memoized
def bluesky_entities(text: str) -> tuple[Entity, ...]:
    """What gets a facet on Bluesky: addresses, bare domains of known endings, `#tags`, `@domain.names`."""
    mentions = (one for one in _found("mention", _BLUESKY_MENTION, text) if len(one.value) <= _HANDLE_MOST)
    return _in_order(_bluesky_links(text), mentions, _bluesky_tags(text))


@memoized
def mastodon_entities(text: str) -> tuple[Entity, ...]:
    """What Mastodon links: http and https addresses, `#tags`, `@user@host` and local `@user`."""
    links = (
        Entity("link", match.start(), match.start() + len(url), url)
        for match in _MASTODON_LINK.finditer(text)
        if (url := _without_tail(match[1])).count("/") >= 2 and len(url) > len("https://")
    )
    return _in_order(links, _found("mention", _MASTODON_MENTION, text), _found("tag", _MASTODON_TAG, text))


def _bluesky_links(text: str) -> Iterator[Entity]:
    for match in _BLUESKY_LINK.finditer(text):
        raw = _without_tail(match[1])
        start, end = match.start(1), match.start(1) + len(raw)
        if raw[:4].lower() == "http" and "://" in raw:
            if len(raw.partition("://")[2]) > 0:
                yield Entity("link", start, end, raw)
        elif any(one.start == 0 for one in x_addresses(raw)):  # twitter-text knows the domain endings there are
            yield Entity("link", start, end, _address(raw))


def _bluesky_tags(text: str) -> Iterator[Entity]:
    for match in _BLUESKY_TAG.finditer(text):
        word = _without_punctuation(match[1])
        if not regex.search(r"[^\p{Nd}\p{P}\s]", word) or len(regex.findall(r"\X", word)) > _TAG_GRAPHEMES:
            continue
        if len(word.encode("utf-8", "surrogatepass")) <= _TAG_BYTES:
            yield Entity("tag", match.start(), match.start(1) + len(word), word)


def _found(kind: _Kind, pattern: regex.Pattern[str], text: str) -> Iterator[Entity]:
    for match in pattern.finditer(text):
        yield Entity(kind, match.start(), match.end(1), match[1])


def _in_order(*groups: Iterable[Entity]) -> tuple[Entity, ...]:
    """Earlier groups win where two claim the same stretch: a tag inside an address is part of the address."""
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


def _without_punctuation(word: str) -> str:
    end = len(word)
    while end and unicodedata.category(word[end - 1]).startswith("P"):
        end -= 1
    return word[:end]


def _without_tail(url: str) -> str:
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


def _address(raw: str) -> str:
    return raw if "://" in raw else f"https://{raw}"
