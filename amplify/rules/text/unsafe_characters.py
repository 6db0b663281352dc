"""Finds unsafe characters that break how a text is read, by a careless paste or on purpose. Pure, in time that grows
with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import regex

MARKS_MOST: Final = 8
"""Combining marks on one letter; no orthography needs more than five."""
TEXT_MOST: Final = 10_000
"""Code points of one message; the longest that any of our platforms takes by itself is far below."""

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\n]")
_OPENS_EMBEDDING: Final = "\u202a\u202b\u202d\u202e"
_OPENS_ISOLATE: Final = "\u2066\u2067\u2068"
_OVERRIDES: Final = "\u202d\u202e"
_END_OF_EMBEDDING: Final = "\u202c"
_END_OF_ISOLATE: Final = "\u2069"
_TOWER = regex.compile(rf"\p{{M}}{{{MARKS_MOST + 1},}}+")
_HIDDEN: Final = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a\u202b\u202d\u202e\u2060-\u2068\ufeff"
"""Without the marks that close a change of direction: these may well stand behind a handle."""
_HIDDEN_IN_HANDLE = re.compile(rf"[@＠][\w.-]*([{_HIDDEN}])(?=[{_HIDDEN}]*[.-]?[A-Za-z0-9_@])")
_HALF = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class UnsafeText:
    """One unsafe character or sequence in a text."""

    at: int
    """Code point of the text."""
    code: str
    sentence: str


def find_unsafe(text: str) -> Iterator[UnsafeText]:
    """Everything that makes a text read differently from how it is written; the first location of each kind."""
    for look in (find_open_direction, find_stacked_marks, hidden_in_handles, find_endless_text):
        found = look(text)
        if found is not None:
            yield found


def find_unwritable(text: str) -> UnsafeText | None:
    """A character that UTF-8 cannot encode, or that no platform shows."""
    half = _HALF.search(text)
    if half:
        return UnsafeText(
            half.start(), "TXT-CONTROL", f"half of a character (U+{ord(half[0]):04X}) stands here: type it again"
        )
    control = _CONTROL.search(text)
    if control:
        sign = f"U+{ord(control[0]):04X}"
        return UnsafeText(control.start(), "TXT-CONTROL", f"a character that no platform shows ({sign}): take it out")
    return None


def lone_surrogate(text: str) -> str | None:
    """Finds half of a surrogate pair: no text can be sent with it."""
    half = _HALF.search(text)
    return half[0] if half else None


def find_open_direction(text: str) -> UnsafeText | None:
    """Marks of direction that do not close before their paragraph ends (Unicode's bidirectional algorithm, UAX #9)."""
    opened: list[tuple[int, str]] = []
    for match in _BIDI.finditer(text):
        sign, at = match[0], match.start()
        if sign in _OVERRIDES:
            return _direction(at, sign, "turns letters around, so that a text reads otherwise than it is")
        if sign in _OPENS_EMBEDDING or sign in _OPENS_ISOLATE:
            opened.append((at, sign))
        elif sign == "\n":
            if opened:
                break
        else:
            partners = _OPENS_EMBEDDING if sign == _END_OF_EMBEDDING else _OPENS_ISOLATE
            if not opened or opened[-1][1] not in partners:
                return _direction(at, sign, "closes a change of direction that was not opened")
            opened.pop()
    if opened:
        return _direction(*opened[-1], "opens a change of direction that is never closed")
    return None


def _direction(at: int, sign: str, what: str) -> UnsafeText:
    return UnsafeText(at, "TXT-BIDI", f"an invisible character (U+{ord(sign):04X}) {what}: take it out")


def find_stacked_marks(text: str) -> UnsafeText | None:
    """Letters with more marks on them than a line has room for."""
    found = None if text.isascii() else _TOWER.search(text)
    if found is None:
        return None
    count = len(found[0])
    return UnsafeText(
        found.start(), "TXT-MARKS", f"{count} marks stand on one letter, {MARKS_MOST} at most: take most of them out"
    )


def hidden_in_handles(text: str) -> UnsafeText | None:
    """Invisible characters inside what looks like one handle."""
    found = None if text.isascii() else _HIDDEN_IN_HANDLE.search(text)
    if found is None:
        return None
    return UnsafeText(
        found.start(1),
        "TXT-HIDDEN",
        f"an invisible character (U+{ord(found[1]):04X}) stands inside a handle, which would end there: type it again",
    )


def find_endless_text(text: str) -> UnsafeText | None:
    """A text that is far too long to be a message."""
    if len(text) <= TEXT_MOST:
        return None
    return UnsafeText(
        TEXT_MOST,
        "TXT-HUGE",
        f"this message has {len(text):,} characters, {TEXT_MOST:,} at most: is it the right text?",
    )
