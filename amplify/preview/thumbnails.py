"""Thumbnails for a page: each picture once, small, repainted, as a data URI."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from amplify.banner.cannot_paint import BannerFault
from amplify.media.reencode import BadPicture, decoder_errors, reencode_picture
from amplify.model.message import Attachment
from amplify.pages.view_models import PictureRef

WIDEST: Final = 800
"""Pixels of the longer side."""
_QUALITY: Final = 82
_RECIPE: Final = 1
"""How we draw. What an older program drew is drawn again."""
_UNUSED: Final = 90 * 24 * 3600
"""Seconds after which nobody will ask for a thumbnail again."""


class Thumbnails:
    """Draws each picture once, whoever shows it how often."""

    def __init__(self, media: Path, kept: Path, painted: Callable[[Attachment], Path]) -> None:
        """`kept`: the folder where they lie for the next page, by the SHA-256 of the pictures. `painted`: the painted
        file of a banner."""
        self._media, self._kept, self._painted = media, kept, painted
        self._drawn: dict[str, tuple[str, str, int, int]] = {}

    def show(self, picture: Attachment) -> PictureRef:
        """The picture of a message as a reference. Where its file cannot be read, its alt text is shown."""
        key = picture.file if picture.banner is None else picture.sha256
        if key not in self._drawn:
            self._drawn[key] = self._draw(picture)
        id, _, width, height = self._drawn[key]
        return PictureRef(id, picture.file, picture.alt, width or picture.width, height or picture.height)

    @property
    def drawings(self) -> tuple[tuple[str, str, int, int], ...]:
        """Id, data URI, width and height of everything that was shown."""
        return tuple(drawn for drawn in self._drawn.values() if drawn[0])

    def _draw(self, picture: Attachment) -> tuple[str, str, int, int]:
        try:
            path = self._media / picture.file if picture.banner is None else self._painted(picture)
            drawn = self._thumbnail(path.read_bytes())
        except (OSError, BadPicture, BannerFault):
            return "", "", 0, 0
        return f"picture-{len(self._drawn) + 1}", *_as_uri(drawn)

    def _thumbnail(self, data: bytes) -> bytes:
        kept = self._kept / f"{hashlib.sha256(data).hexdigest()}.{WIDEST}.{_RECIPE}"
        try:
            drawn = kept.read_bytes()
            os.utime(kept)
        except OSError:
            drawn = _shrunk(data)
            with suppress(OSError):  # a folder that may only be read has its pages, too
                _keep(kept, drawn)
        return drawn


def _keep(path: Path, data: bytes) -> None:
    """Put a thumbnail there whole, for its owner alone, and take away what nobody has asked for in a long time."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
    partial.replace(path)
    for other in path.parent.iterdir():
        if other.stat().st_mtime < path.stat().st_mtime - _UNUSED:
            other.unlink(missing_ok=True)


def _as_uri(drawn: bytes) -> tuple[str, int, int]:
    """A thumbnail as data URI, and its size. Raises BadPicture."""
    from PIL import Image

    with decoder_errors(), Image.open(io.BytesIO(drawn), formats=["JPEG", "PNG"]) as picture:
        mime = f"image/{str(picture.format).lower()}"
        return f"data:{mime};base64,{base64.b64encode(drawn).decode()}", *picture.size


def _shrunk(data: bytes) -> bytes:
    """The thumbnail as JPEG, or PNG where that is smaller or has transparency. Raises BadPicture."""
    from PIL import Image

    painted = reencode_picture(data, still=True)  # nothing but pixels, upright
    small = painted.picture.convert("RGBA" if painted.clear else "RGB")
    small.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    drawn = io.BytesIO()
    small.save(drawn, "PNG", optimize=True)
    if not painted.clear:
        packed = io.BytesIO()
        small.save(packed, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
        if packed.tell() <= drawn.tell():
            drawn = packed
    return drawn.getvalue()
