"""Signs of a sentence that platforms take for a part of the address before them. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from amplify.model.message import Entity
from amplify.rules.text.bidi import blank_behind

_KINDS: Final = ("Ps", "Pe", "Pi", "Pf", "Po", "Zs", "Zl", "Zp", "Cf")
_PARTS_OF_ADDRESSES: Final = "·・\u200c\u200d"


def foreign_sign(url: str) -> int | None:
    """Where in an address the first sign stands that is the sentence's: a quotation mark, `…`, a blank beyond ASCII."""
    return next(
        (
            at
            for at, letter in enumerate(url)
            if letter > "\x7f" and letter not in _PARTS_OF_ADDRESSES and unicodedata.category(letter) in _KINDS
        ),
        None,
    )


def set_apart(text: str, urls: Iterable[str], entities: Callable[[str], Sequence[Entity]]) -> str:
    """The text with a thin blank between each of these addresses and the sign behind it, where the platform would take
    the sign along: `«https://example.org/x»`."""
    for url in urls:
        for one in reversed(entities(text)):
            end = one.start + len(url)
            if (
                one.kind == "link"
                and one.end > end
                and one.value.startswith(url)
                and foreign_sign(text[end : end + 1]) == 0
            ):
                text = f"{text[:end]}{blank_behind(url)}{text[end:]}"
    return text
