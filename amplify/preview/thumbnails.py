"""Thumbnails for a page: each picture once, small, repainted, as a data URI."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from amplify.banner.cannot_paint import BannerFault
from amplify.media.film_poster import paint_poster
from amplify.media.reencode import BadPicture, decoder_errors, reencode_picture
from amplify.model.message import Attachment
from amplify.model.picture import Picture
from amplify.model.video import FILM
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

    def __init__(
        self, media: Path, kept: Path, painted: Callable[[Attachment], Path], pictures: Mapping[str, Picture]
    ) -> None:
        """`kept`: the folder where they lie for the next page, by the SHA-256 of the pictures. `painted`: the painted
        file of a banner. `pictures`: of the workspace."""
        self._media, self._kept, self._painted, self._pictures = media, kept, painted, pictures
        self._drawn: dict[str, tuple[str, str, int, int]] = {}

    def show(self, picture: Attachment) -> PictureRef:
        """The picture of a message as a reference. Where its file cannot be read, its alt text is shown."""
        key = picture.file if picture.banner is None else picture.sha256
        if key not in self._drawn:
            self._drawn[key] = self._draw(picture)
        id, _, width, height = self._drawn[key]
        size = width or picture.width, height or picture.height
        return PictureRef(id, picture.file, picture.alt, *size, film=picture.film, captions=picture.captions)

    @property
    def drawings(self) -> tuple[tuple[str, str, int, int], ...]:
        """Id, data URI, width and height of everything that was shown."""
        return tuple(drawn for drawn in self._drawn.values() if drawn[0])

    def _draw(self, picture: Attachment) -> tuple[str, str, int, int]:
        try:
            drawn = self._thumbnail(self._bytes_of(picture))
        except (OSError, BadPicture, BannerFault):
            return "", "", 0, 0
        return f"picture-{len(self._drawn) + 1}", *_as_uri(drawn)

    def _still(self, film: Picture) -> bytes:
        """The picture that stands for a video. A frame is taken once."""
        kept = self._kept / f"{film.sha256}.still.{_RECIPE}"
        with suppress(OSError):
            if film.poster is None:
                return kept.read_bytes()
        made = paint_poster(self._media, film)
        if made.source == "frame":
            with suppress(OSError):
                _keep(kept, made.data)
        return made.data

    def _bytes_of(self, picture: Attachment) -> bytes:
        """The bytes to draw it from: of a banner those that were painted, of a film its still."""
        if picture.banner is not None:
            return self._painted(picture).read_bytes()
        known = self._pictures.get(picture.file)
        if known is not None and known.mime == FILM:
            return self._still(known)
        return (self._media / picture.file).read_bytes()

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
