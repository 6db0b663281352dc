"""The only import of twitter-text-parser: its tables know top-level domains, and how X counts."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any


@cache
def url_tables() -> Any:
    """The library, loaded when it is first needed: its tables take 60 ms.

    It imports `pkg_resources`, which warns everybody about its own end; setuptools is pinned for it instead.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        import twitter_text
        import twitter_text.config
        import twitter_text.extract_urls
    return twitter_text


@cache
def _expression(name: str) -> re.Pattern[str]:
    assert url_tables()
    found: re.Pattern[str] = getattr(import_module(f"twitter_text.regexp.{name}"), name)
    return found


@dataclass(frozen=True, slots=True)
class Domains:
    """What the library takes for a domain, in pieces."""

    run: re.Pattern[str]
    """A stretch that can hold a domain: no character outside it belongs to one."""
    ending: re.Pattern[str]
    """A dot after a letter, with one of the endings that domains have."""


@cache
def domains() -> Domains:
    """Made from the library's own expressions."""
    letter = _expression("valid_domain_chars").pattern
    endings = "|".join(_expression(name).pattern for name in ("valid_gtld", "valid_cctld", "valid_punycode"))
    return Domains(
        run=re.compile(f"(?:{letter}|[._-])+"),
        ending=re.compile(rf"(?<={letter})\.(?:{endings})", re.IGNORECASE),
    )


@dataclass(frozen=True, slots=True)
class AddressTables:
    """The library's expressions for addresses."""

    address: re.Pattern[str]
    """Groups: all, the character before, the address, its scheme, its domain, port, path and query."""
    latin_domain: re.Pattern[str]
    """A domain in Latin letters, inside one that has others too."""
    not_before: re.Pattern[str]
    """What may not stand before an address without a scheme."""
    short: re.Pattern[str]
    """An address of X's own shortener, with its last part in a group."""


@cache
def address_tables() -> AddressTables:
    """The library's own, for whoever looks for addresses himself."""
    return AddressTables(
        _expression("extract_url"),
        _expression("valid_ascii_domain"),
        _expression("invalid_url_without_protocol_preceding_chars"),
        _expression("valid_tco_url"),
    )


@cache
def domain_endings() -> tuple[str, ...]:
    """The last labels that domains have, in the library's order: `org`, `бел`."""
    patterns = (_expression(name).pattern for name in ("valid_gtld", "valid_cctld"))
    return tuple(one for said in patterns for one in said.partition(")(?=")[0].replace("(?:", "").split("|"))
