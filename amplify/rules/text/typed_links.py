"""Finds every address with a scheme that is typed into a text, whatever stands before it, and whether or not a platform
makes a link of it: other servers do, and readers copy it. Pure, in time that grows with the text.
"""

from __future__ import annotations

import re
from typing import Final

import regex

from amplify.rules.text import memoize
from amplify.rules.text.entities import without_tail

_TYPED: Final = re.compile(
    r"(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini|ftp)://[^\s<>\"\u2066-\u2069]+|(?:xmpp:|magnet:\?)[^\s<>\"\u2066-\u2069]+",
    re.IGNORECASE | re.ASCII,
)
_HOST: Final = regex.compile(
    r"[a-z]+://[^/?#]*?(?=[[\p{P}--\p{ASCII}]--[·・･。．｡‐-―]])", regex.IGNORECASE | regex.VERSION1
)
"""To the first quotation mark, bracket or stop that stands in no host: `https://example.org»,`, `https://example.org、`."""


@memoize.memoized
def find_typed_links(text: str) -> tuple[str, ...]:
    """Each address as it stands there, without the punctuation of the sentence around it."""
    return tuple(_alone(found[0]) for found in _TYPED.finditer(text)) if ":" in text else ()


def _alone(address: str) -> str:
    host = _HOST.match(address)
    return without_tail(host[0] if host is not None else address)
