"""What the container says of a film is what a decoder finds in it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty import make_film

from amplify.rules.file_formats import mp4
from amplify.rules.file_formats.codec_settings import FilmColours, read_colours, read_sound

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def made(path: Path, *how: str, size: str = "64x48", rate: int = 25) -> mp4.VideoInfo:
    """A second of film, packed as `how` says."""
    streams = ["-f", "lavfi", "-i", f"testsrc=s={size}:r={rate}:d=1", "-f", "lavfi", "-i", "sine=d=1"]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *streams, *how, f"file:{path}"]
    subprocess.run(command, check=True, capture_output=True)
    return mp4.read_video(path.read_bytes())


def probed(path: Path) -> dict[str, dict[str, Any]]:
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", f"file:{path}"]
    told = subprocess.run(command, check=True, capture_output=True)
    return {one["codec_type"]: one for one in json.loads(told.stdout)["streams"]}


PIXELS = {
    "yuv420p": ("4:2:0", 8),
    "yuvj420p": ("4:2:0", 8),
    "yuv422p": ("4:2:2", 8),
    "yuv444p": ("4:4:4", 8),
    "gray": ("4:0:0", 8),
    "yuv420p10le": ("4:2:0", 10),
    "yuv422p10le": ("4:2:2", 10),
    "yuv444p10le": ("4:4:4", 10),
}


@needs_ffmpeg
@pytest.mark.parametrize("ending", ["mp4", "mov"])
@pytest.mark.parametrize("pixels", PIXELS)
def test_how_fine_the_colours_are(tmp_path: Path, pixels: str, ending: str) -> None:
    path = tmp_path / f"walk.{ending}"
    film = made(path, "-c:v", "libx264", "-pix_fmt", pixels, "-c:a", "aac")
    assert (film.colours.sampling, film.colours.depth) == PIXELS[pixels]
    assert probed(path)["video"]["pix_fmt"] in (pixels, "yuvj420p")  # decoders show grey as 4:2:0
    assert (film.video, film.sound) == ("avc1", "mp4a")


@needs_ffmpeg
@pytest.mark.parametrize("profile", ["baseline", "main", "high"])
def test_the_profiles_of_telephones(tmp_path: Path, profile: str) -> None:
    film = made(tmp_path / "walk.mp4", "-c:v", "libx264", "-profile:v", profile, "-pix_fmt", "yuv420p", "-c:a", "aac")
    assert film.colours == FilmColours()


SOUNDS = [
    (("-c:a", "aac"), "mp4a", True),
    (("-c:a", "aac", "-ac", "2"), "mp4a", True),
    (("-c:a", "aac", "-ac", "6"), "mp4a", False),
    (("-c:a", "libmp3lame"), ".mp3", True),
    (("-c:a", "ac3"), "ac-3", True),
    (("-an",), None, True),
]


@needs_ffmpeg
@pytest.mark.parametrize("ending", ["mp4", "mov"])
@pytest.mark.parametrize(("how", "codec", "plain"), SOUNDS)
def test_what_is_heard(tmp_path: Path, how: tuple[str, ...], codec: str | None, plain: bool, ending: str) -> None:
    film = made(tmp_path / f"walk.{ending}", "-c:v", "libx264", "-pix_fmt", "yuv420p", *how)
    assert (film.sound, film.plain_sound) == (codec, plain)


def esds(kind: int, *settings: int) -> bytes:
    """The description of a sound: AAC of a kind, with the bits of its settings."""
    last = bytes((5, len(settings), *settings))
    config = bytes((4, 13 + len(last), kind)) + bytes(12) + last
    inner = b"\0\1\0" + config
    body = b"\0\0\0\0" + bytes((3, 0x80, 0x80, len(inner))) + inner
    return bytes(28) + (8 + len(body)).to_bytes(4, "big") + b"esds" + body


@pytest.mark.parametrize(
    ("entry", "codec", "plain"),
    [
        (esds(0x40, 0x12, 0x10), "mp4a", True),  # low complexity, 44.1 kHz, two channels
        (esds(0x40, 0x11, 0x88), "mp4a", True),  # 48 kHz, one
        (esds(0x40, 0x11, 0xB0), "mp4a", False),  # six
        (esds(0x40, 0x2B, 0x92, 0x08, 0x00), "mp4a", False),  # spectral band replication
        (esds(0x40, 0xEB, 0x8A, 0x08, 0x00), "mp4a", False),  # parametric stereo
        (esds(0x69), ".mp3", True),
        (esds(0x6B), ".mp3", True),
        (esds(0xDD), "vorb", True),
        (b"", "mp4a", True),
        (bytes(40), "mp4a", True),
    ],
)
def test_what_four_letters_hide(entry: bytes, codec: str, plain: bool) -> None:
    found = read_sound(entry)
    assert (found.codec, found.plain) == (codec, plain)


@needs_ffmpeg
@pytest.mark.parametrize("rate", [24, 60, 120, 240])
def test_pictures_a_second(tmp_path: Path, rate: int) -> None:
    film = made(tmp_path / "walk.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", rate=rate)
    assert film.rate == pytest.approx(rate, rel=0.01)


@needs_ffmpeg
def test_pixels_that_are_no_squares(tmp_path: Path) -> None:
    usual = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
    assert not made(tmp_path / "wide.mp4", *usual, "-aspect", "16:9").colours.square
    assert made(tmp_path / "usual.mov", *usual).colours == FilmColours()


@pytest.mark.parametrize(("fields", "interlaced"), [(b"\1\0", False), (b"\2\6", True), (b"\2\1", True)])
def test_pictures_in_halves(fields: bytes, interlaced: bool) -> None:
    assert read_colours(bytes(90) + b"\0\0\0\x0afiel" + fields).interlaced is interlaced


def test_a_film_whose_head_is_scribbled_on_is_read_or_refused(tmp_path: Path) -> None:
    make_film(tmp_path / "walk.mov")
    whole = (tmp_path / "walk.mov").read_bytes()
    head = whole.index(b"moov")
    dice = random.Random(5)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(head, len(data))] = dice.randrange(256)
        try:
            mp4.read_video(bytes(data))
        except mp4.BrokenVideo:
            continue


@given(st.binary(max_size=120), st.sampled_from([b"avcC", b"esds", b"fiel", b"pasp"]))
def test_no_description_is_too_strange(body: bytes, name: bytes) -> None:
    for length in (len(body) + 8, 0, 2**32 - 1):
        entry = bytes(28) + length.to_bytes(4, "big") + name + body
        read_colours(entry)
        read_sound(entry)
