"""Encodes a painted banner: PNG for drawn ones, JPEG for those with a photograph, within a size's limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from amplify.banner.cannot_paint import BannerFault
from amplify.media.fit import JPEG, PNG, SizeLimit, fit_picture
from amplify.media.reencode import BadPicture

if TYPE_CHECKING:
    from PIL.Image import Image

_SUFFIXES: Final = {PNG: ".png", JPEG: ".jpg"}


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """Encoded bytes of a picture, and their MIME type."""

    data: bytes
    mime: str
    suffix: str


def encode_banner(picture: Image, photograph: bool, most_bytes: int) -> EncodedPicture:
    """Encode without metadata, with as little loss as `most_bytes` allows. Raises BannerFault."""
    try:
        data, mime = fit_picture(picture, SizeLimit(most_bytes, formats=(JPEG,) if photograph else (PNG, JPEG)))
    except BadPicture as bad:
        raise BannerFault(str(bad)) from None
    return EncodedPicture(data, mime, _SUFFIXES[mime])
