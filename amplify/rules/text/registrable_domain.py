"""Registrable domain: who a web address belongs to. Sites of one owner are one source."""

from __future__ import annotations

import unicodedata
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_SECOND: Final = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "gv", "in", "info", "ltd", "me", "mil", "msk", "ne", "net"}
    | {"nhs", "nom", "or", "org", "plc", "police", "sch", "spb", "uk"}
)
"""Labels that are no owner's below a country's own top-level domain: `org.uk`, `com.ua`, `co.jp`."""


def registrable_domain(url: str) -> str:
    """The part of an address's host that somebody registers: `news.example.org.uk` → `example.org.uk`.

    Where it cannot be known, fewer labels: rather one owner taken for two sites than two sites for two owners.
    """
    host = _host(url)
    try:
        return ip_address(host.strip("[]")).compressed
    except ValueError:
        labels = [label for label in host.split(".") if label]
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def _host(url: str) -> str:
    """The host, in one spelling: without port, user and closing dot, in small letters, an IDN as `xn--…`."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or url
    except ValueError:
        host = url
    host = unicodedata.normalize("NFKC", host).strip().casefold().replace("\u3002", ".").strip(".")
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host
