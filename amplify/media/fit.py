"""Fits a picture into a platform's limits, with as little loss as they allow.

In this order, and no further than needed: as it came; the same pixels, packed tighter; quality in steps; smaller. What
has transparency never becomes JPEG while another format is allowed, and no picture becomes one of 256 colours.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from amplify.media.reencode import FORMATS, BadPicture, Reencoded, keep_drawing, reencode_picture
from amplify.rules.file_formats.leftover_metadata import kind_of, leftover_metadata
from amplify.rules.file_formats.picture_scale import scaled_size, shrink_factor

if TYPE_CHECKING:
    from PIL.Image import Image

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
_QUALITIES: Final = (92, 88, 84, 80, 75, 70)
"""Steps before a picture is scaled; below, one sees them."""
_ROUGH: Final = (84, 75, 70)
"""Steps once it is scaled anyway."""
_FINE: Final = 92
"""From here on nobody sees a difference."""
_ROOMY: Final = 0.8
"""Bytes a pixel."""
_LEAST: Final = 64
"""Pixels of the shorter side: smaller pictures say nothing."""
_TIGHTER: Final = 1.3
"""How much larger than allowed a PNG may be for packing it tightly to be worth the time."""
_MOST_PACKED: Final = 2_500_000
"""Pixels: packing more of them as tightly as can be takes many seconds."""


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """The limits a picture has to fit: bytes, pixels, formats."""

    bytes: int
    pixels: int | None = None
    formats: tuple[str, ...] = (PNG, JPEG, WEBP)
    sides: tuple[int, int | None] = (1, None)
    """Fewest and most pixels of a side."""

    @property
    def name(self) -> str:
        """The limits as a file name: equal limits, the same name."""
        short = "".join(mime.removeprefix("image/")[0] for mime in self.formats)
        sides = "" if self.sides == (1, None) else f"-{self.sides[0]}-{self.sides[1] or 0}"
        return f"{self.bytes}-{self.pixels or 0}-{short}{sides}"


def fit_picture(source: Image | bytes, room: SizeLimit) -> tuple[bytes, str]:
    """Re-encode a picture within `room`: clean bytes and their MIME type. Raises BadPicture.

    A picture is taken as finished pixels in sRGB. The same source gives the same bytes.
    """
    return fit_pixels(reencode_picture(source) if isinstance(source, bytes) else keep_drawing(source), room)


def fit_pixels(whole: Reencoded, room: SizeLimit) -> tuple[bytes, str]:
    """Encode painted pixels within `room`. Raises BadPicture."""
    factor = shrink_factor(whole.picture.size, room.pixels, room.sides[1])
    picture = _scaled(whole, factor) if factor < 1 else whole
    if min(picture.picture.size) < room.sides[0]:
        raise BadPicture(
            f"this picture is too narrow: a side has fewer than {room.sides[0]} pixels"
            + (" when the other one is made short enough" if factor < 1 else "")
        )
    attempts = _attempts(picture, room)
    while True:
        least = 0
        for data, mime in attempts:
            if len(data) <= room.bytes:
                return assert_clean(data), mime
            least = min(least or len(data), len(data))
        if min(picture.picture.size) <= max(_LEAST, room.sides[0]):
            raise BadPicture(f"this picture cannot be made smaller than {room.bytes} bytes")
        # Bytes go with the area: near to the right size at once, and never far below it.
        picture = _scaled(picture, min(0.92, max(0.5, (room.bytes / least) ** 0.5)))
        attempts = _lossy(picture, room, _ROUGH)


def fits_limit(data: bytes, room: SizeLimit) -> bool:
    """Whether clean bytes need no further work: every further change would be a loss."""
    from PIL import Image

    if len(data) > room.bytes or kind_of(data) not in room.formats:
        return False
    with Image.open(io.BytesIO(data)) as picture:
        return min(picture.size) >= room.sides[0] and shrink_factor(picture.size, room.pixels, room.sides[1]) == 1


def assert_clean(data: bytes) -> bytes:
    """The bytes, after checking that they hold no leftover metadata."""
    found = leftover_metadata(data)
    if found:  # an encoder that writes more than it should
        raise BadPicture(f"this picture cannot be cleaned: there is {', '.join(found)} in it")
    return data


def _attempts(one: Reencoded, room: SizeLimit) -> Iterator[tuple[bytes, str]]:
    """Encodings of the same picture in ever fewer bytes."""
    if not one.exact and one.mime in room.formats:
        yield encode_picture(one, one.mime), one.mime
    if one.exact and PNG in room.formats:
        plain = encode_picture(one, PNG)
        yield plain, PNG
        if len(plain) < room.bytes * _TIGHTER and _pixels(one) < _MOST_PACKED:
            yield encode_picture(one, PNG, tight=True), PNG
    if one.exact and WEBP in room.formats and _pixels(one) <= _MOST_PACKED:
        yield encode_picture(one, WEBP), WEBP
    yield from _lossy(one, room, _QUALITIES)


def _lossy(one: Reencoded, room: SizeLimit, qualities: tuple[int, ...]) -> Iterator[tuple[bytes, str]]:
    """Lossy encodings in steps of quality. At the same step JPEG is nearer to the picture, and WebP smaller."""
    allowed = [mime for mime in (JPEG, WEBP) if mime in room.formats and (mime != JPEG or not one.clear)]
    if not allowed and PNG in room.formats:
        yield encode_picture(one, PNG, tight=True), PNG
        return
    for quality in qualities:
        for mime in allowed or (JPEG,):
            yield encode_picture(one, mime, quality), mime


def encode_picture(one: Reencoded, mime: str, quality: int | None = None, *, tight: bool = False) -> bytes:
    """The picture in one format. Without `quality`: exactly, or as finely as it came. `tight`: take time for it."""
    picture = one.picture
    out = io.BytesIO()
    if mime == PNG:
        picture = picture.convert("RGB") if picture.mode == "YCbCr" else picture
        clear = picture.info.get("transparency")
        picture.save(out, FORMATS[PNG], optimize=tight, transparency=clear)
    elif mime == WEBP:
        picture = _full(picture)
        exact = quality is None and one.exact
        grade = 70 if exact else 95 if quality is None else quality
        picture.save(out, FORMATS[WEBP], lossless=exact, exact=False, quality=grade, method=4)
    else:
        picture = picture if picture.mode in ("L", "YCbCr") else _on_white(_full(picture))
        # Drawn letters have coloured edges, which coarser colours would smear.
        how: dict[str, Any] = {"subsampling": one.sampling if one.tables is not None else 0}
        if quality is None and one.tables is not None:
            how["qtables"] = one.tables
        else:
            how |= {"quality": _FINE if quality is None else quality, "progressive": True}
        picture.save(out, FORMATS[JPEG], **how | {"progressive": False})
        # What is nearly noise does not fit into the buffer that Pillow sets aside for packing it better.
        if out.tell() < _pixels(one) * _ROOMY:
            out = io.BytesIO()
            picture.save(out, FORMATS[JPEG], optimize=True, **how)
    return out.getvalue()


def _full(picture: Image) -> Image:
    """The picture in true colour: every pixel with its own colour."""
    if picture.mode in ("RGB", "RGBA"):
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _on_white(picture: Image) -> Image:
    """The picture on a white ground: JPEG has no transparency."""
    from PIL import Image

    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _scaled(one: Reencoded, factor: float) -> Reencoded:
    """The picture scaled down. Scaled pixels are exact, however the file kept the original ones."""
    from PIL import Image

    full = one.picture if one.picture.mode in ("L", "YCbCr") else _full(one.picture)
    small = full.resize(scaled_size(full.size, factor), Image.Resampling.LANCZOS)
    return Reencoded(small, one.mime, one.exact, one.tables, one.sampling)


def _pixels(one: Reencoded) -> int:
    return one.picture.width * one.picture.height
