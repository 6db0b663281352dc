"""Host names in one spelling: an internationalised domain as `xn--…` (UTS #46), in small letters. Pure."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit


@lru_cache(maxsize=4096)
def ascii_host(host: str) -> str:
    """A host as browsers look it up: `ПРИМЕР.бел` and its `xn--` form are one.

    What UTS #46 forbids stays as it is: it is then equal to itself only.
    """
    host = host.strip().rstrip(".")
    if not host.isascii():
        import idna  # its tables take some milliseconds

        try:
            host = idna.uts46_remap(host, std3_rules=False, transitional=False)
        except idna.IDNAError:
            return host.casefold()
    labels = host.lower().rstrip(".").split(".")
    return ".".join(one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in labels)


def url_host(url: str) -> str | None:
    """The host of an address, as `ascii_host` writes it; None where it has none, or browsers would find another."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    # Browsers read `\\` as `/`, and so find another host.
    return None if not host or "\\" in url else ascii_host(host)


def is_below(host: str, domain: str) -> bool:
    """Whether a host, as `ascii_host` writes it, is the domain or lies below it."""
    domain = ascii_host(domain)
    return host == domain or host.endswith(f".{domain}")


def comparable_url(url: str) -> str:
    """An address in the form in which two are compared: its host as `ascii_host` writes it, without a last slash."""
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{slashes}{ascii_host(host)}{slash}{path}".removesuffix("/")
