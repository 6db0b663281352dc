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
    assert url_tables()
    letter = import_module("twitter_text.regexp.valid_domain_chars").valid_domain_chars.pattern
    endings = "|".join(
        getattr(import_module(f"twitter_text.regexp.{name}"), name).pattern
        for name in ("valid_gtld", "valid_cctld", "valid_punycode")
    )
    return Domains(
        run=re.compile(f"(?:{letter}|[._-])+"),
        ending=re.compile(rf"(?<={letter})\.(?:{endings})", re.IGNORECASE),
    )
