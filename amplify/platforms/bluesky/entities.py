"""Finds facets in a text as Bluesky's own client does with its `richtext` code. Pure.

Nothing links by itself there, so what is found here *is* the link. `tests/conformance/test_oracles.py` asks
`@atproto/api` the same. Hashtags agree. Knowingly different, for the reader's sake:

- an address gives back all punctuation of the sentence around it (`»`, `”`, `]`, `…`), not one sign only;
- `HTTPS://`, and bare domains with hyphens, capitals or letters beyond ASCII before their ending are links, too;
- `example.org-x` is no domain, where it links `example.org` with all that follows;
- a mention is a handle as atproto writes them (not `@a.-b.org`), with any ending: whether it exists, its server says,
  and without an account it stays text;
- `$ABC` is no hashtag.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

import regex

from amplify.model.message import Entity
from amplify.rules.text import memoize
from amplify.rules.text.entities import find_kind, in_order, with_scheme, without_tail
from amplify.rules.text.url_finder import find_urls

# Nothing links by itself; these are the stretches for which its own client writes a facet. They may also be
# isolated (U+2068 … U+2069), as handles and addresses in right-to-left texts are.
_LINK = regex.compile(
    r"(?<![^\s(\u2068])(https?://[^\s\u2066-\u2069]+|[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+(?::\d+)?(?:[/?#][^\s\u2066-\u2069]*)?)",
    regex.IGNORECASE,
)
_TAG = regex.compile(r"(?<!\S)[#＃](?!\ufe0f)([^\s\u00ad\u2060\u200a-\u200d\u20e2]+)")
_MENTION = regex.compile(
    r"(?<![^\s(\u2068])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(?!-*[a-z0-9])",
    regex.IGNORECASE,
)
_TAG_GRAPHEMES = 64  # lexicon app.bsky.richtext.facet#tag, which also allows 640 bytes
_TAG_BYTES = 640
HANDLE_MAX: Final = 253
"""Longest handle (atproto specification, `handle`)."""


@memoize.memoized
def find_entities(text: str) -> tuple[Entity, ...]:
    """Stretches that get a facet on Bluesky: addresses, bare domains of known endings, `#tags`, `@domain.names`."""
    mentions = (one for one in find_kind("mention", _MENTION, text) if len(one.value) <= HANDLE_MAX)
    return in_order(_links(text), mentions, _tags(text))


def _links(text: str) -> Iterator[Entity]:
    for match in _LINK.finditer(text):
        raw = without_tail(match[1])
        start, end = match.start(1), match.start(1) + len(raw)
        if raw[:4].lower() == "http" and "://" in raw:
            if len(raw.partition("://")[2]) > 0:
                yield Entity("link", start, end, raw)
        elif any(one.start == 0 for one in find_urls(raw)):  # which knows the domain endings there are
            yield Entity("link", start, end, with_scheme(raw))


def _tags(text: str) -> Iterator[Entity]:
    for match in _TAG.finditer(text):
        word = _without_punctuation(match[1])
        if len(word.encode("utf-8", "surrogatepass")) > _TAG_BYTES or not regex.search(r"[^0-9\p{P}\s]", word):
            continue
        if len(regex.findall(r"\X", word)) <= _TAG_GRAPHEMES:
            yield Entity("tag", match.start(), match.start(1) + len(word), word)


def _without_punctuation(word: str) -> str:
    end = len(word)
    while end and unicodedata.category(word[end - 1]).startswith("P"):
        end -= 1
    return word[:end]
