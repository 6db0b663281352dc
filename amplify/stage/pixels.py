"""What an upload really is, whatever it says it is."""

from __future__ import annotations

import io
from dataclasses import dataclass

_MIME = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class Pixels:
    """Type and size of a picture."""

    mime: str
    width: int
    height: int


def look_at(data: bytes) -> Pixels | None:
    """Read a picture's header; None for anything that is not a PNG, JPEG, WebP or GIF."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=list(_MIME)) as image:
            return Pixels(_MIME[image.format or ""], image.width, image.height)
    except (UnidentifiedImageError, Image.DecompressionBombError, KeyError, OSError, SyntaxError, ValueError):
        return None
