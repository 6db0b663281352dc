"""The addresses that open a place with the text filled in, as each documents them.

They hold letters of every script as they are: browsers encode them, and the page is a third of the size.
Facebook and LinkedIn forbid to fill in words for somebody, so texts are copied there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from amplify.toolkit.toolkit_model import Way

_KEPT: Final = re.compile(r"[^A-Za-z0-9\-._~!*'():/@,;?=$\u00a1-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd]")
"""What has to be encoded: everything else may stand in a query as it is (WHATWG URL)."""
_LINK: Final = re.compile(r"https?://[^\s<>\"]+")


def encoded(text: str) -> str:
    """For a query: ASCII signs that mean something there, blanks and rare characters as %XX."""
    return _KEPT.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def _telegram(text: str, subject: str) -> str:
    """It wants an address and sets the text below it; without any, the text stands in its place."""
    link = _LINK.search(text)
    if link is None:
        return f"https://t.me/share/url?url={encoded(text)}"
    rest = f"{text[: link.start()].rstrip()}\n{text[link.end() :].lstrip()}".strip()
    return f"https://t.me/share/url?url={encoded(link[0])}&text={encoded(rest)}"


_MAKERS: Final[Mapping[str, tuple[str, Callable[[str, str], str]]]] = {
    "x": ("X", lambda text, subject: f"https://x.com/intent/post?text={encoded(text)}"),
    "bluesky": ("Bluesky", lambda text, subject: f"https://bsky.app/intent/compose?text={encoded(text)}"),
    "mastodon": ("Mastodon", lambda text, subject: ""),
    "threads": ("Threads", lambda text, subject: f"https://www.threads.com/intent/post?text={encoded(text)}"),
    "telegram": ("Telegram", _telegram),
    "whatsapp": ("WhatsApp", lambda text, subject: f"https://wa.me/?text={encoded(text)}"),
    "email": ("", lambda text, subject: f"mailto:?subject={encoded(subject)}&body={encoded(text)}"),
}

THREADS_MOST: Final = 500
"""Characters that Threads takes."""
ANYWHERE: Final = ("threads", "telegram", "whatsapp", "email")
"""Ways of a text that is meant for no platform of its own."""
HOSTS: Final = ("x.com", "bsky.app", "www.threads.com", "t.me", "wa.me")
"""Where the ways lead, Mastodon's servers apart."""


def ways(platform: str, text: str, subject: str) -> tuple[Way, ...]:
    """How a text for `platform` (or `anywhere`) is shared. `subject`: of an e-mail."""
    if platform != "anywhere":
        return (_way(platform, text, subject),) if platform in _MAKERS else ()
    fitting = (one for one in ANYWHERE if one != "threads" or len(text) <= THREADS_MOST)
    return tuple(_way(one, text, subject) for one in fitting)


def _way(id: str, text: str, subject: str) -> Way:
    title, make = _MAKERS[id]
    return Way(id, title, make(text, subject))
