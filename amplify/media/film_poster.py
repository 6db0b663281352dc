"""The still picture that stands for a video where it is not played: on pages, and in lists.

First the picture that lies beside the video (`film.poster.png`), else a frame of the video, else a plain card. In each
case pixels that were painted anew, with nothing of a file's metadata. Whoever the video shows can be seen in it, too:
the video's own `shows` count for it.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from amplify.media.reencode import BadPicture
from amplify.media.remux import BadVideo, run_tool
from amplify.media.sanitize import sanitize_picture
from amplify.model.errors import is_disk_error
from amplify.model.picture import Picture

WIDEST: Final = 1280
"""Pixels of the longer side of a frame that we take, or of a card."""
POSTER_BYTES: Final = 2_000_000
"""Largest poster."""
_LATEST: Final = 3.0
"""Seconds into a video from which its frame is taken, where it is long enough: many begin in black."""
_GROUND: Final = (38, 42, 51)
_SIGN: Final = (235, 235, 235)


@dataclass(frozen=True, slots=True)
class FilmPoster:
    """A painted poster."""

    data: bytes
    mime: str
    width: int
    height: int
    source: str
    """`file`, `frame` or `card`: where it comes from."""


def paint_poster(media: Path, film: Picture) -> FilmPoster:
    """The poster of a video of the workspace whose `media/` this is. Never fails for what stands in files."""
    found = _from_file(media / film.poster) if film.poster is not None else None
    if found is None:
        seconds = film.motion.seconds if film.motion is not None else 0.0
        found = _from_frame(media / film.file, min(_LATEST, seconds / 3))
    if found is None:
        data, mime = _card(film.width, film.height)
        return _poster(data, mime, "card")
    return found


def _from_file(path: Path) -> FilmPoster | None:
    try:
        return _poster(*sanitize_picture(path.read_bytes(), POSTER_BYTES), "file")
    except (OSError, BadPicture):
        return None


def _from_frame(path: Path, second: float) -> FilmPoster | None:
    """A frame of the video, by whichever tool this machine has; None where there is none, or it sees no picture."""
    take = _by_ffmpeg if shutil.which("ffmpeg") else _by_pyav if find_spec("av") is not None else None
    if take is None:
        return None
    try:
        return _poster(*sanitize_picture(take(path, second), POSTER_BYTES), "frame")
    except (OSError, BadVideo, BadPicture) as error:
        if is_disk_error(error):
            raise
        return None


def _by_ffmpeg(path: Path, second: float) -> bytes:
    size = f"scale='min({WIDEST},iw)':'min({WIDEST},ih)':force_original_aspect_ratio=decrease"
    with tempfile.TemporaryDirectory(prefix="amplify-") as folder:
        out = Path(folder, "frame.png")
        quiet = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-ss", f"{second:.3f}"]
        taken = ["-f", "mov", "-i", f"file:{path.absolute()}", "-map", "0:v:0", "-frames:v", "1", "-vf", size]
        run_tool([*quiet, *taken, "-f", "image2", "-update", "1", "-c:v", "png", f"file:{out}"])
        return out.read_bytes() if out.exists() else b""


def _by_pyav(path: Path, second: float) -> bytes:
    import av

    out = io.BytesIO()
    try:
        with av.open(str(path), format="mov") as film:
            film.seek(int(second * av.time_base))
            frame = next(one for one in film.decode(video=0) if one.time is None or one.time >= second)
            shown = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV has no types here
            picture = shown.rotate(frame.rotation, expand=True)  # as telephones hold it
            picture.thumbnail((WIDEST, WIDEST))
            picture.save(out, "PNG")
    except (av.FFmpegError, OSError, ValueError, StopIteration):
        raise BadVideo("no frame can be read") from None
    return out.getvalue()


def _card(width: int, height: int) -> tuple[bytes, str]:
    """A dark field of the video's shape with the sign for playing."""
    from PIL import Image, ImageDraw

    scale = WIDEST / max(width, height, 1)
    wide, high = max(2, round(width * scale)), max(2, round(height * scale))
    card = Image.new("RGB", (wide, high), _GROUND)
    side = min(wide, high) / 5
    middle, centre = wide / 2, high / 2
    sign = [(middle - side / 2, centre - side), (middle - side / 2, centre + side), (middle + side, centre)]
    ImageDraw.Draw(card).polygon(sign, fill=_SIGN)
    out = io.BytesIO()
    card.save(out, "PNG")
    return sanitize_picture(out.getvalue(), POSTER_BYTES)


def _poster(data: bytes, mime: str, source: str) -> FilmPoster:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        return FilmPoster(data, mime, *picture.size, source)
