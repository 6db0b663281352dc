"""Pictures are what they say they are, whole, and described."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from nasty import exif, halves, make_film, moving, moving_gif, saved
from PIL import Image

from amplify.model.problem import Problem
from amplify.model.video import Motion
from amplify.workspace.load import Loaded

Read = Callable[[], Loaded]
Only = Callable[[Loaded], Problem]


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("ending", "kind", "mime"),
    [
        ("png", "PNG", "image/png"),
        ("jpg", "JPEG", "image/jpeg"),
        ("JPG", "JPEG", "image/jpeg"),
        ("webp", "WEBP", "image/webp"),
        ("gif", "GIF", "image/gif"),
        ("avif", "AVIF", "image/avif"),
        ("jfif", "JPEG", "image/jpeg"),
        ("jpe", "JPEG", "image/jpeg"),
        ("pjpeg", "JPEG", "image/jpeg"),
        ("jpg", "MPO", "image/jpeg"),
    ],
)
def test_every_kind_is_measured(root: Path, read: Read, ending: str, kind: str, mime: str) -> None:
    data = picture(kind)
    (root / "media/deep").mkdir()
    (root / f"media/deep/new.{ending}").write_bytes(data)
    (root / "media/deep/new.yaml").write_text((root / "media/window.yaml").read_text())
    loaded = read()
    assert loaded.workspace is not None
    found = loaded.workspace.pictures[f"deep/new.{ending}"]
    assert (found.mime, found.width, found.height, found.size) == (mime, 40, 30, len(data))
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.note.place.path == "media/deep/new.yaml"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_cut_off(root: Path, read: Read, only: Only, kind: str) -> None:
    ending = {"JPEG": "jpg"}.get(kind, kind.lower())
    data = picture(kind, (300, 200))
    (root / f"media/cut.{ending}").write_bytes(data[: len(data) // 2])
    (root / "media/cut.yaml").write_text((root / "media/window.yaml").read_text())
    problem = only(read())
    assert (str(problem.place), problem.code) == (f"media/cut.{ending}", "PICTURE-BROKEN")


def test_a_machine_that_reads_no_avif_says_so(
    root: Path, read: Read, only: Only, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("PIL.features.check", lambda name: name != "avif")
    (root / "media/new.avif").write_bytes(picture("AVIF", (41, 31)))
    (root / "media/new.yaml").write_text((root / "media/window.yaml").read_text())
    problem = only(read())
    assert problem.code == "PICTURE-FORMAT"
    assert "cannot read AVIF" in problem.message


def test_another_kind_than_its_ending(root: Path, read: Read, only: Only) -> None:
    (root / "media/window.png").write_bytes(picture("JPEG"))
    problem = only(read())
    assert problem.code == "PICTURE-FORMAT"
    assert "ends as a PNG but is a JPEG" in problem.message


def test_no_picture_at_all(root: Path, read: Read, only: Only) -> None:
    (root / "media/window.png").write_text("<html>Not found</html>")
    assert only(read()).code == "PICTURE-FORMAT"


def test_too_many_pixels_are_not_unpacked(root: Path, read: Read, only: Only) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    (root / "media/window.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")
    )
    assert only(read()).code == "PICTURE-SIZE"


def test_without_alt_text(root: Path, read: Read, only: Only) -> None:
    (root / "media/window.yaml").unlink()
    problem = only(read())
    assert (str(problem.place), problem.code) == ("media/window.png", "ALT-MISSING")
    assert "media/window.yaml" in problem.message


def test_with_an_empty_alt_text(root: Path, read: Read, only: Only) -> None:
    (root / "media/window.yaml").write_text("alt: {}\ncredit: us\nlicence: CC0-1.0\n")
    problem = only(read())
    assert (str(problem.place), problem.code) == ("media/window.yaml:1:6", "ALT-MISSING")


def test_a_note_alone(root: Path, read: Read, only: Only) -> None:
    (root / "media/gone.yaml").write_text((root / "media/window.yaml").read_text())
    loaded = read()
    assert loaded.workspace is not None
    assert only(loaded).code == "PICTURE-NOTE"


# What moves


def note(root: Path, name: str) -> None:
    (root / f"media/{name}.yaml").write_text((root / "media/window.yaml").read_text())


def test_a_gif_that_moves_is_measured(root: Path, read: Read) -> None:
    (root / "media/walk.gif").write_bytes(moving_gif(5))
    note(root, "walk")
    loaded = read()
    assert loaded.workspace is not None
    found = loaded.workspace.pictures["walk.gif"]
    assert (found.mime, found.width, found.height, found.motion) == ("image/gif", 40, 30, Motion(0.6, 5))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_what_moves_in_a_format_that_no_platform_takes(root: Path, read: Read, only: Only, kind: str) -> None:
    (root / f"media/walk.{kind.lower()}").write_bytes(moving(kind))
    note(root, "walk")
    problem = only(read())
    assert (str(problem.place), problem.code) == (f"media/walk.{kind.lower()}", "PICTURE-MOVES")
    assert "MP4" in problem.message


@pytest.mark.parametrize("ending", ["mp4", "mov", "M4V"])
def test_a_video_is_measured_by_its_head(root: Path, read: Read, ending: str) -> None:
    file = root / f"media/walk.{ending}"
    make_film(file, seconds=2, size=(320, 180))
    note(root, "walk")
    loaded = read()
    assert loaded.workspace is not None, loaded.problems
    found = loaded.workspace.pictures[f"walk.{ending}"]
    assert (found.mime, found.width, found.height, found.size) == ("video/mp4", 320, 180, file.stat().st_size)
    assert found.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert found.motion is not None
    assert (found.motion.video, found.motion.sound, found.motion.frames) == ("avc1", "mp4a", 0)
    assert 1.9 < found.motion.seconds < 2.2


@pytest.mark.parametrize(
    ("colours", "sampling", "depth"), [("yuv444p", "4:4:4", 8), ("yuv422p", "4:2:2", 8), ("yuv420p10le", "4:2:0", 10)]
)
def test_how_fine_a_videos_colours_are(root: Path, read: Read, colours: str, sampling: str, depth: int) -> None:
    make_film(root / "media/walk.mp4", colours=colours)
    note(root, "walk")
    loaded = read()
    assert loaded.workspace is not None, loaded.problems
    motion = loaded.workspace.pictures["walk.mp4"].motion
    assert motion is not None
    assert (motion.sampling, motion.depth, round(motion.rate)) == (sampling, depth, 10)


def test_a_video_that_is_cut_off(root: Path, read: Read, only: Only) -> None:
    make_film(root / "media/walk.mp4")
    data = (root / "media/walk.mp4").read_bytes()
    (root / "media/walk.mp4").write_bytes(data[: len(data) // 2])
    note(root, "walk")
    problem = only(read())
    assert (str(problem.place), problem.code) == ("media/walk.mp4", "VIDEO-BROKEN")


def test_what_is_called_a_video_and_is_none(root: Path, read: Read, only: Only) -> None:
    (root / "media/walk.mp4").write_text("<html>Not found</html>")
    note(root, "walk")
    assert only(read()).code == "VIDEO-FORMAT"


def test_an_empty_video(root: Path, read: Read, only: Only) -> None:
    (root / "media/walk.mp4").write_bytes(b"")
    note(root, "walk")
    assert only(read()).code == "FILE-EMPTY"


def test_a_video_needs_an_alt_text_like_any_picture(root: Path, read: Read, only: Only) -> None:
    make_film(root / "media/walk.mp4")
    assert only(read()).code == "ALT-MISSING"


def test_a_picture_that_lies_on_its_side_is_measured_as_it_is_shown(root: Path, read: Read) -> None:
    (root / "media/lying.jpg").write_bytes(saved(halves(), "JPEG", exif=exif(6)))
    note(root, "lying")
    loaded = read()
    assert loaded.workspace is not None
    found = loaded.workspace.pictures["lying.jpg"]
    assert (found.width, found.height) == (32, 64)
