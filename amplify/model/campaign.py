"""A campaign: its hashtags with reasons, dates, key messages, signatories, posting limits."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from amplify.model.base import Day, Duration, FileEntry, FileModel, Id, Instant, Lang, Only, Tag, Text
from amplify.model.platform_name import PlatformName

_LETTER: Final = r"([a-z0-9-]|[^\x00-\x7f])"
LINK_DOMAIN: Final = rf"^{_LETTER}+(\.{_LETTER}+)*\.([a-z]{{2,}}|xn--[a-z0-9-]+|[^\x00-\x7f]{{2,}})$"
"""A domain in small letters: of any script, or as `xn--…`."""


class Hashtag(FileModel):
    """One hashtag of a campaign, without its sign."""

    tag: Tag
    """The tag without `#`, in CamelCase where it has several words."""
    why: Text
    """Why this tag, in a sentence: shown to partners and on the toolkit page."""
    lang: Lang | None = None
    """Only for texts in this language; without it, for all."""
    required: bool = False
    """Added to every post of the campaign that lacks it (in the post's language)."""
    optional: bool = False
    """Added where there is room: each post gets the same ones every time, and different posts different ones."""
    platforms: Only[PlatformName] = ()
    """Only on these platforms; without it, on all."""
    retired: bool = False
    """No longer used: a post that carries it is a problem."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.required and self.optional:
            raise ValueError("a hashtag is either `required` or `optional`, not both")
        return self


class BannedTag(FileModel):
    """A hashtag that nobody uses, such as one that trends for another reason, or was taken over."""

    tag: Tag
    """The tag without `#`."""
    why: Text
    """Why not, in a sentence: shown with the problem."""
    platforms: Only[PlatformName] = ()
    """Only on these platforms; without it, on all."""


class HashtagCustom(FileModel):
    """How a campaign uses hashtags on one platform."""

    most: Annotated[int, Field(ge=0, le=30)] | None = None
    """Most hashtags of one message; without it X 2, Bluesky 3, Mastodon 5."""
    placement: Literal["inline", "end"] = "inline"
    """`inline`: the word that stands in the text already becomes the hashtag, and only what is missing is added
    below. `end`: all are added below."""


class Occasion(FileModel):
    """A date that comes back every year."""

    id: Id
    """Name used by posts and queue entries."""
    name: dict[Lang, Text]
    """What the day is called, by language."""
    month: Annotated[int, Field(ge=1, le=12)]
    """Month, 1 to 12."""
    day: Annotated[int, Field(ge=1, le=31)]
    """Day of the month; 29 February is kept on the 28th in other years."""
    themes: dict[int, dict[Lang, Text]] = {}
    """Year → the theme of that year, by language."""


class Signatory(FileModel):
    """One organisation under a joint statement."""

    partner: Id | None = None
    """A partner of the handle book, or …"""
    name: Text | None = None
    """… the plain name of an organisation outside it."""
    order: int = 100
    """Smaller stands earlier; equal orders stand by name."""
    signed: bool = True
    """False while they have been asked and have not answered: not rendered."""


class QuietPeriod(FileModel):
    """A time in which the campaign is silent."""

    start: Instant
    """From this instant."""
    end: Instant
    """Until this instant; nothing bursts out when it ends."""
    owner: Text
    """Who called for silence."""
    reason: Text
    """Why, in a sentence."""


class Contact(FileModel):
    """Who answers questions about the campaign."""

    name: Text
    """A person's role or name."""
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    """A public address."""


class ToolkitPage(FileModel):
    """Texts and colours of the toolkit page, besides background, key messages and contact."""

    lead: dict[Lang, Text] = {}
    """One sentence under the title, by language: what the campaign wants."""
    ask: dict[Lang, Text] = {}
    """A few words above the calls to action, by language."""
    safety: dict[Lang, Text] = {}
    """Advice of your own for readers at risk, by language, below the standing notice."""
    contact: dict[Lang, Text] = {}
    """Who answers questions, by language; without it, the contact's `name`."""
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#7a2e45"
    """The page's colour, `#rrggbb`. It is made lighter or darker until words in it can be read."""
    bars: bool = True
    """Offers the “behind bars” pictures to be made in the page, for people who are detained or convicted."""


class Caps(FileModel):
    """Posting limits of one account: posts a day, and the gap between two."""

    per_day: Annotated[int, Field(ge=1, le=50)] = 3
    """Most posts a day and account (boosts and thread tails not counted)."""
    gap: Duration = Field(default="4h", validate_default=True)
    """Least time between two posts of one account."""
    boosts_per_day: Annotated[int, Field(ge=0, le=50)] = 5
    """Most boosts a day and account."""


class Campaign(FileEntry):
    """One file in `config/campaigns/`."""

    id: Id
    """Name used by posts."""
    name: dict[Lang, Text]
    """Title, by language."""
    owner: Id
    """The partner that leads it. Not us: everything in it counts as received from outside."""
    languages: tuple[Lang, ...]
    """The languages it speaks, the most important first."""
    background: dict[Lang, Text]
    """What happened, for the toolkit page, by language."""
    key_messages: Annotated[tuple[dict[Lang, Text], ...], Field(min_length=3, max_length=3)]
    """Three sentences everybody should remember, by language."""
    contact: Contact
    """Who answers questions."""
    toolkit: ToolkitPage = ToolkitPage()
    """The toolkit page for supporters."""
    people: tuple[Id, ...] = ()
    """The persons it is about."""
    hashtags: tuple[Hashtag, ...] = ()
    """Its hashtags, each with the reason for it."""
    hashtag_customs: dict[PlatformName, HashtagCustom] = {}
    """Platform → how many hashtags a message has there, and where they stand."""
    banned: tuple[BannedTag, ...] = ()
    """Hashtags that no post of it carries, each with the reason."""
    hijacked: tuple[BannedTag, ...] = ()
    """Hashtags that trend now, or that others have taken over: whoever does not own them stays out. Kept by staff."""
    most_mentions: Annotated[int, Field(ge=0, le=50)] = 3
    """Most handles one post mentions."""
    in_country_languages: tuple[Lang, ...] = ()
    """Languages whose readers may be prosecuted: partners that are `designated_in` a country are written by name, and
    calls, links and boosts that would endanger these readers are held."""
    links: tuple[Annotated[str, Field(pattern=LINK_DOMAIN)], ...] = ()
    """Domains its posts may link to (their subdomains too): in small letters, in any script or as `xn--…`."""
    occasions: tuple[Occasion, ...] = ()
    """Dates that come back."""
    signatories: tuple[Signatory, ...] = ()
    """Who signed, for co-signed posts and statements."""
    statement: Id | None = None
    """The joint statement it publishes: its signatories are those of the statement, and texts may quote it. Instead of
    `signatories`."""
    signatories_shown: Annotated[int, Field(ge=1, le=50)] = 5
    """How many signatories a text names before “+N more”."""
    caps: Caps | None = None
    """Tighter caps than the account's own, for this campaign."""
    quiet: tuple[QuietPeriod, ...] = ()
    """Times of silence."""
    approvals: Annotated[int, Field(ge=0, le=2)] = 0
    """How many people must approve a post before it goes out (more where the rules of care want more)."""
    launched: Day | None = None
    """The day it began."""
    ends: Day | None = None
    """The last day on which it speaks."""
    status: Literal["active", "paused", "ended"] = "active"
    """`paused`: planned, and held until it is active again. `ended`: not planned at all."""
