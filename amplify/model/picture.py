"""A picture we have the right to, with its alt text and licence beside it."""

from __future__ import annotations

from dataclasses import dataclass

from amplify.model.word import Entry, Lang, Text, Url


class PictureNote(Entry):
    """`media/NAME.yaml`, beside `media/NAME.png`."""

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


@dataclass(frozen=True, slots=True)
class Picture:
    """One file of `media/` as it lies there."""

    file: str
    """Path under `media/`."""
    sha256: str
    """Of the bytes in the file."""
    size: int
    """Bytes."""
    mime: str
    """`image/png`, `image/jpeg`, `image/webp` or `image/gif`."""
    width: int
    height: int
    note: PictureNote
