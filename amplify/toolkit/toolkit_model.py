"""The nouns of a toolkit page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

LEFT_OUT: Final = {
    "embargo": "under embargo",
    "stop": "stopped",
    "person": "held for the sake of a person",
    "consent": "beyond what a person agreed to",
    "risk": "not for readers at risk",
    "fact": "with a fact that must not be said any more",
    "action": "with a call to action that is not open",
    "campaign": "of a campaign that is silent",
    "quiet": "in a time of silence",
    "approval": "not approved yet",
    "season": "for another time",
    "problem": "with a problem that `amplify check` tells",
    "picture": "pictures that are not painted",
}
"""Why something does not stand on the page, in the order in which it is asked."""

RESTING: Final = frozenset({"stop", "person", "consent", "campaign", "quiet"})
"""Reasons for which readers are asked not to share older copies either."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that does not stand on a page, told to staff only."""

    reason: str
    """A key of LEFT_OUT."""
    campaign: str
    lang: str
    what: str
    """`post nineteenth-of-may`, `background`, `picture …`."""
    why: str = ""
    """The sentence of the gate, the stop or the rule."""

    def as_json(self) -> dict[str, str]:
        return {
            "reason": self.reason,
            "campaign": self.campaign,
            "lang": self.lang,
            "what": self.what,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Way:
    """One way to share a text."""

    id: str
    title: str
    """As people write the place's name."""
    url: str
    """Opens it with the text filled in; empty where the reader has to say their server first."""
    path: str = ""
    """On that server: what a text is put behind."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message, ready to copy."""

    text: str
    length: int
    """As the platform counts."""
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One wording for one place."""

    platform: str
    """A platform's name, or `anywhere`."""
    title: str
    length_max: int | None
    messages: tuple[Said, ...]
    warning: str = ""
    """To be set before it, where the place can."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One variant of a post, for every place."""

    name: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One post of the library."""

    post: str
    kind: str
    day: date | None
    """The day it is meant for; None: any."""
    until: date | None
    """The last day on which it may be said."""
    counts: bool
    """It counts days, up to `day` or up to when the page was made."""
    wordings: tuple[Wording, ...]
    pictures: tuple[str, ...]
    """Ids of the pictures that go with it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to download."""

    id: str
    file: str
    """Path below the site's folder, `/` between its parts."""
    title: str
    alt: str
    credit: str
    licence: str
    width: int
    height: int
    size: int
    """Bytes."""
    sha256: str
    caption: str = ""
    subjects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Motif:
    """One motif in all its sizes; the first is shown."""

    pictures: tuple[Picture, ...]

    @property
    def shown(self) -> Picture:
        return self.pictures[0]


@dataclass(frozen=True, slots=True)
class Call:
    """A call to action that is open."""

    kind: str
    title: str
    text: str
    url: str
    lang: str
    """Of the title."""
    owner: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Tag:
    tag: str
    why: str
    lang: str


@dataclass(frozen=True, slots=True)
class Day:
    """An occasion, the next time."""

    day: date
    name: str
    theme: str


@dataclass(frozen=True, slots=True)
class Someone:
    """A person whom a “behind bars” picture may name."""

    id: str
    name: str
    since: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another page of the site."""

    href: str
    title: str
    lang: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One campaign in one language; `path` lies below the site's folder."""

    path: str
    campaign: str
    lang: str
    direction: str
    """`ltr` or `rtl`."""
    title: str
    lead: str
    background: tuple[str, ...]
    """Paragraphs."""
    messages: tuple[str, ...]
    ask: str
    calls: tuple[Call, ...]
    items: tuple[Item, ...]
    motifs: tuple[Motif, ...]
    people: tuple[Someone, ...]
    bars: bool
    tags: tuple[Tag, ...]
    main_tag: str
    days: tuple[Day, ...]
    contact: str
    email: str
    colour: str
    risky: bool
    """Readers may be prosecuted."""
    safety: str
    resting: bool
    """Something is not to be shared at present, from older copies neither."""
    silent: bool
    """The campaign says nothing at present: only the notice stands on the page."""
    updated: datetime
    """UTC."""
    subjects: frozenset[str] = frozenset()
    """`kind:id` of everybody and everything it speaks of."""

    @property
    def stem(self) -> str:
        """`be/free-anna`: its zip and its calendar are called so, too."""
        return self.path.removesuffix(".html")


@dataclass(frozen=True, slots=True)
class Built:
    """What was written."""

    folder: str
    pages: tuple[Page, ...]
    files: Mapping[str, str]
    """Path below the folder → SHA-256."""
    sizes: Mapping[str, int]
    """Path → bytes."""
    left_out: tuple[LeftOut, ...]
    removed: tuple[str, ...] = field(default=())
    """Files of an older build that are no longer part of it."""

    def as_json(self) -> dict[str, Any]:
        return {
            "folder": self.folder,
            "pages": [
                {"file": page.path, "campaign": page.campaign, "lang": page.lang, "texts": texts(page)}
                for page in self.pages
            ],
            "files": dict(self.files),
            "left_out": [one.as_json() for one in self.left_out],
            "removed": list(self.removed),
        }


def texts(page: Page) -> int:
    """How many wordings a page offers."""
    return sum(len(item.wordings) for item in page.items)
