"""Removes metadata from pictures: a picture leaves as repainted pixels and nothing else.

Saving again is not enough (a JPEG keeps its comment): the pixels are painted into a new picture, so that no EXIF,
GPS position, XMP, comment, text chunk, thumbnail or trailing data goes along; and what was written is read again by a
reader of our own that knows what each format needs, and takes everything else for leftover metadata.
"""

from __future__ import annotations

from amplify.media.fit import SizeLimit, fit_pixels
from amplify.media.reencode import MOST_PIXELS, BadPicture, reencode_picture

__all__ = ["MOST_PIXELS", "BadPicture", "sanitize_picture"]


def sanitize_picture(
    data: bytes, most_bytes: int, most_pixels: int | None = None, *, still: bool = False
) -> tuple[bytes, str]:
    """The picture repainted, within `most_bytes` and `most_pixels`, and its MIME type. Raises BadPicture.

    `still`: of a moving GIF, the first frame.
    """
    return fit_pixels(reencode_picture(data, still=still), SizeLimit(most_bytes, most_pixels))
