"""Re-encodes an animated GIF frame by frame: pictures, times and repetition, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from amplify.media.fit import assert_clean
from amplify.media.reencode import BadPicture, check_pixel_count, decoder_errors
from amplify.rules.file_formats import gif

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_FRAME_PIXELS: Final = 150_000_000
"""Pixels of all frames together: each of them is unpacked and painted."""
_SMALLER: Final = (0.85, 0.7, 0.55, 0.4)


def is_moving_gif(data: bytes) -> bool:
    """Whether the file is a GIF of more than one frame."""
    if not data.startswith(gif.STARTS):
        return False
    try:
        return gif.read_gif(data).frames > 1
    except gif.BrokenGif:
        return False


def reencode_gif(data: bytes, most_bytes: int, most_size: tuple[int, int] | None = None) -> bytes:
    """Re-encode the GIF within `most_bytes`, and `most_size` as width and height in pixels. Raises BadPicture."""
    try:
        told = gif.read_gif(data)
    except gif.BrokenGif:
        raise BadPicture("this GIF is damaged or cut off: save it anew") from None
    if told.width * told.height * told.frames > MOST_FRAME_PIXELS:
        raise BadPicture(
            f"this GIF has {told.frames} frames of {told.width}×{told.height} pixels, more than can be painted anew: "
            "save it as an MP4 video"
        )
    first = 1.0
    if most_size is not None:
        first = min(1.0, most_size[0] / told.width, most_size[1] / told.height)
    for factor in (1.0, *_SMALLER):
        made = assert_clean(_painted(data, first * factor))
        if len(made) <= most_bytes:
            return made
    raise BadPicture(f"this GIF cannot be made smaller than {most_bytes} bytes: save it as an MP4 video")


def _painted(data: bytes, factor: float) -> bytes:
    from PIL import Image

    with decoder_errors(), Image.open(io.BytesIO(data), formats=["GIF"]) as source:
        check_pixel_count(source.size)
        times: list[int] = []
        frames = _frames(source, factor, times)
        out = io.BytesIO()
        # Counting on is not counting anew: no key, no repetition; 0 is for ever.
        rounds: dict[str, Any] = {"loop": source.info["loop"]} if "loop" in source.info else {}
        whole = list(frames)
        # What can be seen through must be cleared before the next frame, or the last one shines through.
        disposal = 2 if any(frame.mode == "RGBA" for frame in whole) else 1
        whole[0].save(out, "GIF", save_all=True, append_images=whole[1:], duration=times, disposal=disposal, **rounds)
        return out.getvalue()


def _frames(source: Any, factor: float, times: list[int]) -> Iterator[Image]:
    """Each frame as it is seen, without metadata; `times` is filled in milliseconds."""
    from PIL import Image, ImageSequence

    size = (max(1, round(source.width * factor)), max(1, round(source.height * factor)))
    for frame in ImageSequence.Iterator(source):
        times.append(int(frame.info.get("duration", 100)))
        seen = frame.convert("RGBA")
        if size != seen.size:
            seen = seen.resize(size, Image.Resampling.LANCZOS)
        clear = seen.getchannel("A").getextrema()[0] < 128  # type: ignore[operator]  # one channel: two numbers
        fresh = Image.new("RGBA" if clear else "RGB", size)
        fresh.paste(seen if clear else seen.convert("RGB"))
        yield fresh
