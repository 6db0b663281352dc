"""Clean bytes: a picture leaves as repainted pixels and nothing else.

Saving again is not enough (a JPEG keeps its comment): the pixels are painted into a new picture, so that no EXIF,
GPS position, XMP, comment, text chunk, thumbnail or trailing data goes along. Orientation is applied first.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS: Final = 60_000_000
"""Larger pictures are refused before they are decoded."""

_FORMATS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/png"}
_QUALITIES: Final = (92, 85, 78, 70, 60)


class BadPicture(ValueError):
    """The file is not a picture we can send; `str()` is the sentence."""


def clean(data: bytes, most_bytes: int, most_pixels: int | None = None) -> tuple[bytes, str]:
    """The picture repainted, within `most_bytes` and `most_pixels`, and its MIME type. Raises BadPicture.

    It keeps its format; where that is too large, JPEG in falling quality, then smaller steps of size.
    """
    picture, kind = _open(data)
    if most_pixels is not None and picture.width * picture.height > most_pixels:
        picture = _scaled(picture, (most_pixels / (picture.width * picture.height)) ** 0.5)
    painted = _save(picture, "PNG" if kind == "GIF" else kind, 92)
    if len(painted) <= most_bytes:
        return painted, _FORMATS[kind]
    while True:
        for quality in _QUALITIES:
            painted = _save(picture, "JPEG", quality)
            if len(painted) <= most_bytes:
                return painted, "image/jpeg"
        if min(picture.size) < 64:
            raise BadPicture(f"this picture cannot be made smaller than {most_bytes} bytes")
        picture = _scaled(picture, 0.8)


def _open(data: bytes) -> tuple[Image, str]:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as source:
            kind = source.format or ""
            if source.width * source.height > MOST_PIXELS:
                raise BadPicture(f"this picture has more than {MOST_PIXELS // 1_000_000} megapixels")
            if getattr(source, "n_frames", 1) > 1:
                raise BadPicture("moving pictures cannot be sent yet: use a still one")
            upright = ImageOps.exif_transpose(source)
            mode = "RGBA" if upright.has_transparency_data else "RGB"
            pixels = upright.convert(mode)
    except BadPicture:
        raise
    except UnidentifiedImageError:
        raise BadPicture("this is not a picture that can be read: use PNG, JPEG, WebP or GIF") from None
    except Exception as error:  # broken bytes make decoders raise struct.error, IndexError and whatever else
        raise BadPicture(f"this is not a picture that can be read ({error})") from None
    painted = Image.new(mode, pixels.size)
    painted.paste(pixels)
    return painted, kind


def _scaled(picture: Image, factor: float) -> Image:
    from PIL import Image

    size = (max(1, int(picture.width * factor)), max(1, int(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _save(picture: Image, kind: str, quality: int) -> bytes:
    from PIL import Image

    if kind == "JPEG" and picture.mode == "RGBA":  # JPEG has no transparency: paint on white
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    out = io.BytesIO()
    if kind == "PNG":
        picture.save(out, "PNG", optimize=True)
    else:
        picture.save(out, kind, quality=quality)
    return out.getvalue()
