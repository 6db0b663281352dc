"""Removes tracking parameters from addresses. Pure; everything else of an address stays byte for byte."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

TRACKING: Final = frozenset(
    {"fbclid", "gclid", "gclsrc", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "yclid", "_openstat", "ref_src"}
)
"""Parameters that tell a page which click on which platform a reader came from; so does everything with `utm_`."""

_CAMPAIGN_PREFIX: Final = "utm_"
_ADDRESS = re.compile(
    r"(?:https?://|(?<![\w@./-])[\w-]+(?:\.[\w-]+)+(?=[/:?]))[^\s<>\"]*", re.IGNORECASE
)  # with a scheme, or a bare domain with something behind it
_ENDS: Final = frozenset(".,;:!?…'\"’”»`*")
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}


def without_tracking(url: str) -> str:
    """The address without tracking parameters; the same string where it has none. The fragment is left alone."""
    before, hash_sign, fragment = url.partition("#")
    path, question, query = before.partition("?")
    fields = query.split("&")
    kept = [field for field in fields if not _tracks(field)]
    if len(kept) == len(fields):
        return url
    return path + (question + "&".join(kept) if kept else "") + hash_sign + fragment


def _tracks(field: str) -> bool:
    name = unquote(field.partition("=")[0]).casefold()
    return name.startswith(_CAMPAIGN_PREFIX) or name in TRACKING


def strip_tracking(text: str) -> str:
    """The text with tracking parameters removed from all its addresses; the punctuation behind an address stays."""
    return _ADDRESS.sub(_stripped, text) if "?" in text else text


def _stripped(match: re.Match[str]) -> str:
    address = match[0]
    end = len(address)
    while end and (address[end - 1] in _ENDS or _closes(address[:end])):
        end -= 1
    return without_tracking(address[:end]) + address[end:]


def _closes(address: str) -> bool:
    """The last character closes a bracket that was opened before the address."""
    last = address[-1]
    return last in _CLOSING and address.count(last) > address.count(_CLOSING[last])
