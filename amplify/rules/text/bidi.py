"""Right-to-left texts, and how handles, hashtags and addresses, which run the other way, are put into them.

Without isolation `@press` shows its sign at the wrong end inside an Arabic sentence, and two handles beside each other
change places (Unicode Standard Annex 9). The marks are invisible, and count as characters on every platform.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from amplify.rules.text.language import primary_language, script_of

ISOLATE: Final = "\u2068"
"""Begins an isolated stretch, which takes its direction from its own first letter."""
END: Final = "\u2069"
LEFT_TO_RIGHT: Final = "\u200e"
_HAIR: Final = "\u200a"
"""Mastodon takes every character that is no blank for a part of the address before it; this is the thinnest blank.
Behind a query only a plain one ends it (`rules.text.linked_addresses`)."""

_LANGUAGES: Final = frozenset(
    (
        *("ar", "arc", "azb", "bal", "bgn", "bqi", "ckb", "dv", "fa", "glk", "he", "khw", "ks", "lrc", "mzn"),
        *("nqo", "pnb", "prs", "ps", "sd", "sdh", "skr", "syr", "ug", "ur", "yi"),
    )
)
_SCRIPTS: Final = frozenset(("Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"))


def right_to_left(lang: str) -> bool:
    """Whether texts in this language run from right to left: by the script its tag names, else by the language."""
    named = script_of(lang)
    return named in _SCRIPTS if named is not None else primary_language(lang) in _LANGUAGES


def isolate_text(inserted: str, lang: str) -> str:
    """Wrap what is put into a text in `lang` in direction isolates. Only in right-to-left languages."""
    if not inserted or not right_to_left(lang):
        return inserted
    return f"{ISOLATE}{inserted}{blank_behind(inserted)}{END}"


def blank_behind(inserted: str) -> str:
    """The blank that has to stand between an address and a sign which is no part of it; nothing behind other words."""
    if not inserted.startswith(("http://", "https://")):
        return ""
    return " " if "?" in inserted else _HAIR


def tag_line(tags: Iterable[str], lang: str) -> str:
    """Hashtags (without their sign) for a line of their own, `#` before each.

    In a right-to-left text those in left-to-right letters stand on a second line that begins with a mark and a
    blank: on Mastodon nothing but a blank may stand before `#`.
    """
    signed = [f"#{tag}" for tag in tags]
    if not right_to_left(lang):
        return " ".join(signed)
    lines = [" ".join(tag for tag in signed if _runs_left(tag))]
    foreign = " ".join(tag for tag in signed if not _runs_left(tag))
    if foreign:
        lines.append(f"{LEFT_TO_RIGHT} {foreign}")
    return "\n".join(line for line in lines if line)


def _runs_left(word: str) -> bool:
    """Whether the first letter with a direction of its own is written from right to left."""
    strong = (unicodedata.bidirectional(letter) for letter in word)
    return next((kind in ("R", "AL") for kind in strong if kind in ("L", "R", "AL")), False)
