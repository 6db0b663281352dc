"""Reads videos of `media/`: measured by their headers, hashed, never decoded."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from amplify.model.video import FILM, Motion
from amplify.rules.file_formats import mp4
from amplify.rules.file_formats.format_names import ENOUGH, name_format, way_out, with_article
from amplify.workspace.files import VIDEO_BYTES, hash_file, map_file
from amplify.workspace.read_pictures import BrokenPicture, PictureMeasures

ENDINGS: Final = frozenset((".mp4", ".m4v", ".mov"))
_FILMS: Final = ("MP4", "QuickTime")


def is_film(path: str) -> bool:
    """Whether the file's extension is that of a video that we publish."""
    return PurePosixPath(path).suffix.lower() in ENDINGS


def measure_film(root: Path, path: str) -> PictureMeasures:
    """Measure a video and make sure that all of it is there. Raises BrokenPicture, UnreadableFile."""
    with map_file(root, path, VIDEO_BYTES) as data:
        found = name_format(data[:ENOUGH])
        if found not in _FILMS:
            what = f": it is {with_article(found)}; {way_out(found)}" if found is not None else ": MP4 or MOV only"
            raise BrokenPicture("VIDEO-FORMAT", f"this file is no video that we can publish{what}")
        status = (root / path).stat()
        mark = (str(root / path), status.st_size, status.st_mtime_ns)
        if mark not in _seen:
            try:
                film = mp4.read_video(data)
            except mp4.BrokenVideo as error:
                raise BrokenPicture("VIDEO-BROKEN", str(error)) from None
            motion = _motion(film)
            _seen[mark] = PictureMeasures(
                hash_file(root, path, VIDEO_BYTES), FILM, film.width, film.height, len(data), motion
            )
        return _seen[mark]


def _motion(film: mp4.VideoInfo) -> Motion:
    return Motion(
        round(film.seconds, 3),
        0,
        film.video,
        film.sound,
        film.plain_sound,
        film.colours.sampling,
        film.colours.depth,
        round(film.rate, 3),
        film.colours.interlaced,
        film.colours.square,
    )


_seen: dict[tuple[str, int, int], PictureMeasures] = {}
"""A daemon hashes each video once, while its size and time stay."""
