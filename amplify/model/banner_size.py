"""The sizes a banner is rendered in, and how much of each stays free of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

SizeName = Literal["card", "post", "bluesky", "square", "portrait", "story", "header"]
Override = Literal["wide", "tall", "card", "post", "bluesky", "square", "portrait", "story", "header"]
"""What a change of layout may be given for: one size, or all `wide` (card, post, bluesky) or `tall` ones."""


@dataclass(frozen=True, slots=True)
class Size:
    """One size, in pixels."""

    name: SizeName
    width: int
    height: int
    title: str
    """Where it is used."""
    like: tuple[Override, ...]
    """Whose overrides it takes, the most particular last."""
    inset: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Left, top, right, bottom: pixels that the site covers with its own buttons or a profile picture."""
    most_bytes: int = 5_000_000
    """X takes no more; the other platforms that show this size do."""

    @property
    def shorter(self) -> int:
        return min(self.width, self.height)


SIZES: Final[dict[str, Size]] = {
    one.name: one
    for one in (
        Size("card", 1200, 630, "link previews", ("wide", "card")),
        Size("post", 1200, 675, "posts on X and Mastodon", ("wide", "post")),
        Size("bluesky", 1200, 675, "posts on Bluesky", ("wide", "post", "bluesky"), most_bytes=2_000_000),
        Size("square", 1080, 1080, "square pictures", ("square",)),
        Size("portrait", 1080, 1350, "upright pictures", ("tall", "portrait")),
        Size("story", 1080, 1920, "stories", ("tall", "story"), inset=(0, 220, 0, 280)),
        Size("header", 1500, 500, "the head of an X profile", ("header",), inset=(230, 0, 0, 0)),
    )
}
"""Name → size, in the order in which they are shown."""
