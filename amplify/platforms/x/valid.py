"""What X takes for an address that stands alone (twitter-text, `Validator`). Pure."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import Final

import regex

_LETTER: Final = r"[\p{L}\p{M}\p{N}\p{S}]"
_SUBDOMAIN: Final = rf"{_LETTER}(?:[{_LETTER[1:-1]}_-]{{0,61}}{_LETTER})?\."
_DOMAIN: Final = rf"{_LETTER}(?:[{_LETTER[1:-1]}-]{{0,61}}{_LETTER})?\."
_NUMBER: Final = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_SIGNS: Final = r"\p{L}\p{M}\p{N}\-._~!$&'()*+,;=:@|/%"
_ADDRESS: Final = regex.compile(
    rf"(?P<scheme>https?://)?(?:[\p{{L}}\p{{N}}\-._~!$&'()*+,;=%:]*@)?"
    rf"(?:(?P<six>\[[0-9A-Fa-f:.]{{2,45}}\])|{_NUMBER}(?:\.{_NUMBER}){{3}}|"
    rf"(?:{_SUBDOMAIN}){{0,32}}?{_DOMAIN}(?:\p{{L}}[\p{{L}}\p{{M}}\p{{N}}-]{{0,61}}[\p{{L}}\p{{M}}\p{{N}}]))"
    rf"(?::\d{{1,5}})?(?:/[{_SIGNS}]*)?(?:\?[{_SIGNS}?]*)?(?:#[{_SIGNS}?]*)?",
    regex.IGNORECASE,
)
_LONGEST: Final = 4096


def is_address(text: str, scheme_needed: bool = True) -> bool:
    """Whether it is an http or https address that X calls valid."""
    found = _ADDRESS.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or (scheme_needed and found["scheme"] is None):
        return False
    return found["six"] is None or _is_ipv6(found["six"][1:-1])


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
