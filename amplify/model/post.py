"""A post of the library, with its variants, its platform texts and its thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from amplify.model.banner import SizeName
from amplify.model.base import Duration, FileEntry, FileModel, Id, Instant, Lang, Tag, Text, Url
from amplify.model.person import PersonState
from amplify.model.platform_name import PlatformName
from amplify.model.problem import SourceLocation

Kind = Literal["statement", "cta", "fact", "quote", "anniversary", "solidarity", "memorial", "boost"]


class PostHashtags(FileModel):
    """Hashtags of one post, without signs, beside those its campaign requires."""

    required: tuple[Tag, ...] = ()
    """Always carried."""
    optional: tuple[Tag, ...] = ()
    """Carried where there is room."""


class Risk(FileModel):
    """Who may be hurt by reading, sharing or being named."""

    audience: Literal["international", "in_country"] = "international"
    """`in_country`: readers may be prosecuted for following or sharing."""
    sensitive: tuple[Literal["health", "torture", "children", "family"], ...] = ()
    """Classes that two people must approve."""
    in_country: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    """ISO 3166 codes of the countries concerned."""


class Boost(FileModel):
    """What is reposted: a post of our own or a partner's, or something already published."""

    post: Id | None = None
    """A post of this library; the boost waits until it has been sent."""
    partner: Id | None = None
    """Whose copy of that post, or whose `urls` these are; without it, the boosting account's own copy."""
    urls: dict[PlatformName, Url] = {}
    """Platform → address of something already published by `partner`, who agreed to be boosted."""

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.post is None) == (not self.urls):
            raise ValueError("a boost names either a `post` of this library or `urls`, one of the two")
        return self


class Repeat(FileModel):
    """Whether the same account may publish the post again."""

    after: Duration = Field(default="90d", validate_default=True)
    """Not before this time has passed."""


class BannerItem(FileEntry):
    """A banner of a post: a template that is filled in and painted for each delivery by itself."""

    banner: Id
    """A template of `media/banners/`."""
    person: Id | None = None
    """For whom, where the template is made for several people; without it, the one the post is about."""
    size: SizeName | None = None
    """Without it, the size of each platform's posts."""


MediaItem = Annotated[str, Field(title="path")] | BannerItem
"""The path of a picture or video under `media/`, or a banner."""
MediaList = Annotated[tuple[MediaItem, ...], Field(max_length=4)]
Media = MediaList | dict[Lang, MediaList]
"""What is shown beside a text: one list for all languages, or one for each."""


class PostFront(FileEntry):
    """The front matter of one file under `posts/`."""

    id: Id
    """Unique in the workspace."""
    campaign: Id
    """The campaign it belongs to."""
    kind: Kind
    """What it is."""
    lang: Lang
    """The language of its default text."""
    status: Literal["draft", "ready", "retired"] = "draft"
    """Only `ready` posts are planned."""
    author: Text
    """Who wrote it; they cannot be its second approver."""
    owner: Id | None = None
    """The partner it came from, where that is not the campaign's owner. Not us: somebody must approve it."""
    occasion: Id | None = None
    """The occasion it was written for; `{{ occasion.theme }}` renders that year's theme."""
    people: tuple[Id, ...] = ()
    """Everybody it names or shows."""
    hashtags: PostHashtags = PostHashtags()
    """Beside those its campaign requires."""
    mentions: tuple[Id, ...] = ()
    """Partners added at the end of the text, as handles where they have one."""
    media: Media = ()
    """Up to four pictures and banners, or one moving GIF, or one video: paths under `media/`, and banners as
    `{banner: days}`. By language where they differ: `{be: [...], en: [...]}`. A variant may have its own."""
    cta: Id | None = None
    """The call to action it carries: its address is added unless the text already has it."""
    calls: Literal["one", "many"] = "one"
    """`many`: it asks for several things on purpose, such as a list of petitions."""
    thread: Literal["parts", "auto", "numbered"] = "parts"
    """`auto`: a message that is too long for its platform is divided into several. `numbered`: and each says which it
    is. `parts`: only where the text says `## part`."""
    facts: tuple[Id, ...] = ()
    """Facts its pictures show; those in the text are found by themselves."""
    cosigned: bool = False
    """Render the campaign's signatories under the text."""
    boost: Boost | None = None
    """For `kind: boost`: what is reposted."""
    content_warning: dict[Lang, Text] = {}
    """Shown before the text where the platform can (Mastodon), by language."""
    visibility: Literal["public", "unlisted"] = "public"
    """Who sees it (Mastodon)."""
    for_states: tuple[PersonState, ...] = ()
    """States of its people it is written for, such as `died`: it goes out in that state only, after two approvals."""
    consent: Text | None = None
    """Reference to a consent beyond the person's own record."""
    embargo_until: Instant | None = None
    """Not due before this instant, and until then left out of previews, exports, reports and toolkit pages."""
    not_before: Instant | None = None
    """Not due before this instant."""
    expires_at: Instant | None = None
    """Not due after this instant, and not sent later than it, however wide its window is."""
    repeat: Repeat | None = None
    """Whether and when the same account may say it again."""
    risk: Risk = Risk()
    """Who may be hurt."""
    contact: Text | None = None
    """Who answers questions about this post."""
    source: Url | None = None
    """Where what it says can be checked."""

    @model_validator(mode="after")
    def _boosts_boost(self) -> Self:
        if (self.kind == "boost") != (self.boost is not None):
            raise ValueError("`kind: boost` and a `boost:` block go together")
        return self


class VariantHead(FileModel):
    """The head of a variant: between two lines of `---` right below its heading."""

    media: Media | None = None
    """What this variant shows, in place of what the post shows."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """One message of a thread, as a template, and where it stands."""

    template: str
    place: SourceLocation


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of a post. Two accounts on a platform never publish the same one."""

    name: str
    """`default` for the text above the first heading."""
    lang: str
    parts: tuple[TextPart, ...]
    by_platform: dict[str, tuple[TextPart, ...]]
    """Platform → the parts to use there instead."""
    place: SourceLocation
    media: Media | None = None
    """What its own head says; None: what the post shows."""

    def parts_on(self, platform: str) -> tuple[TextPart, ...]:
        return self.by_platform.get(platform, self.parts)


@dataclass(frozen=True, slots=True)
class Post:
    """A file under `posts/`: its front matter and its texts."""

    front: PostFront
    variants: tuple[Variant, ...]
    """The default text first; empty for boosts."""

    @property
    def id(self) -> str:
        return self.front.id

    @property
    def place(self) -> SourceLocation:
        return self.front.place

    @property
    def media_lists(self) -> Iterator[tuple[str | None, MediaList]]:
        """Every list of pictures and banners, with the language that it is for (None: for whatever is shown with)."""
        for media in (self.front.media, *(one.media for one in self.variants if one.media is not None)):
            yield from media.items() if isinstance(media, dict) else ((None, media),)

    @property
    def media_files(self) -> tuple[str, ...]:
        """Every picture and video that any of its variants shows, once: paths under `media/`."""
        return tuple(dict.fromkeys(one for _, items in self.media_lists for one in items if isinstance(one, str)))

    @property
    def media_banners(self) -> tuple[BannerItem, ...]:
        """Every banner that any of its variants shows."""
        return tuple(one for _, items in self.media_lists for one in items if isinstance(one, BannerItem))
