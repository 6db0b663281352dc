"""Finds handles and web addresses that somebody typed into a text: whose page they lead to, whom they mention. Pure.

A handle is found behind its `@`, as the page of that account, and, where it is a domain name, as it stands. An address
is found with and without its scheme, `www.` before it, a subdomain of it, and anything behind its path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from amplify.rules.text.name_words import without_marks

IsAccountPage = Callable[[str, Sequence[str], str], bool]
"""Host, segments of the path, handle → whether the address leads to that account (`PlatformProfile.account_page`)."""

_MENTION = re.compile(r"[@＠]([\w-]+(?:[.@][\w-]+)*)")
_ADDRESS = re.compile(r"(?<![\w@.-])(?:https?://)?((?:[\w-]{1,63}\.){1,12}[^\W\d_]{2,63})(?::\d+)?((?:/[^\s<>\"]*)?)")
_TAIL: Final = ".,;:!?)]}»”’'\""


class AddressMatcher:
    """Finds any of these handles (`@press_union`) and addresses (`https://press.example/en`) in texts."""

    def __init__(self, listed: Iterable[str], pages: Iterable[IsAccountPage] = ()) -> None:
        self._handles: set[str] = set()
        self._places: list[tuple[str, str]] = []
        self._pages = tuple(pages)
        for one in listed:
            said = without_marks(one).casefold()
            if said.startswith("@"):
                self._handles.add(said.removeprefix("@"))
            else:
                self._places.append(_place(said))
        self._names = {handle.partition("@")[0] for handle in self._handles}

    def finds(self, text: str) -> bool:
        """Whether one of them stands in the text."""
        said = without_marks(text).casefold()
        return self._mentioned(said) or any(
            self._leads_to(host, path) for host, path in _ADDRESS.findall(said) if "." in host
        )

    def _mentioned(self, said: str) -> bool:
        for name in _MENTION.findall(said):
            user, _, host = name.partition("@")
            # Without its server it is whoever goes by the name there: it may be ours.
            if name in self._handles or (not host and user in self._names):
                return True
        return False

    def _leads_to(self, host: str, path: str) -> bool:
        host, path = host.removeprefix("www."), unquote(path).rstrip(_TAIL).rstrip("/")
        if host in self._handles:
            return True
        for own, below in self._places:
            at = host == own or host.endswith(f".{own}")
            if at and (path == below or path.startswith(tuple(below + sign for sign in "/?&#"))):
                return True
        segments = [one.removeprefix("@") for one in path.partition("?")[0].split("/") if one]
        return any(is_page(host, segments, handle) for is_page in self._pages for handle in self._handles)


def _place(address: str) -> tuple[str, str]:
    parts = urlsplit(address if "://" in address else f"https://{address}")
    query = f"?{parts.query}" if parts.query else ""
    return (parts.hostname or "").removeprefix("www."), unquote(parts.path).rstrip("/") + query
