"""GIFs and videos: their measures, and the limits of platforms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FILM: Final = "video/mp4"
"""Every video leaves as an MP4, whatever it was kept in."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Length, frames and codecs of a GIF or video, as the file states them."""

    seconds: float
    frames: int = 0
    """Of a GIF; 0 for a video, which is not counted through."""
    video: str = ""
    """Four letters of the video's codec; empty for a GIF. `avc1` is H.264."""
    sound: str | None = None
    """Four letters of the sound's codec; `mp4a` is AAC."""
    plain_sound: bool = True
    """Whether AAC is of low complexity, with one channel or two."""
    sampling: str = "4:2:0"
    """How fine the colours are: of chroma."""
    depth: int = 8
    """Bits of a sample."""
    rate: float = 0.0
    """Pictures a second of a video, on average; 0: not stated."""
    interlaced: bool = False
    square: bool = True
    """Whether a pixel is as wide as it is high."""


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of a video in one language, as they are frozen with a message."""

    lang: str
    file: str
    """Path under `media/`."""
    times: tuple[tuple[int, int], ...]
    """Start and end of each cue, in milliseconds."""
    words: str
    """What the cues say, one after the other with an empty line between: so that a name that runs over two of them is
    found."""


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """A platform's limits for GIFs and videos."""

    gif_bytes: int | None = None
    """None: a GIF is shown as a still picture."""
    gif_size: tuple[int, int] | None = None
    """Widest and highest, in pixels."""
    gif_frames: int | None = None
    video_bytes: int = 50_000_000
    video_seconds: tuple[float, float] = (0.0, 3600.0)
    """Shortest and longest."""
    video_ratio: tuple[float, float] | None = None
    """Width by height, least and most."""
    video_least: int = 1
    """Fewest pixels of a side."""
    video_pixels: int | None = None
    """Most pixels of a picture of it."""
    video_rate: float | None = None
    """Most pictures a second."""
    video_plain: bool = False
    """Only whole pictures (not interlaced) of square pixels, and sound of low complexity in one channel or two."""
    captions: bool = False
    """Whether it shows captions that are given beside the video; elsewhere their words go into the description."""
    captions_max: int | None = None
    """Most languages of captions."""
    caption_bytes: int | None = None
    """Largest file of captions."""
