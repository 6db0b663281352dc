"""A video leaves without what tells of camera, place and person."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from nasty import SECRET, make_film

from amplify.media import remux
from amplify.media.remux import BadVideo, clean_video, probe_video, video_leftovers
from amplify.model.errors import TryLater
from amplify.rules.file_formats import mp4

PLACE = b"+53.9000+027.5667/"


@pytest.fixture(params=["ffmpeg", "PyAV"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With each tool that can be here."""
    name = str(request.param)
    if name == "ffmpeg" and shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    monkeypatch.setattr(remux, "video_tool", lambda: name)
    return name


def shown(path: Path) -> list[bytes]:
    """Every picture, unpacked."""
    import av

    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in film.decode(video=0)]


@pytest.mark.parametrize("sound", [True, False])
def test_pictures_and_sound_stay_and_nothing_else(by: str, tmp_path: Path, sound: bool) -> None:
    source, target = tmp_path / "in.mov", tmp_path / "out.mp4"
    make_film(source, sound=sound)
    before = source.read_bytes()
    assert PLACE in before
    assert SECRET in before
    assert b"x264" in before  # the encoder's own note between the pictures
    assert {"time", "name"} <= set(video_leftovers(source))
    clean_video(source, target)
    after = target.read_bytes()
    for trace in (PLACE, b"53.9", SECRET, b"x264", b"udta", b"\xa9xyz", b"meta"):
        assert trace not in after
    assert video_leftovers(target) == ()
    assert shown(target) == shown(source)
    was, now = mp4.read_video(before), mp4.read_video(after)
    assert (now.width, now.height, now.video, now.sound) == (was.width, was.height, was.video, was.sound)
    assert now.seconds == pytest.approx(was.seconds, abs=0.05)
    assert source.read_bytes() == before


def test_the_same_film_gives_the_same_bytes(by: str, tmp_path: Path) -> None:
    make_film(tmp_path / "in.mov")
    made = []
    for name in ("one.mp4", "two.mp4"):
        clean_video(tmp_path / "in.mov", tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_what_not_all_platforms_take_is_refused_in_words(by: str, tmp_path: Path) -> None:
    make_film(tmp_path / "in.mov", codec="mpeg4")
    with pytest.raises(BadVideo, match=r"save it as H\.264"):
        clean_video(tmp_path / "in.mov", tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("keep", [40, 0.5, 0.9])
def test_what_is_cut_off_is_refused_in_words(by: str, tmp_path: Path, keep: float) -> None:
    make_film(tmp_path / "in.mov", seconds=3)
    data = (tmp_path / "in.mov").read_bytes()
    (tmp_path / "in.mov").write_bytes(data[: int(keep if keep > 1 else len(data) * keep)])
    with pytest.raises(BadVideo, match="damaged or cut off"):
        clean_video(tmp_path / "in.mov", tmp_path / "out.mp4")
    assert list(tmp_path.glob("out*")) == []


def test_without_a_tool_it_waits_and_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(remux, "find_spec", lambda name: None)
    assert remux.video_tool() is None
    with pytest.raises(TryLater, match=r"install ffmpeg, or run `pip install 'amplify\[video\]'`"):
        clean_video(tmp_path / "in.mov", tmp_path / "out.mp4")


def test_ffprobe_is_asked_first_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_film(tmp_path / "in.mov")
    told = '{"streams": [{"codec_type": "video", "codec_name": "hevc", "pix_fmt": "yuv420p10le"}]}'
    program = tmp_path / "ffprobe"
    program.write_text(f"#!/bin/sh\necho '{told}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    seen = probe_video(tmp_path / "in.mov")
    assert seen is not None
    assert (seen.codec, seen.colours, seen.sound) == ("hevc", "yuv420p10le", None)
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(BadVideo, match="not a video that can be read"):
        probe_video(tmp_path / "in.mov")


def test_the_header_says_size_length_and_codecs(tmp_path: Path) -> None:
    make_film(tmp_path / "in.mov", seconds=2, size=(320, 180), sound=False)
    film = mp4.read_video((tmp_path / "in.mov").read_bytes())
    assert (film.width, film.height, film.video, film.sound) == (320, 180, "avc1", None)
    assert film.seconds == pytest.approx(2, abs=0.2)


def test_every_cut_of_a_film_is_noticed(tmp_path: Path) -> None:
    make_film(tmp_path / "in.mov")
    data = (tmp_path / "in.mov").read_bytes()
    for length in range(0, len(data) - 1, 37):
        with pytest.raises(mp4.BrokenVideo):
            mp4.read_video(data[:length])
