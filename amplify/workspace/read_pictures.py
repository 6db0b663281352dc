"""Reads pictures of `media/`: measured, hashed, and decoded to the last pixel."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from amplify.model.video import Motion
from amplify.rules.file_formats import gif, jpeg, png, webp
from amplify.rules.file_formats.format_names import ENOUGH, name_format, way_out, with_article
from amplify.workspace.picture_sizes import Sizes

FORMATS: Final[dict[str, tuple[str, str]]] = {
    ".png": ("PNG", "image/png"),
    ".jpg": ("JPEG", "image/jpeg"),
    ".jpeg": ("JPEG", "image/jpeg"),
    ".jpe": ("JPEG", "image/jpeg"),
    ".jfif": ("JPEG", "image/jpeg"),
    ".pjpeg": ("JPEG", "image/jpeg"),
    ".pjp": ("JPEG", "image/jpeg"),
    ".webp": ("WEBP", "image/webp"),
    ".gif": ("GIF", "image/gif"),
    ".avif": ("AVIF", "image/avif"),
}
"""Ending → what Pillow calls the format, and its media type."""

MOST_PIXELS: Final = 50_000_000
"""Larger pictures are refused before they are unpacked (a small file can unpack to gigabytes)."""


class BrokenPicture(Exception):
    """The file is not a valid picture or video; the message is a sentence, `code` its code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class PictureMeasures:
    """Size, format, hash and motion of a picture or a video."""

    sha256: str
    mime: str
    width: int
    height: int
    size: int
    """Bytes."""
    motion: Motion | None = None


def is_picture(path: str) -> bool:
    """Whether the file's extension is that of a picture that we publish."""
    return PurePosixPath(path).suffix.lower() in FORMATS


def measure_picture(data: bytes, path: str, sizes: Sizes) -> PictureMeasures:
    """Measure a picture and make sure that all of it is there. `sizes`: of those that were found whole before. Raises
    BrokenPicture.
    """
    name, mime = FORMATS[PurePosixPath(path).suffix.lower()]
    found = name_format(data[:ENOUGH])
    if found is None:
        raise BrokenPicture("PICTURE-FORMAT", f"this file is no picture that we can publish: {_KINDS} only")
    if found != name:
        ends = f"this file ends as {with_article(name)} but is {with_article(found)}"
        raise BrokenPicture("PICTURE-FORMAT", f"{ends}: {way_out(found)}")
    sha256 = hashlib.sha256(data).hexdigest()
    motion = _motion(name, data)
    width, height = sizes[sha256] if sha256 in sizes else _looked_at(sha256, data, name)
    return PictureMeasures(sha256, mime, width, height, len(data), motion)


def _motion(name: str, data: bytes) -> Motion | None:
    """How a GIF moves; None for a still picture. Raises BrokenPicture for animations that no platform takes."""
    if name == "GIF":
        try:
            told = gif.read_gif(data)
        except gif.BrokenGif:
            raise _BROKEN from None
        return Motion(round(told.seconds, 3), told.frames) if told.frames > 1 else None
    if (name == "WEBP" and webp.is_animated(data)) or (name == "PNG" and b"acTL" in data[:_BEFORE_PIXELS]):
        raise _moves(name)
    return None


def _moves(name: str) -> BrokenPicture:
    return BrokenPicture(
        "PICTURE-MOVES", f"no platform takes {with_article(name)} that moves: save it as a GIF, or as an MP4 video"
    )


_KINDS = "PNG, JPEG, WebP, AVIF and GIF"


def _looked_at(sha256: str, data: bytes, name: str) -> tuple[int, int]:
    """Width and height as shown, after decoding all of it. Cached: a daemon decodes each picture once, also where
    nothing can be kept."""
    if sha256 in _seen:
        return _seen[sha256]
    from PIL import Image, features

    if name == "AVIF" and not features.check("avif"):
        raise _NO_AVIF
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(BytesIO(png.without_texts(data) if data.startswith(png.START) else data)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _TOO_MANY_PIXELS
                if data.startswith(jpeg.START) and jpeg.takes_too_long(data, image.width * image.height):
                    raise _TOO_MANY_SCANS
                if name == "AVIF" and getattr(image, "n_frames", 1) > 1:
                    raise _moves(name)
                image.load()
                lies = image.getexif().get(0x0112, 1) in _LYING
                _seen[sha256] = (image.height, image.width) if lies else (image.width, image.height)
    except BrokenPicture:
        raise
    except Image.DecompressionBombError:
        raise _TOO_MANY_PIXELS from None
    except Exception:  # Pillow's decoders raise whatever damaged bytes lead them to: SyntaxError, struct.error …
        raise _BROKEN from None
    return _seen[sha256]


_LYING = (5, 6, 7, 8)
"""Orientations of EXIF in which width and height change places."""
_BEFORE_PIXELS = 4096
"""Bytes of a PNG within which an animation announces itself: it must before the first pixels."""
_BROKEN = BrokenPicture("PICTURE-BROKEN", "this picture is damaged or cut off: save it anew")
_NO_AVIF = BrokenPicture(
    "PICTURE-FORMAT",
    "this machine cannot read AVIF (its Pillow was built without it): export it as JPEG or PNG",
)
_TOO_MANY_SCANS = BrokenPicture(
    "PICTURE-SCANS", "this JPEG goes through its picture again and again, which takes minutes to unpack: save it anew"
)
_seen: dict[str, tuple[int, int]] = {}
_TOO_MANY_PIXELS = BrokenPicture(
    "PICTURE-SIZE", f"this picture has more than {MOST_PIXELS // 1_000_000} million pixels: scale it down"
)
