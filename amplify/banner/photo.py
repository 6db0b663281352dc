"""A picture of a workspace, or of a supporter, brought into a banner: opened safely, cut to its box, tinted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amplify.banner.cannot_paint import BannerFault
from amplify.banner.canvas import mix_colours
from amplify.rules.plan.contrast import Rgb

if TYPE_CHECKING:
    from PIL.Image import Image


_KEPT = ("RGB", "RGBA", "L", "YCbCr")
"""Modes that can be made smaller as they are: a photograph of many megapixels becomes RGB once it is small."""


def open_photo(data: bytes, name: str) -> Image:
    """The pixels, upright and in sRGB (of a JPEG perhaps still YCbCr). Raises BannerFault: bombs, mislabelled, cut and
    moving pictures are refused."""
    from amplify.media.reencode import BadPicture, reencode_picture

    try:
        picture = reencode_picture(data).picture
    except BadPicture as bad:
        raise BannerFault(f"{name}: {bad}") from None
    if picture.mode in _KEPT:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def cut_photo(picture: Image, width: int, height: int, focus: tuple[float, ...]) -> Image:
    """The part around `focus` that fills a box of this size."""
    from PIL import Image

    wide = min(float(picture.width), picture.height * width / height)
    tall = min(float(picture.height), picture.width * height / width)
    left, top = (picture.width - wide) * focus[0] / 100, (picture.height - tall) * focus[1] / 100
    part = left, top, left + wide, top + tall
    return picture.resize((width, height), Image.Resampling.LANCZOS, box=part, reducing_gap=2.0)


def tint_photo(picture: Image, colour: Rgb) -> Image:
    """The picture in shades of one colour, from nearly black to nearly white."""
    from PIL import ImageOps

    dark, bright = mix_colours(colour, (0, 0, 0), 0.78), mix_colours(colour, (255, 255, 255), 0.86)
    return ImageOps.colorize(picture.convert("L"), dark, bright, mid=colour)
