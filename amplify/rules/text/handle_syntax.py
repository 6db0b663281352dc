"""Which handles can exist on a platform, and which cannot, whoever is asked. Pure.

Sources: X's own limits (15 characters; older names have up to 20); the atproto specification, `handle`; Mastodon's
`Account`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_X = re.compile(r"[A-Za-z0-9_]{1,20}")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_BLUESKY = re.compile(rf"(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?")
_BLUESKY_MOST: Final = 253
_MASTODON = re.compile(r"[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*@\w+(?:[.-]+\w+)*(?::\d{1,5})?")
_FORMS: Final = {
    "x": "at most 20 letters, digits and `_`, such as `press_union`",
    "bluesky": "a domain name, such as `press.example`",
    "mastodon": "a name and a server, such as `press@social.example`",
}


def is_handle(platform: str, handle: str) -> bool:
    """Whether the platform could have this handle, without its `@`."""
    if platform == "x":
        return _X.fullmatch(handle) is not None
    if platform == "bluesky":
        return len(handle) <= _BLUESKY_MOST and _BLUESKY.fullmatch(handle) is not None
    return _MASTODON.fullmatch(handle) is not None


def handle_fault(platform: str, handle: str) -> str | None:
    """Why the platform can have no such handle, in words; None where it can."""
    if is_handle(platform, handle):
        return None
    hidden = next((letter for letter in handle if unicodedata.category(letter) in ("Cf", "Cc", "Mn", "Me")), None)
    if hidden is not None:
        return f"an invisible character (U+{ord(hidden):04X}) stands in it: type it again"
    return f"a handle there is {_FORMS[platform]}"
