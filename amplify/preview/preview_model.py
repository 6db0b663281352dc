"""View models of a preview page."""

from __future__ import annotations

from dataclasses import dataclass

from amplify.pages.view_models import Author, LinkPreview, PictureRef, TextSpan


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
class ThreadMessage:
    """One message of a thread."""

    spans: tuple[TextSpan, ...]
    pictures: tuple[PictureRef, ...]
    """The drawings themselves stand once on the page, under their ids; a file that cannot be read has none."""
    card: LinkPreview | None


@dataclass(frozen=True, slots=True)
class CardProblem:
    """A problem of a delivery."""

    severity: str
    code: str
    """Empty where already the code would tell too much."""
    sentence: str
    of_person: bool = False
    """What is wrong is kept back, for the sake of a person."""


@dataclass(frozen=True, slots=True)
class Boosted:
    """The post that a boost repeats, as far as it is known."""

    by: str
    spans: tuple[TextSpan, ...]
    url: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class PreviewCard:
    """The card of one delivery."""

    post: str
    entry: str
    variant: str
    campaign: str
    account: str
    platform: str
    title: str
    """The platform's name as people write it."""
    author: Author
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
    parts: tuple[ThreadMessage, ...]
    boosted: Boosted | None
    boost_verb: str
    """What the platform calls it: “reposts”, “boosts”."""
    counters: tuple[Counter, ...]
    asked: str
    """When the account's own server said what it takes; empty where the platform's usual limit counts."""
    cost: str
    """`$0.215`; empty where it is free."""
    held: tuple[str, ...]
    troubles: tuple[CardProblem, ...]
    embargo: str
    """Until when it must not be known; empty where it may."""
    sealed: bool = False
    """Nothing of it is shown but when and where: it is stopped, or held for the sake of a person."""


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """The deliveries of one day, each on its account's own clock."""

    date: str
    name: str
    """`Monday 17 May 2027`."""
    cards: tuple[PreviewCard, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount of money, written out."""

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
class PreviewPage:
    """Everything on the page."""

    name: str
    period: str
    made: str
    days: tuple[PreviewDay, ...]
    cost: Cost
    left_out: int
    """Messages that are not here, for the sake of an embargo."""
    embargoed: int
    """Messages that are here all the same."""
    sealed: int
    """Messages that stand here without their words."""
    deliveries: frozenset[str]
    """Ids of all that are here."""
    drawings: tuple[tuple[str, str, int, int], ...]
    """Each picture once: id, data URI, width, height."""

    @property
    def cards(self) -> tuple[PreviewCard, ...]:
        return tuple(card for day in self.days for card in day.cards)
