"""The workspace's settings, shared by all partners."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, WithJsonSchema, model_validator

from amplify.model.base import Duration, FileEntry, FileModel, Id, Lang, Lateness, Only, Tag, Text, Url
from amplify.model.campaign import BannedTag, QuietPeriod
from amplify.model.platform_name import PlatformName

Dollars = Annotated[
    Decimal,
    Field(ge=0, le=1_000_000, decimal_places=2),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1_000_000, "multipleOf": 0.01}),
]
"""Money, exactly: `49.50`."""


class RuleChange(FileModel):
    """A lint rule whose severity this workspace changes, and why."""

    id: Annotated[str, Field(pattern=r"^[A-Z]+(-[A-Z]+)*$")]
    """The rule's code: `X-COST`."""
    severity: Literal["off", "warning", "error"]
    """What its findings are here. `off`: they are counted, and shown with `amplify check --all`."""
    reason: Text
    """Why, in a sentence."""
    by: Text
    """Who decided."""


class Designated(FileModel):
    """What readers are prosecuted for opening, sharing or following: an address, a hashtag or a handle. Staff keep the
    list; nothing is fetched."""

    domain: Annotated[str, Field(pattern=r"^[^\s/@:?#A-Z]+\.[^\s/@:?#A-Z]{2,}(/[^\s?#]*)?$")] | None = None
    """The domain; its subdomains count too. With a path, only what lies below it: `t.example/channel`."""
    hashtag: Tag | None = None
    """Or a hashtag, without `#`."""
    handle: Annotated[str, Field(pattern=r"^[^@\s/]+(@[^@\s/]+)?$", max_length=253)] | None = None
    """Or a handle of somebody who stands in no handle book, without the leading `@`; on every platform."""
    designated_in: Annotated[tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...], Field(min_length=1)]
    """ISO 3166 codes of the countries that prosecute it."""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if [self.domain, self.hashtag, self.handle].count(None) != 2:
            raise ValueError("give a `domain`, a `hashtag` or a `handle`, one of the three")
        return self


class WiderQuiet(QuietPeriod):
    """A time of silence beyond one campaign: for everything, or for a region."""

    languages: Only[Lang] = ()
    """Only texts in these languages; without languages and partners: everything."""
    partners: Only[Id] = ()
    """Only the accounts of these partners."""


class Settings(FileEntry):
    """`config/workspace.yaml`."""

    id: Id
    """The workspace's identity: part of every delivery's. Never change it once posts have gone out."""
    name: Text
    """What people call it."""
    horizon_days: Annotated[int, Field(ge=1, le=400)] = 45
    """How many days ahead deliveries are written down."""
    lateness: Lateness = Field(default="2h", validate_default=True)
    """How late a post may still go out, where its queue entry does not say."""
    readings: Annotated[tuple[Duration, ...], Field(min_length=1)] = Field(
        default=("1h", "24h", "7d"), validate_default=True
    )
    """When engagement is read after a post went out."""
    fallback: dict[Lang, tuple[Lang, ...]] = {}
    """Language → the languages to take, in order, where it has no text: `be-tarask: [be, ru]`. Without an entry,
    its base language (`be-tarask` → `be`) and that one's list."""
    english_dates: Literal["british", "international", "american"] | None = None
    """How dates are written in English: `british` (19 May 2027), `international` (2027-05-19) or `american`
    (May 19, 2027). Without it, British on the toolkit page, and American in texts."""
    toolkit_site: Annotated[Url, Field(pattern=r"^https?://[^\s<>\"?#]+$")] | None = None
    """The address at which the toolkit page is published, `https://toolkit.example.org/`. With it, links to the page
    show a picture wherever they are shared."""
    cancel_limit: Annotated[int, Field(ge=0)] = 10
    """`queue` asks before cancelling more waiting deliveries than this."""
    banned: tuple[BannedTag, ...] = ()
    """Hashtags that no post of any campaign carries, each with the reason."""
    designated: tuple[Designated, ...] = ()
    """What posts for readers at risk do not lead to, beside designated partners and their websites."""
    quiet: tuple[WiderQuiet, ...] = ()
    """Times of silence for all campaigns, or for a region of readers."""
    rules: tuple[RuleChange, ...] = ()
    """Rules whose severity is another one here, each with the reason. Rules of care cannot be weakened."""
    budget: dict[PlatformName, Dollars] = {}
    """Platform → US dollars a month for posts, readings and deletions of all our accounts there: `{x: 50}`. What it
    does not pay for is held until the next month (UTC). Without it, nothing is."""
    similar: Annotated[float, Field(ge=0.7, le=1)] = 0.85
    """From which likeness on (1: the same letters) two texts are substantially the same (`X-DUP`)."""
    similarity_days: Annotated[int, Field(ge=1, le=366)] = 90
    """Texts of two accounts are compared when there are at most this many days between them (`X-DUP`)."""
