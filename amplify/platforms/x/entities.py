"""Finds what X links in a text (twitter-text). Pure.

`tests/conformance/test_oracles.py` asks its release for JavaScript the same. Knowingly different: a cashtag may stand
before `"`, as in the releases for Ruby and Java; `@name/list` is a mention of its owner; letters that Unicode has got
since that release are letters.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from amplify.model.message import Entity
from amplify.rules.text import memoize
from amplify.rules.text.entities import NOT_BEHIND_MENTIONS, WORD, EntityKind, find_kind, first_of_each, with_scheme
from amplify.rules.text.url_finder import find_urls

# A tag may follow anything but a letter, a digit, `&` or another sign; so `(#тэг)` is one. The characters before and in
# it are used up, also where what follows makes it none: `#a#b#c` holds no tag.
_JOINERS = "\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
_TAG = regex.compile(
    rf"(?:^|[\ufe0e\ufe0f]|[^{WORD}{_JOINERS}&])([#＃])(?![\ufe0f\u20e3])"
    rf"((?=[{WORD}{_JOINERS}]*[\p{{L}}\p{{M}}])[{WORD}{_JOINERS}]++)"
)
_NOT_BEHIND_TAGS = regex.compile("[#＃]|://")
_MENTION = regex.compile(
    r"(?:[^a-zA-Z0-9_!#$%&*@＠]|^|(?:^|[^a-zA-Z0-9_+~.-])[rR][tT]:?)"
    r"([@＠])([a-zA-Z0-9_]{1,20})(?:/[a-zA-Z][a-zA-Z0-9_-]{0,24})?"
)
_NOT_BEHIND_MENTIONS = regex.compile(NOT_BEHIND_MENTIONS)
# A share's symbol, after a blank or a mark of direction and before the word's end. X takes one a post.
_CASHTAG = regex.compile(
    r"(?<![^\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])\$([a-zA-Z]{1,6}(?:[._][a-zA-Z]{1,2})?)"
    r"(?=$|[\s!'#%&\"()*+,\\\-./:;<=>?@\[\]^_{|}~$])"
)


@memoize.memoized
def find_entities(text: str) -> tuple[Entity, ...]:
    """Entities that X links: addresses with and without scheme, `#tags`, `@names`, `$SYMBOLS`."""
    return first_of_each(
        (Entity("link", one.start, one.end, with_scheme(text[one.start : one.end])) for one in find_urls(text)),
        _signed("mention", _MENTION, _NOT_BEHIND_MENTIONS, text) if "@" in text or "＠" in text else (),
        _signed("tag", _TAG, _NOT_BEHIND_TAGS, text) if "#" in text or "＃" in text else (),
        find_kind("cashtag", _CASHTAG, text) if "$" in text else (),
    )


def _signed(
    kind: EntityKind, pattern: regex.Pattern[str], not_behind: regex.Pattern[str], text: str
) -> Iterator[Entity]:
    """Every match with its sign and its value in two groups, but those that something stands behind."""
    for match in pattern.finditer(text):
        if not not_behind.match(text, match.end()):
            yield Entity(kind, match.start(1), match.end(2), match[2])
