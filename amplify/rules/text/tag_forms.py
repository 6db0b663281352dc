"""Hashtags that are none as they are written, and the nearest ones that work. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import regex

from amplify.model.message import Entity
from amplify.model.platform_profile import PlatformProfile

_TYPED: Final = regex.compile(r"(?<![\p{L}\p{M}\p{N}_&/])[#＃]((?:[^\s\p{P}#＃]|[_+·・.\-*&@](?=[^\s\p{P}])|\+)+)")
"""What an author means by a hashtag: to the next blank, or to punctuation that ends a word."""
_NUMBER_OF_SOMETHING: Final = regex.compile(r"\p{Nd}{1,3}")
_KEYCAP: Final = regex.compile("\ufe0f?\u20e3")
_UNSEEN: Final = regex.compile(r"[\p{Cf}\p{Cc}--[\u200c\u200d]]", regex.VERSION1)
_OUTSIDE: Final = regex.compile(r"[^\p{L}\p{M}\p{Nd}_]+")


def links_whole(tag: str, entities: Callable[[str], Sequence[Entity]]) -> bool:
    """Whether a platform makes one hashtag of `#tag`, all of it."""
    tag = unicodedata.normalize("NFC", tag)
    return [(one.kind, one.value) for one in entities(f"#{tag}")] == [("tag", tag)]


def where_no_tag(tag: str, profiles: Iterable[PlatformProfile]) -> tuple[PlatformProfile, ...]:
    """The platforms that do not link a tag as it is written."""
    return tuple(profile for profile in profiles if not links_whole(tag, profile.entities))


def nearest_tag(tag: str, profiles: Sequence[PlatformProfile], campaign: str) -> str | None:
    """The nearest hashtag that works on all these platforms; None where nothing of it can stand in one.

    Digits alone get the campaign's name in front.
    """
    seen = _UNSEEN.sub("", tag)
    letters = _OUTSIDE.sub("", seen)
    named = "".join(word[:1].upper() + word[1:] for word in re.split("[_-]", campaign)) + letters
    for one in (seen, letters, named if letters else ""):
        if one and not where_no_tag(one, profiles):
            return one
    return None


def typed_tags(text: str) -> Iterator[tuple[int, str]]:
    """Place and word of everything that is written like a hashtag; `#1` to `#999` and keycaps are numbers."""
    for found in _TYPED.finditer(text) if "#" in text or "＃" in text else ():
        if not _NUMBER_OF_SOMETHING.fullmatch(found[1]) and not _KEYCAP.match(found[1]):
            yield found.start(), found[1]


def stands_typed(tag: str, text: str) -> bool:
    """Whether the author has typed `#tag` into the text, linked or not."""
    key = _key(tag)
    return bool(key) and any(
        not regex.match(r"[\p{L}\p{M}\p{Nd}_]", said, pos=at + 1 + len(key))
        for said in (_key(text),)
        for sign in "#＃"
        for at in _places(said, sign + key)
    )


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _key(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text)).casefold()
