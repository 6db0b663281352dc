"""A video always has a picture that stands for it, and that picture is nothing but pixels."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from nasty import SECRET, exif, halves, make_film, saved
from PIL import Image
from workshop import Workshop

from amplify.media import film_poster
from amplify.media.film_poster import WIDEST, paint_poster
from amplify.model.picture import Picture
from amplify.model.video import Motion
from amplify.rules.file_formats.leftover_metadata import leftover_metadata


def film(media: Path, size: tuple[int, int] = (160, 120), poster: str | None = None) -> Picture:
    media.mkdir(exist_ok=True)
    make_film(media / "walk.mp4", size=size, seconds=2)
    motion = Motion(2.0, 0, "avc1", "mp4a")
    made = Workshop().post("p", "Hi").picture("walk.mp4", size, motion=motion).workspace().pictures["walk.mp4"]
    return replace(made, poster=poster)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_the_picture_beside_it_comes_first_without_its_metadata(tmp_path: Path) -> None:
    walk = film(tmp_path, poster="walk.poster.jpg")
    (tmp_path / "walk.poster.jpg").write_bytes(saved(halves(), "JPEG", exif=exif(), comment=SECRET))
    made = paint_poster(tmp_path, walk)
    assert (made.source, made.width, made.height) == ("file", *halves().size)
    assert leftover_metadata(made.data) == ()
    assert SECRET not in made.data


@pytest.mark.parametrize("tool", ["ffmpeg", "PyAV"])
def test_else_a_frame_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str) -> None:
    if tool == "ffmpeg" and shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    if tool == "PyAV":
        monkeypatch.setattr(film_poster.shutil, "which", lambda _: None)
    made = paint_poster(tmp_path, film(tmp_path))
    assert made.source == "frame"
    assert (made.width, made.height) == (160, 120)
    low, high = opened(made.data).convert("L").getextrema()  # type: ignore[misc]  # one channel: two numbers
    # The sixth or seventh picture of the film, each of one shade.
    assert 80 < low <= high < 160
    assert leftover_metadata(made.data) == ()


@pytest.mark.parametrize("fault", ["no tool", "broken film", "broken poster"])
def test_else_a_card_of_its_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    walk = film(tmp_path, (120, 160), poster="walk.poster.png" if fault == "broken poster" else None)
    if fault == "no tool":
        monkeypatch.setattr(film_poster.shutil, "which", lambda _: None)
        monkeypatch.setattr(film_poster, "find_spec", lambda _: None)
    else:
        (tmp_path / "walk.mp4").write_bytes(b"no film at all" * 100)
        (tmp_path / "walk.poster.png").write_bytes(b"no picture")
    made = paint_poster(tmp_path, walk)
    assert (made.source, made.width, made.height) == ("card", WIDEST * 3 // 4, WIDEST)
    assert len(opened(made.data).convert("RGB").getcolors(1 << 16) or ()) > 1  # a sign on a ground
