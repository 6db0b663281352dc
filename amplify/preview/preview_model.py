"""What a page of previews shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text as readers see it. Only links have an `href`."""

    kind: str
    """`text`, `link`, `tag`, `mention`."""
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on a message; the drawing itself stands once on the page, under `id`."""

    id: str
    """Empty where the file cannot be read."""
    file: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A link card: our own, or the place where the platform will draw one of the page it finds."""

    url: str
    domain: str
    title: str = ""
    text: str = ""
    picture: Shown | None = None

    @property
    def ours(self) -> bool:
        return bool(self.title)


@dataclass(frozen=True, slots=True)
class Counter:
    """A length against its limit."""

    label: str
    length: int
    most: int
    unit: str

    @property
    def over(self) -> bool:
        return self.length > self.most

    @property
    def tight(self) -> bool:
        return self.length > 0.9 * self.most

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.length / max(1, self.most)))


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread."""

    pieces: tuple[Piece, ...]
    pictures: tuple[Shown, ...]
    card: LinkCard | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem of a delivery."""

    severity: str
    code: str
    """Empty where already the code would tell too much."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks."""

    name: str
    handle: str
    """As the platform writes it, with its sign."""
    initials: str
    hue: int
    """Which of ten colours."""


@dataclass(frozen=True, slots=True)
class Boosted:
    """What a boost repeats, as far as it is known."""

    by: str
    pieces: tuple[Piece, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One delivery."""

    post: str
    entry: str
    variant: str
    campaign: str
    account: str
    platform: str
    title: str
    """The platform's name as people write it."""
    voice: Voice
    due: str
    """ISO 8601, UTC."""
    day: str
    """`2027-05-17`, on the account's own clock."""
    clock: str
    """`09:30`."""
    zone: str
    """`Europe/Vilnius, UTC+3`."""
    lang: str
    langs: tuple[str, ...]
    warning: str
    visibility: str
    parts: tuple[Said, ...]
    boosted: Boosted | None
    boost_verb: str
    """What the platform calls it: “reposts”, “boosts”."""
    counters: tuple[Counter, ...]
    asked: str
    """When the account's own server said what it takes; empty where the platform's usual limit counts."""
    cost: str
    """`$0.215`; empty where it is free."""
    held: tuple[str, ...]
    troubles: tuple[Trouble, ...]
    embargo: str
    """Until when it must not be known; empty where it may."""


@dataclass(frozen=True, slots=True)
class Day:
    """The deliveries of one day, each on its account's own clock."""

    date: str
    name: str
    """`Monday 17 May 2027`."""
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """Money, written out."""

    paid: str
    """The platforms that ask for money: “X”."""
    asks: str
    """Who asks for money, and who does not, in a sentence."""
    total: str
    removal: str
    prices_of: str
    days: tuple[tuple[str, str], ...]
    months: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page."""

    name: str
    period: str
    made: str
    days: tuple[Day, ...]
    cost: Cost
    left_out: int
    """Messages that are not here, for the sake of an embargo."""
    embargoed: int
    """Messages that are here all the same."""
    drawings: tuple[tuple[str, str, int, int], ...]
    """Each picture once: id, data URI, width, height."""

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(card for day in self.days for card in day.cards)
