"""What a platform makes of a text: lengths, what links by itself, how much it takes. Data, so that rules stay pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from amplify.model.message import Entity
from amplify.model.rate_limit import RateLimit
from amplify.model.video import VideoLimits


@dataclass(frozen=True, slots=True)
class Dialect:
    """One platform's way with words. Each adapter file declares one."""

    name: str
    """`x`, `bluesky`, `mastodon`."""
    title: str
    """As people write it."""
    text_max: int
    """Longest text, in units of `measure`; a server may report another."""
    measure: Callable[[str], int]
    """Length of a text as the platform counts it (after NFC)."""
    unit: str
    """What `measure` counts, for people: “characters”, “graphemes”."""
    entities: Callable[[str], tuple[Entity, ...]]
    """What becomes a link, a tag, a mention."""
    secrets: tuple[str, ...]
    """The fields a credential has here."""
    bytes_max: int | None = None
    """Longest text in UTF-8 bytes, where the platform counts those too."""
    pictures_max: int = 4
    picture_bytes: int = 5_000_000
    """Largest picture in bytes."""
    picture_pixels: int | None = None
    """Most pixels of a picture."""
    card_bytes: int | None = None
    """Largest picture of a link card, where it is less."""
    moving: VideoLimits = field(default_factory=VideoLimits)
    """GIFs and videos."""
    alt_max: int = 1000
    """Longest alt text, in characters."""
    card: bool = False
    """Draws a link card that we supply: the address need not stand in the text."""
    content_warning: bool = False
    batch: int = 1
    """Most posts a `read` takes."""
    read_any: bool = True
    """Any account of the server can read the counts of any other."""
    allowances: tuple[RateLimit, ...] = ()
    """How much it lets us ask, as its documentation says."""
