"""Groups the cards of a wording by what they say: a text that is the same in several places stands on the page once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from amplify.toolkit.toolkit_model import Item, ShareLink, ShareText, Wording, WordingCard

PHONE: Final = "phone"
"""The reader's own device: its share sheet, or whatever messenger it has."""


@dataclass(frozen=True, slots=True)
class PlaceWays:
    """What a place adds to a text: how long it may be, and how it is shared there."""

    place: str
    title: str
    """Empty: no platform."""
    length_max: int | None
    message: ShareText


@dataclass(frozen=True, slots=True)
class PlaceText:
    """One message as it is said in some places."""

    said: ShareText
    ways: tuple[PlaceWays, ...]


@dataclass(frozen=True, slots=True)
class PlaceBlock:
    """What a wording says in these places: one message, or a thread."""

    places: tuple[str, ...]
    warning: str
    texts: tuple[PlaceText, ...]


def place_blocks(wording: Wording) -> tuple[PlaceBlock, ...]:
    """The wording's texts, each once, with the places in which it is said; the plainest one is the phone's."""
    alike: dict[tuple[str, ...], list[WordingCard]] = {}
    for card in wording.cards:
        alike.setdefault((card.warning, *(said.text for said in card.messages)), []).append(card)
    return tuple(_block(cards, wording.plainest) for cards in alike.values())


def places_of(item: Item) -> tuple[str, ...]:
    """The places for which a post has a text."""
    found = (place for wording in item.wordings for block in place_blocks(wording) for place in block.places)
    return tuple(dict.fromkeys(found))


def place_titles(items: Iterable[Item]) -> dict[str, str]:
    """Places that readers may choose, and their titles (empty: no platform), the phone first: those that some text is
    for.
    """
    cards = [card for item in items for wording in item.wordings for card in wording.cards]
    return {PHONE: "", **{card.platform: card.title for card in cards}}


def own_server_ways(items: Iterable[Item]) -> tuple[ShareLink, ...]:
    """Services where readers are asked for their own server first."""
    found = {
        way.id: way
        for item in items
        for wording in item.wordings
        for card in wording.cards
        for said in card.messages
        for way in said.ways
        if way.path
    }
    return tuple(found.values())


def _block(cards: list[WordingCard], plainest: WordingCard) -> PlaceBlock:
    places = [card.platform for card in cards]
    if plainest in cards:
        places.insert(0, PHONE)
    texts = []
    for number, said in enumerate(cards[0].messages):
        ways = (PlaceWays(card.platform, card.title, card.length_max, card.messages[number]) for card in cards)
        texts.append(PlaceText(said, tuple(ways)))
    return PlaceBlock(tuple(places), cards[0].warning, tuple(texts))
