"""View models shared by pages and files for readers: texts, authors, pictures and link cards. No layout."""

from __future__ import annotations

from dataclasses import dataclass, field

from amplify.model.video import Captions


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A stretch of text as readers see it. Only links have an `href`."""

    kind: str
    """`text`, `link`, `tag`, `mention`."""
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture that belongs to a text."""

    id: str
    """Where it stands on the page; empty where it does not."""
    file: str
    """Path under `media/`, or below the folder of the pages."""
    alt: str
    width: int
    height: int
    film: bool = field(default=False, kw_only=True)
    """A video: what is drawn is the picture that stands for it."""
    captions: tuple[Captions, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """A link card as shown: our own, or the place where the platform will draw one of the page it fetches."""

    url: str
    domain: str
    title: str = ""
    text: str = ""
    picture: PictureRef | None = None

    @property
    def ours(self) -> bool:
        return bool(self.title)


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a text as shown."""

    name: str
    handle: str
    """As the platform writes it, with its sign."""
    initials: str
    hue: int
    """Which of ten colours."""


@dataclass(frozen=True, slots=True)
class MessageText:
    """One message of a text, ready to copy."""

    text: str
    length: int
    """As the platform counts."""
