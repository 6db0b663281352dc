"""Removes tracking parameters from addresses. Pure; everything else of an address stays byte for byte."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

TRACKING: Final = frozenset(
    (
        *(
            "fbclid",
            "gclid",
            "gclsrc",
            "dclid",
            "gbraid",
            "wbraid",
            "srsltid",
            "msclkid",
            "twclid",
            "ttclid",
            "li_fat_id",
        ),
        *("igsh", "igshid", "mibextid", "si", "yclid", "ysclid", "_openstat", "ref_src", "mc_cid", "mc_eid", "_hsenc"),
        *("mkt_tok", "_hsmi", "vero_id", "oly_anon_id", "oly_enc_id", "rb_clickid", "_gl", "_ga"),
    )
)
"""Parameters that tell a page which click on which platform a reader came from, or who shared it (`igsh`, `si`); so
does everything with `utm_` or `mtm_`."""

_PREFIXES: Final = ("utm_", "mtm_")
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
    # `&amp;` is how the address stands in a page's source, from where it was copied.
    name = unquote(field.partition("=")[0]).casefold().removeprefix("amp;")
    return name.startswith(_PREFIXES) or name in TRACKING


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
