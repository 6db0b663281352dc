"""Thumbnails for a page: each picture once, small, repainted, as a data URI."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Final

from amplify.media.sanitize import BadPicture, sanitize_picture
from amplify.model.message import Attachment
from amplify.pages.view_models import PictureRef

WIDEST: Final = 800
"""Pixels of the longer side."""
_QUALITY: Final = 82


class Thumbnails:
    """Draws each picture once, whoever shows it how often."""

    def __init__(self, media: Path) -> None:
        self._media = media
        self._drawn: dict[str, tuple[str, str, int, int]] = {}

    def show(self, picture: Attachment) -> PictureRef:
        """The picture of a message as a reference. Where its file cannot be read, its alt text is shown."""
        if picture.file not in self._drawn:
            self._drawn[picture.file] = self._draw(picture.file)
        id, _, width, height = self._drawn[picture.file]
        return PictureRef(id, picture.file, picture.alt, width or picture.width, height or picture.height)

    @property
    def drawings(self) -> tuple[tuple[str, str, int, int], ...]:
        """Id, data URI, width and height of everything that was shown."""
        return tuple(drawn for drawn in self._drawn.values() if drawn[0])

    def _draw(self, file: str) -> tuple[str, str, int, int]:
        try:
            packed, width, height = _shrunk((self._media / file).read_bytes())
        except (OSError, BadPicture):
            return "", "", 0, 0
        return f"picture-{len(self._drawn) + 1}", packed, width, height


def _shrunk(data: bytes) -> tuple[str, int, int]:
    """The thumbnail as JPEG, or PNG where that is smaller or has transparency. Raises BadPicture."""
    from PIL import Image

    painted, _ = sanitize_picture(data, most_bytes=64_000_000, still=True)  # nothing but pixels, upright
    with Image.open(io.BytesIO(painted)) as picture:
        picture.load()
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        drawn, mime = io.BytesIO(), "image/png"
        if picture.mode == "RGBA":
            picture.save(drawn, "PNG", optimize=True)
        else:
            small = picture.convert("RGB")
            small.save(drawn, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
            mime = "image/jpeg"
            exact = io.BytesIO()
            small.save(exact, "PNG", optimize=True)
            if exact.tell() < drawn.tell():
                drawn, mime = exact, "image/png"
        width, height = picture.size
    return f"data:{mime};base64,{base64.b64encode(drawn.getvalue()).decode()}", width, height
