"""Detects type and size of an uploaded file from its bytes, whatever it claims to be."""

from __future__ import annotations

import io
from dataclasses import dataclass

from amplify.rules.file_formats import mp4

_MIME = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class Pixels:
    """Type and size of a picture or a video."""

    mime: str
    width: int
    height: int
    moves: bool = False
    """A GIF of more than one frame, or a video."""
    seconds: float = 0.0


def look_at(data: bytes) -> Pixels | None:
    """Read a file's header; None for anything that is not a PNG, JPEG, WebP, GIF or MP4."""
    from PIL import Image, UnidentifiedImageError

    if data[4:8] == b"ftyp":
        try:
            film = mp4.read_video(data)
        except mp4.BrokenVideo:
            return None
        return Pixels("video/mp4", film.width, film.height, True, film.seconds)
    try:
        with Image.open(io.BytesIO(data), formats=list(_MIME)) as image:
            moves = image.format == "GIF" and getattr(image, "n_frames", 1) > 1
            return Pixels(_MIME[image.format or ""], image.width, image.height, moves)
    except (UnidentifiedImageError, Image.DecompressionBombError, KeyError, OSError, SyntaxError, ValueError):
        return None
