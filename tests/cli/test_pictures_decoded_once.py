"""A picture that has not changed is decoded once, whatever command looks at it; what is kept is its owner's alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from engine.files import Files, soon
from nasty import exif, meadow, saved
from PIL.ImageFile import ImageFile

from amplify.workspace import read_pictures
from amplify.workspace.picture_sizes import read_sizes
from cli.conftest import Amplify


class Decoded:
    """Pictures of this size that were decoded since it was last asked, as by a program that was just started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._count = 0
        load = ImageFile.load

        def counted(picture: ImageFile) -> object:
            if picture.tile and picture.size == (1200, 900):
                self._count += 1
            return load(picture)

        monkeypatch.setattr(ImageFile, "load", counted)

    def pictures(self) -> int:
        count, self._count = self._count, 0
        self._monkeypatch.setattr(read_pictures, "_seen", {})
        return count


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Decoded:
    counting = Decoded(monkeypatch)
    counting.pictures()
    return counting


@pytest.fixture
def shown(files: Files, amplify: Amplify, decoded: Decoded) -> Path:
    """The file of a photograph that a queued post shows."""
    (files.root / "media/walk.jpg").write_bytes(saved(meadow(1200, 900), "JPEG", exif=exif()))
    note = {"alt": {"en": "A walk through a field."}, "credit": "Desk", "licence": "CC0-1.0"}
    files.write("media/walk.yaml", note)
    files.post("walk", "We walk.", media=["walk.jpg"])
    files.queue("walk", at=soon(60))
    assert amplify("queue", "-w", files.root).code == 0
    assert decoded.pictures() == 1
    return files.root / "media/walk.jpg"


def test_check_decodes_what_has_changed(files: Files, amplify: Amplify, decoded: Decoded, shown: Path) -> None:
    for _ in range(2):
        assert amplify("check", "-w", files.root).code == 0
    assert decoded.pictures() == 0
    data = shown.read_bytes()
    shown.write_bytes(saved(meadow(1200, 900).rotate(180), "JPEG"))
    assert amplify("check", "-w", files.root).code == 0
    assert decoded.pictures() == 1
    shown.write_bytes(data[: len(data) // 2])  # of the same size in its header
    assert "PICTURE-BROKEN" in amplify("check", "-w", files.root).words


def test_preview_draws_each_picture_once(files: Files, amplify: Amplify, decoded: Decoded, shown: Path) -> None:
    pages = []
    for number in range(2):
        page = files.root.parent / f"{number}.html"
        assert amplify("preview", "--out", page, "-w", files.root).code == 0
        pages.append(re.findall(r"data:image/[a-z]+;base64,[^\"')]+", page.read_text("utf-8")))
        assert decoded.pictures() == (1, 0)[number]
    assert pages[0] == pages[1] != []


def test_what_is_kept_is_nobody_elses(files: Files, amplify: Amplify, shown: Path) -> None:
    assert amplify("preview", "--out", files.root.parent / "page.html", "-w", files.root).code == 0
    kept = [files.root / ".amplify/pictures.json", *(files.root / ".amplify/thumbnails").iterdir()]
    assert len(kept) == 2
    assert all(one.stat().st_mode & 0o077 == 0 for one in kept)


def test_what_is_gone_is_forgotten(files: Files, amplify: Amplify, shown: Path) -> None:
    assert len(read_sizes(files.root)) == 1
    shown.unlink()
    shown.with_suffix(".yaml").unlink()
    amplify("check", "-w", files.root)
    assert read_sizes(files.root) == {}


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"look": 0, "pictures": {"SHA": [40, 30]}}',
        b'{"look": 1, "pictures": []}',
        b'{"look": 1, "pictures": {"SHA": [40]}}',
        b'{"look": 1, "pictures": {"SHA": [40, "30"]}}',
        b'{"look": 1, "pictures": {"SHA": [true, -1]}}',
        b'{"look": 1, "pictures": {"walk.jpg": [40, 30]}}',
    ],
)
def test_what_somebody_else_wrote_there_is_not_believed(
    files: Files, amplify: Amplify, decoded: Decoded, shown: Path, kept: bytes
) -> None:
    file = files.root / ".amplify/pictures.json"
    (sha256,) = json.loads(file.read_bytes())["pictures"]
    file.write_bytes(kept.replace(b"SHA", sha256.encode()))
    assert amplify("check", "-w", files.root).code == 0
    assert decoded.pictures() == 1
    assert read_sizes(files.root) == {sha256: (1200, 900)}


def test_a_folder_without_a_home_of_ours_stays_as_it_is(files: Files, amplify: Amplify) -> None:
    before = sorted(files.root.rglob("*"))
    amplify("check", "-w", files.root)
    assert sorted(files.root.rglob("*")) == before
