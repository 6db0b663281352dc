"""Terminal text: makes characters visible that a terminal would obey instead of showing them. Pure.

An escape sequence in a reason or a name could move the cursor, colour or hide what was printed, put text on the
clipboard, or make a link of words that lead elsewhere (OSC 8); a mark of direction could turn a line around.
"""

from __future__ import annotations

import re
from typing import Final

_OBEYED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)"
)
"""Control characters of both sets but line ends and tabs; marks of direction; line separators; halves of letters."""
_OBEYED_IN_DOCUMENT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]|\r(?!\n)")
_PICTURES: Final = 0x2400
"""Begin of Unicode's control pictures: `␛` for ESC."""


def visible_controls(text: str) -> str:
    """The text as a terminal may have it: each character that it would obey is a sign that can be seen."""
    if text.isascii() and text.isprintable():
        return text
    return _OBEYED.sub(lambda found: _picture(found[0]), text)


def document_text(text: str) -> str:
    """The same for texts that people take from a file and post: marks of direction that texts in right-to-left scripts
    are written with stay."""
    return _OBEYED_IN_DOCUMENT.sub(lambda found: _picture(found[0]), text)


def escape_json(text: str) -> str:
    """JSON with the same characters written as `\\u…`, which means the same."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """The text in one line, so that none of its own can pass for a line of ours."""
    return " ".join(visible_controls(text).split())


def _picture(sign: str) -> str:
    if sign == "\x7f":
        return "␡"
    return chr(_PICTURES + ord(sign)) if sign < " " else "\ufffd"
