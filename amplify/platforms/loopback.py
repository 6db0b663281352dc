"""Loopback guard: until an account's entry says `live: true`, its requests may only go to this machine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from amplify.model.errors import LoggedOut
from amplify.model.platform import AccountConnection

_NOT_PUBLIC: Final = frozenset({"localhost", "local", "internal", "lan", "onion", "localdomain"})
"""Last parts of names that only some machines can open."""


def is_loopback(url: str | None) -> bool:
    """Whether the host of `url` is this machine, judged by its spelling: nothing is resolved.

    127.0.0.0/8, ::1 and `localhost` are; None, which means the platform's own server, is not.
    """
    try:
        host = urlsplit(url or "").hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(url: str) -> bool:
    """Whether an address is one that everybody can open, judged by its spelling: `https`, and a host with a name."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username is not None or port not in (None, 443):
        return False
    name, _, last = host.rpartition(".")
    return bool(name) and not last.isdigit() and ":" not in host and last not in _NOT_PUBLIC


def guard_loopback(connection: AccountConnection, url: str | None) -> None:
    """Raise LoggedOut for a request of a rehearsal-only account to a `url` beyond this machine."""
    if connection.loopback_only and not is_loopback(url):
        where = urlsplit(url or "").hostname or "the platform itself" if url else "the platform itself"
        raise LoggedOut(
            f"{connection.account} is rehearsal-only and will not speak to {where}: "
            "it goes live when its entry in config/accounts.yaml says `live: true`"
        )
