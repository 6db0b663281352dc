"""View models of a toolkit page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from amplify.model.campaign import Occasion
from amplify.model.message import Attachment
from amplify.pages.view_models import MessageText, PictureRef
from amplify.rules.text.language import EnglishDates


@dataclass(frozen=True, slots=True)
class OmittedItem:
    """Something left out of a page; only staff see it."""

    reason: str
    """A key of WITHHELD."""
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
class ShareLink:
    """One way to share a text."""

    id: str
    title: str
    """As people write the place's name."""
    url: str
    """Opens it with the text filled in; empty where the reader has to say their server first."""
    path: str = ""
    """On that server: what a text is put behind."""


@dataclass(frozen=True, slots=True)
class ShareText(MessageText):
    """One message, ready to copy and to share."""

    ways: tuple[ShareLink, ...]
    title: str
    """Its first words, by which its buttons are told from those of others."""


@dataclass(frozen=True, slots=True)
class WordingCard:
    """One wording for one place."""

    platform: str
    """A platform's name, or `anywhere`."""
    title: str
    length_max: int | None
    messages: tuple[ShareText, ...]
    warning: str = ""
    """To be set before it, where the place can."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One variant of a post, for every place."""

    name: str
    cards: tuple[WordingCard, ...]

    @property
    def title(self) -> str:
        """The first words of what is said where no platform sets the form; else of the first text."""
        return self.plainest.messages[0].title

    @property
    def plainest(self) -> WordingCard:
        """The card for messengers, where partners stand by their names; else the first one."""
        return self.cards[-1]


@dataclass(frozen=True, slots=True)
class Item:
    """One post of the library, with its wordings."""

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
    banners: tuple[Attachment, ...] = ()
    """Those that are banners, in the page's language and as they are on its day: not painted yet."""


@dataclass(frozen=True, slots=True)
class PictureFile(PictureRef):
    """A picture to download; its path lies below the site's folder, `/` between its parts."""

    title: str
    credit: str
    licence: str
    size: int
    """Bytes."""
    sha256: str
    caption: str = ""
    subjects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PictureSet:
    """One motif in all its sizes; the first is shown."""

    pictures: tuple[PictureFile, ...]

    @property
    def shown(self) -> PictureFile:
        return self.pictures[0]


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """Captions of a film in one language, to download."""

    lang: str
    file: str
    """WebVTT; its path lies below the site's folder."""
    size: int
    """Bytes."""
    words: str
    """What is said in the film."""


@dataclass(frozen=True, slots=True)
class FilmFile:
    """A film to download, with what stands beside it."""

    id: str
    """Where it stands on the page."""
    file: str
    still: PictureFile
    """The picture that stands for it where it is not played; its id is the film's."""
    alt: str
    seconds: float
    captions: tuple[CaptionFile, ...]
    """Those of the page's language first."""
    credit: str
    licence: str
    size: int
    """Bytes."""
    sha256: str
    subjects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenCall:
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
class OccasionDay:
    """An occasion, the next time."""

    day: date
    name: str
    theme: str


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person whom a “behind bars” picture may name."""

    id: str
    name: str
    since: str


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of ours that is out, to be reposted."""

    title: str
    """Its first words."""
    author: str
    """The partner whose account said it."""
    day: date
    url: str
    repost: ShareLink
    """How readers repost it; its `url` is the post's own where nothing else leads there."""


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """What was said on one platform, the newest first."""

    platform: str
    title: str
    posts: tuple[OwnPost, ...]


@dataclass(frozen=True, slots=True)
class HandleList:
    """Handles to tag on one platform, as people write them there."""

    platform: str
    title: str
    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A signatory, and the day of the signature where it is known."""

    name: str
    day: date | None


@dataclass(frozen=True, slots=True)
class PartnerLink:
    """A partner organisation and its website."""

    name: str
    website: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another page of the site."""

    href: str
    title: str
    lang: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class ToolkitPageModel:
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
    calls: tuple[OpenCall, ...]
    items: tuple[Item, ...]
    motifs: tuple[PictureSet, ...]
    people: tuple[PersonEntry, ...]
    bars: bool
    tags: tuple[Tag, ...]
    main_tag: str
    days: tuple[OccasionDay, ...]
    occasions: tuple[Occasion, ...]
    """Those that `days` shows, with the themes that may be told: for the calendar."""
    contact: str
    email: str
    """Empty where it must not be told."""
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
    signatories: tuple[SignedBy, ...] = ()
    """Of a joint statement, in order."""
    films: tuple[FilmFile, ...] = ()
    said: tuple[OwnPosts, ...] = ()
    """What our accounts said lately, by platform."""
    handles: tuple[HandleList, ...] = ()
    """Whom to tag, by platform."""
    by_name: tuple[str, ...] = ()
    """Partners that readers at risk name, and do not tag."""
    partners: tuple[PartnerLink, ...] = ()
    preview: PictureRef | None = None
    """The picture that stands beside a link to the page."""
    english: EnglishDates = "british"
    """How English dates are written."""
    link_meta: tuple[tuple[str, str], ...] = ()
    """What platforms want to be told of a link besides: name and content of `meta` elements."""
    site: str = ""
    """The site's address without `/` at its end; empty: not known."""

    @property
    def stem(self) -> str:
        """The page's path without its extension, `be/free-anna`: its zip and its calendar have the same one."""
        return self.path.removesuffix(".html")


@dataclass(frozen=True, slots=True)
class Built:
    """The result of a build: what was written."""

    folder: str
    pages: tuple[ToolkitPageModel, ...]
    files: Mapping[str, str]
    """Path below the folder → SHA-256."""
    sizes: Mapping[str, int]
    """Path → bytes."""
    left_out: tuple[OmittedItem, ...]
    removed: tuple[str, ...] = field(default=())
    """Files of an older build that are no longer part of it."""

    def as_json(self) -> dict[str, Any]:
        return {
            "folder": self.folder,
            "pages": [
                {"file": page.path, "campaign": page.campaign, "lang": page.lang, "texts": count_wordings(page)}
                for page in self.pages
            ],
            "files": dict(self.files),
            "left_out": [one.as_json() for one in self.left_out],
            "removed": list(self.removed),
        }


def count_wordings(page: ToolkitPageModel) -> int:
    """How many wordings a page offers."""
    return sum(len(item.wordings) for item in page.items)
