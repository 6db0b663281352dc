"""Clean bytes: a picture leaves as repainted pixels and nothing else.

Saving again is not enough (a JPEG keeps its comment): the pixels are painted into a new picture, so that no EXIF,
GPS position, XMP, comment, text chunk, thumbnail or trailing data goes along; and what was written is read again by a
reader of our own that knows what each format needs, and takes everything else for a trace.
"""

from __future__ import annotations

from amplify.media.fit import Room, fitted
from amplify.media.reencode import MOST_PIXELS, BadPicture, painted

__all__ = ["MOST_PIXELS", "BadPicture", "clean"]


def clean(data: bytes, most_bytes: int, most_pixels: int | None = None, *, still: bool = False) -> tuple[bytes, str]:
    """The picture repainted, within `most_bytes` and `most_pixels`, and its MIME type. Raises BadPicture.

    `still`: of a moving GIF, the first frame.
    """
    return fitted(painted(data, still=still), Room(most_bytes, most_pixels))
