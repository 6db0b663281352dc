"""What lies beside a video belongs to it: captions by language, and the picture that stands for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nasty import halves, make_film, noise, saved

from amplify.model.problem import Problem, Severity
from amplify.workspace.file_version import read_version
from amplify.workspace.load import Loaded

Read = Callable[[], Loaded]
Only = Callable[[Loaded], Problem]

GOOD = "WEBVTT\n\n00:00.000 --> 00:00.900\nДобры дзень, Ганна\n"


@pytest.fixture
def media(root: Path) -> Path:
    """With a film of a second, `walk.mp4`, and its note."""
    folder = root / "media"
    make_film(folder / "walk.mp4")
    (folder / "walk.yaml").write_text((folder / "window.yaml").read_text())
    return folder


def test_captions_are_read_by_language(media: Path, read: Read) -> None:
    (media / "walk.be.vtt").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    (media / "walk.en-GB.vtt").write_text(GOOD.replace("Добры дзень, Ганна", "Good day, Anna"))
    loaded = read()
    assert loaded.problems == ()
    assert loaded.workspace is not None
    film = loaded.workspace.pictures["walk.mp4"]
    assert [(one.lang, one.file, one.times, one.words) for one in film.captions] == [
        ("be", "walk.be.vtt", ((0, 900),), "Добры дзень, Ганна"),
        ("en-GB", "walk.en-GB.vtt", ((0, 900),), "Good day, Anna"),
    ]
    assert "Good day, Anna" in film.words


def test_a_film_with_a_language_in_its_name_needs_it_once_only(media: Path, read: Read) -> None:
    (media / "walk.mp4").rename(media / "walk.be.mp4")
    (media / "walk.yaml").rename(media / "walk.be.yaml")
    (media / "walk.be.vtt").write_text(GOOD)
    loaded = read()
    assert (loaded.problems, loaded.workspace is not None) == ((), True)
    assert [one.lang for one in loaded.workspace.pictures["walk.be.mp4"].captions] == ["be"]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["walk.poster.png", "Walk.Poster.PNG"])
def test_a_poster_needs_no_note_and_is_no_picture_of_its_own(media: Path, read: Read, name: str) -> None:
    (media / name).write_bytes(saved(halves(), "PNG"))
    loaded = read()
    assert loaded.problems == ()
    assert loaded.workspace is not None
    assert loaded.workspace.pictures["walk.mp4"].poster == name
    assert name not in loaded.workspace.pictures


def test_a_broken_poster_is_a_problem_of_its_film(media: Path, read: Read, only: Only) -> None:
    (media / "walk.poster.png").write_bytes(saved(noise(80, 60), "PNG")[:200])
    loaded = read()
    found = only(loaded)
    assert (found.code, found.place.path) == ("PICTURE-BROKEN", "media/walk.poster.png")
    assert loaded.usable is not None
    assert "walk.mp4" not in loaded.usable.pictures


def test_a_picture_called_poster_without_a_film_stays_a_picture(media: Path, read: Read) -> None:
    (media / "march.poster.png").write_bytes(saved(halves(), "PNG"))
    (media / "march.poster.yaml").write_text((media / "window.yaml").read_text())
    loaded = read()
    assert loaded.workspace is not None
    assert "march.poster.png" in loaded.workspace.pictures


def test_a_poster_with_a_note_is_a_picture_as_well(media: Path, read: Read) -> None:
    (media / "walk.poster.png").write_bytes(saved(halves(), "PNG"))
    (media / "walk.poster.yaml").write_text((media / "window.yaml").read_text())
    loaded = read()
    assert loaded.workspace is not None
    assert "walk.poster.png" in loaded.workspace.pictures
    assert loaded.workspace.pictures["walk.mp4"].poster == "walk.poster.png"


CYRILLIC = GOOD.replace("Добры дзень, Ганна", "Добрый день, ёжик")


@pytest.mark.parametrize(
    ("name", "data", "code", "line", "column", "said"),
    [
        ("walk.vtt", GOOD.encode(), "CAPTION-NAME", 0, 0, "which language"),
        ("walk.old.vtt", GOOD.encode(), "CAPTION-NAME", 0, 0, "`old` is no language"),
        ("walk.final2.vtt", GOOD.encode(), "CAPTION-NAME", 0, 0, "is no language"),
        ("walk.BE.vtt", GOOD.encode(), "CAPTION-NAME", 0, 0, "write `be`"),
        ("walk.be_BY.vtt", GOOD.encode(), "CAPTION-NAME", 0, 0, "write `be-BY`"),
        ("walk.be.srt", b"1\n00:00:00,000 --> 00:00:01,000\nHi\n", "CAPTION-FORM", 0, 0, "WebVTT"),
        ("walk.be.vtt", b"1\n00:00:00,000 --> 00:00:01,000\nHi\n", "CAPTION-FORM", 1, 1, "SRT"),
        ("walk.be.vtt", b"", "FILE-EMPTY", 0, 0, "empty"),
        ("walk.be.vtt", GOOD.encode("utf-16"), "FILE-UTF8", 1, 1, "UTF-16"),
        ("walk.be.vtt", GOOD.encode("utf-16-be"), "FILE-UTF8", 1, 1, "UTF-16"),
        ("walk.ru.vtt", CYRILLIC.encode("cp1251"), "FILE-UTF8", 4, 1, "Windows-1251"),
        ("walk.ru.vtt", CYRILLIC.encode("koi8-r"), "FILE-UTF8", 4, 1, "KOI8-R"),
        ("walk.ru.vtt", CYRILLIC.encode("cp866"), "FILE-UTF8", 4, 1, "IBM866"),
        ("walk.lt.vtt", GOOD.replace("Добры дзень, Ганна", "Ačiū").encode("cp1257"), "FILE-UTF8", 4, 2, "UTF-8"),
        ("walk.be.vtt", GOOD.encode() + b"\n\x00", "FILE-CHARACTER", 6, 1, "U+0000"),
        ("walk.be.vtt", b"x" * 200_001, "FILE-SIZE", 0, 0, "200 kB"),
        ("walk.be.vtt", GOOD.replace("0.900", "9.900").encode(), "CAPTION-TIME", 3, 1, "video ends"),
        ("walk.be.vtt", GOOD.replace("Добры", "<b>Добры</b>").encode(), "CAPTION-MARKUP", 4, 1, "markup"),
    ],
)
def test_each_mistake_has_its_place_and_holds_the_film(
    media: Path, read: Read, only: Only, name: str, data: bytes, code: str, line: int, column: int, said: str
) -> None:
    (media / name).write_bytes(data)
    loaded = read()
    found = only(loaded)
    assert (found.place.path, found.code, found.place.line, found.place.column) == (f"media/{name}", code, line, column)
    assert said in found.message
    assert loaded.workspace is None
    assert loaded.usable is not None
    assert "walk.mp4" not in loaded.usable.pictures
    assert "window.png" in loaded.usable.pictures  # and nothing else waits for it


def test_two_files_for_one_language_are_a_problem(media: Path, read: Read, only: Only) -> None:
    (media / "walk.mp4").rename(media / "walk.be.mp4")
    (media / "walk.yaml").rename(media / "walk.be.yaml")
    (media / "walk.be.vtt").write_text(GOOD)
    (media / "walk.be.be.vtt").write_text(GOOD)
    assert only(read()).code == "CAPTION-NAME"


def test_captions_of_no_film_are_told(media: Path, read: Read, only: Only) -> None:
    (media / "talk.be.vtt").write_text(GOOD)
    found = only(read())
    assert (found.code, found.severity) == ("CAPTION-NAME", Severity.WARNING)


def test_the_version_of_the_files_changes_with_a_caption_of_the_same_length(root: Path, media: Path) -> None:
    (media / "walk.be.vtt").write_text(GOOD)
    before = read_version(root)
    (media / "walk.be.vtt").write_text(GOOD.replace("Ганна", "Гання"))
    assert read_version(root) != before
