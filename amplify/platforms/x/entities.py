"""Finds what X links in a text (twitter-text). Pure."""

from __future__ import annotations

import regex

from amplify.model.message import Entity
from amplify.rules.text import memoize
from amplify.rules.text.entities import WORD, find_kind, in_order, with_scheme
from amplify.rules.text.url_finder import find_urls

# A tag may follow anything but a letter, a digit, `&` or another sign; so `(#тэг)` is one.
_JOINERS = "\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
_TAG = regex.compile(
    rf"(?:(?<=[\ufe0e\ufe0f])|(?<![{WORD}{_JOINERS}&]))[#＃](?!\ufe0f?\u20e3)"
    rf"((?=[{WORD}{_JOINERS}]*[\p{{L}}\p{{M}}])[{WORD}{_JOINERS}]++)(?![#＃]|://)"
)
_MENTION = regex.compile(
    r"(?:(?<![a-zA-Z0-9_!#$%&*@＠])|(?<=(?:^|[^a-zA-Z0-9_+~.-])[rR][tT]:?))"
    r"[@＠]([a-zA-Z0-9_]{1,20}+)(?![@＠\u00c0-\u024f]|://)"
)
# A share's symbol, after a blank or a mark of direction and before the word's end. X takes one a post.
_CASHTAG = regex.compile(
    r"(?<![^\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])\$([a-zA-Z]{1,6}(?:[._][a-zA-Z]{1,2})?)"
    r"(?=$|[\s!'#%&\"()*+,\\\-./:;<=>?@\[\]^_{|}~$])"
)


@memoize.memoized
def find_entities(text: str) -> tuple[Entity, ...]:
    """Entities that X links: addresses with and without scheme, `#tags`, `@names`, `$SYMBOLS`."""
    return in_order(
        (Entity("link", one.start, one.end, with_scheme(text[one.start : one.end])) for one in find_urls(text)),
        find_kind("mention", _MENTION, text) if "@" in text or "＠" in text else (),
        find_kind("tag", _TAG, text) if "#" in text or "＃" in text else (),
        find_kind("cashtag", _CASHTAG, text) if "$" in text else (),
    )
