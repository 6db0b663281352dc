"""A picture or video of `media/`, with the alt text and licence in the file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints

from amplify.model.banner import SizeName
from amplify.model.base import Day, FileEntry, FileModel, Id, Lang, Text, Url
from amplify.model.video import Captions, Motion

BannerSubject = Annotated[str, StringConstraints(pattern=r"^(person|fact|action):[^\s:]+$")]
"""What a banner speaks of, such as `fact:prisoners`."""


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256, in hex digits."""


class RecipeWord(FileModel):
    """One text of a banner that was rendered by hand: as its template has it, and as it came out."""

    say: Text | None = None
    """The template of the text; without it, hashtags, a partner's name or a credit, which have none."""
    said: Text
    """What stands in the picture, or is counted there."""


class SidecarRecipe(FileModel):
    """What a banner was rendered from, as `amplify banner` writes it into the note of the picture."""

    template: Id | None = None
    """The template of `media/banners/`; without it, a picture of `amplify banner bars`."""
    campaign: Id
    """Whose facts, calls and hashtags it uses."""
    person: Id | None = None
    """Whom it is for."""
    lang: Lang
    """The language of its words."""
    size: SizeName
    """The size it was rendered in."""
    day: Day
    """The day to which days are counted."""
    words: Annotated[tuple[RecipeWord, ...], Field(max_length=60)] = ()
    """Every text in it, from the back to the front."""
    drawing: Sha256 | None = None
    """SHA-256 of everything else in the template that is painted, and of its pictures."""


class PictureMetadata(FileEntry):
    """The sidecar `media/NAME.yaml` of `media/NAME.png`, with alt text, credit and licence."""

    alt: dict[Lang, Text]
    """What a reader who cannot see it should know, by language."""
    credit: Text
    """Who made it."""
    licence: Text
    """Under which licence we use it."""
    source: Url | None = None
    """Where it came from."""
    caption: dict[Lang, Text] = {}
    """The text that stands in the picture, by language: stops match it."""
    shows: tuple[Id, ...] = ()
    """Persons whose face can be seen, or in a video whose voice can be heard: their consent must cover `portrait`."""
    speaks_of: tuple[BannerSubject, ...] = ()
    """What a banner speaks of, as `amplify banner` writes it (`fact:prisoners`): a post with the picture waits where
    nothing may be said of one of them."""
    sha256: Sha256 | None = None
    """SHA-256 of the picture that was described, as `amplify banner` writes it: another picture needs another note."""
    recipe: SidecarRecipe | None = None
    """What it was rendered from, as `amplify banner` writes it: where it would come out otherwise on the day on which
    it goes out, `BANNER-STALE` says so. Take it out of a picture that shall stay as it is."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture or video file under `media/`, as measured."""

    file: str
    """Path under `media/`."""
    sha256: str
    """Of the bytes in the file."""
    size: int
    """Bytes."""
    mime: str
    """`image/png`, `image/jpeg`, `image/webp`, `image/gif`, `image/avif` or `video/mp4`."""
    width: int
    height: int
    note: PictureMetadata
    motion: Motion | None = None
    """Of a GIF that moves, and of a video; None for a still picture."""
    captions: tuple[Captions, ...] = ()
    """Of a video: from the files beside it, by language."""
    poster: str | None = None
    """The picture that stands for a video where it is not played: the file beside it, as a path under `media/`."""

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that readers, or those who hear it read out, are told by it, in every language."""
        spoken = (one.words for one in self.captions)
        return (*self.note.alt.values(), *self.note.caption.values(), *spoken)
