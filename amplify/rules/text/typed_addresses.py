"""Finds handles and web addresses that somebody typed into a text: whose page they lead to, whom they mention. Pure.

A handle is found behind its `@`, as the page of that account, and, where it is a domain name, as it stands. An address
is found in whatever dress (`rules.text.loose_references`), with anything before its domain and behind its path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from amplify.rules.text.loose_references import LooseAddress, find_references, fold_address

IsAccountPage = Callable[[str, Sequence[str], str], bool]
"""Host, segments of the path, handle → whether the address leads to that account (`PlatformProfile.account_page`)."""


class AddressMatcher:
    """Finds any of these handles (`@press_union`) and addresses (`https://press.example/en`) in texts."""

    def __init__(self, listed: Iterable[str], pages: Iterable[IsAccountPage] = ()) -> None:
        given = list(listed)
        self._handles = {fold_address(one).lstrip("@") for one in given if one.startswith("@")}
        self._users = {handle.partition("@")[0] for handle in self._handles}
        self._places = find_references(one for one in given if not one.startswith("@")).addresses
        self._pages = tuple(pages)

    def finds(self, texts: Iterable[str]) -> bool:
        """Whether one of them stands in one of the texts."""
        said = find_references(texts)
        # Without its server it is whoever goes by the name there: it may be ours.
        if not said.handles.isdisjoint(self._handles | self._users):
            return True
        return any(self._leads_to(one) for one in said.addresses)

    def _leads_to(self, address: LooseAddress) -> bool:
        host, segments = address.host.removeprefix("www."), address.segments
        if host in self._handles:
            return True
        if any(_is_below(address, place) for place in self._places):
            return True
        return any(is_page(host, segments, handle) for is_page in self._pages for handle in self._handles)


def _is_below(address: LooseAddress, place: LooseAddress) -> bool:
    query = place.behind.partition("?")[2]
    return (
        place.host.removeprefix("www.") in (*address.domains, address.host)
        and address.segments[: len(place.segments)] == place.segments
        and query in address.behind
    )
