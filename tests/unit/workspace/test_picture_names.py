"""A picture is found however its name is spelled; a file that cannot be published is called what it is."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty import halves, make_film, saved

from amplify.model.problem import Problem, Severity
from amplify.rules.file_formats.format_names import name_format
from amplify.workspace.load import Loaded
from amplify.workspace.picture_names import find_file, name_key

Read = Callable[[], Loaded]
Only = Callable[[Loaded], Problem]

NAME = "Ліст з Čáslavi.jpg"
NFC, NFD = (unicodedata.normalize(form, NAME) for form in ("NFC", "NFD"))
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40


def named(root: Path, *names: str) -> None:
    """Let the first post carry these."""
    post = sorted((root / "posts").glob("*.md"))[0]
    text = post.read_text("utf-8")
    listed = ", ".join(f'"{one}"' for one in names)
    lines = [line for line in text.split("\n") if not line.startswith("media:")]
    post.write_text("\n".join([lines[0], f"media: [{listed}]", *lines[1:]]), "utf-8")


def lay(root: Path, file: str, data: bytes | None = None, note: str | None = "") -> None:
    path = root / "media" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(saved(halves(), "JPEG") if data is None else data)
    if note is not None:
        shutil.copy(root / "media/window.yaml", path.parent / note if note else path.with_suffix(".yaml"))


def shown(loaded: Loaded) -> list[str]:
    assert loaded.workspace is not None, loaded.problems
    used = [file for post in loaded.workspace.posts.values() for file in post.front.media]
    assert set(used) <= set(loaded.workspace.pictures)
    return used


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (NFD, NFC),
        (NFC, NFD),
        ("Anna.JPG", "anna.jpg"),
        ("anna.jpg", "Anna.Jpg"),
        ("anna.jpg", "media/anna.jpg"),
        ("anna.jpg", "./media/anna.jpg"),
        ("anna.jpg", "../media/anna.jpg"),
        ("anna.jpg", "/media/anna.jpg"),
        ("deep/anna.jpg", "media\\\\deep\\\\anna.jpg"),
        (f"deep/{NFD}", f"Media/Deep/{NFC.upper()}"),
        ("media/anna.jpg", "media/anna.jpg"),
    ],
)
def test_the_one_file_that_a_name_can_mean_is_found(root: Path, read: Read, file: str, name: str) -> None:
    lay(root, file)
    named(root, name)
    assert file in shown(read())


@pytest.mark.parametrize(
    ("picture", "note"), [(NFD, NFC), (NFC, NFD), ("Anna.JPG", "anna.jpg"), ("anna.jpg", "ANNA.jpg")]
)
def test_the_note_beside_it_may_be_spelled_otherwise(root: Path, read: Read, picture: str, note: str) -> None:
    lay(root, picture, note=str(Path(note).with_suffix(".yaml")))
    loaded = read()
    assert loaded.workspace is not None
    assert picture in loaded.workspace.pictures
    assert loaded.problems == ()


def test_a_broken_note_of_another_spelling_leaves_out_its_picture_only(root: Path, read: Read) -> None:
    lay(root, NFD, note=str(Path(NFC).with_suffix(".yaml")))
    (root / "media" / Path(NFC).with_suffix(".yaml")).write_text("alt: [\n", "utf-8")
    loaded = read()
    assert loaded.workspace is None
    assert loaded.usable is not None
    assert NFD not in loaded.usable.pictures


def test_a_name_that_can_mean_two_files_is_asked_about(root: Path, read: Read, only: Only) -> None:
    lay(root, "anna.jpg")
    lay(root, "ANNA.jpg")
    named(root, "Anna.jpg")
    problem = only(read())
    assert problem.code == "REF-PICTURE"
    assert "ANNA.jpg or anna.jpg" in problem.message
    named(root, "ANNA.jpg")
    assert "ANNA.jpg" in shown(read())


def test_a_picture_in_another_folder_is_named(root: Path, read: Read, only: Only) -> None:
    lay(root, "2027/a-long-way-from-here/anna.jpg")
    named(root, "anna.jpg")
    assert "`2027/a-long-way-from-here/anna.jpg`" in only(read()).message


def test_calls_find_their_pictures_too(root: Path, read: Read) -> None:
    lay(root, "Anna.JPG")
    text = (root / "config/actions.yaml").read_text("utf-8")
    at = text.index("    campaign:")
    (root / "config/actions.yaml").write_text(text[:at] + "    picture: media/anna.jpg\n" + text[at:], "utf-8")
    loaded = read()
    assert loaded.workspace is not None, loaded.problems
    assert "Anna.JPG" in {one.picture for one in loaded.workspace.actions.values()}


OTHERS = [
    ("letter.heic", HEIC, "a HEIC", "Most Compatible"),
    ("letter.HEIF", HEIC, "a HEIC", "JPEG"),
    ("letter.tif", saved(halves(), "TIFF"), "a TIFF", "JPEG or PNG"),
    ("letter.bmp", saved(halves(), "BMP"), "a BMP", "JPEG or PNG"),
    ("letter.svg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG", "as PNG"),
    ("letter.pdf", b"%PDF-1.7\n", "a PDF", "as PNG"),
    ("letter.psd", b"8BPS\0\1", "a Photoshop file", "JPEG or PNG"),
    ("letter.jxl", b"\xff\x0a\0\0", "a JPEG XL", "JPEG or PNG"),
    ("letter.heic", saved(halves(), "JPEG"), "a JPEG", "end in .jpg"),
    ("letter", saved(halves(), "PNG"), "a PNG", "end in .png"),
    ("letter.webm", b"\x1a\x45\xdf\xa3\0\0", "a WebM", "MP4 with H.264"),
    ("letter.avi", b"RIFF\0\0\0\0AVI LIST", "an AVI", "MP4 with H.264"),
    ("letter.txt", b"Hello", "no picture", "JPEG or PNG"),
]


@pytest.mark.parametrize(("file", "data", "what", "way"), OTHERS)
def test_a_file_that_is_there_is_called_what_it_is(
    root: Path, read: Read, only: Only, file: str, data: bytes, what: str, way: str
) -> None:
    lay(root, file, data, note=None)
    named(root, file)
    problem = only(read())
    assert problem.code == "REF-PICTURE"
    assert "there is no picture" not in problem.message
    assert what in problem.message
    assert way in problem.message


@pytest.mark.parametrize(("file", "data", "what", "way"), OTHERS)
def test_what_is_described_and_cannot_be_published_is_said_before_anybody_uses_it(
    root: Path, read: Read, only: Only, file: str, data: bytes, what: str, way: str
) -> None:
    lay(root, file, data)
    problem = only(read())
    assert (problem.code, problem.severity, problem.place.path) == ("PICTURE-FORMAT", Severity.WARNING, f"media/{file}")
    assert what in problem.message
    assert way in problem.message


def test_files_that_nobody_names_are_nobodys_business(root: Path, read: Read) -> None:
    for file, data, _, _ in OTHERS:
        lay(root, file, data, note=None)
    assert read().problems == ()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (HEIC, "but is a HEIC: export it as JPEG"),
        (saved(halves(), "TIFF"), "but is a TIFF"),
        (saved(halves(), "AVIF"), "but is an AVIF: let its name end in .avif"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "but is an SVG"),
        (b"\n <!DOCTYPE html><html>", "but is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "run `git lfs pull`"),
        (b"Hello", "no picture that we can publish"),
    ],
)
@pytest.mark.parametrize("file", ["letter.jpg", "letter.png"])
def test_what_ends_as_a_picture_and_is_none(
    root: Path, read: Read, only: Only, file: str, data: bytes, what: str
) -> None:
    lay(root, file, data)
    problem = only(read())
    assert problem.code == "PICTURE-FORMAT"
    assert what in problem.message


def test_what_ends_as_a_video_and_is_none_is_called_what_it_is(root: Path, read: Read, only: Only) -> None:
    lay(root, "walk.mp4", HEIC)
    problem = only(read())
    assert problem.code == "VIDEO-FORMAT"
    assert "a HEIC" in problem.message


def test_the_films_of_all_tools_are_known(tmp_path: Path) -> None:
    for ending in (".mp4", ".mov"):
        make_film(tmp_path / f"walk{ending}")
        assert name_format((tmp_path / f"walk{ending}").read_bytes()[:64]) in ("MP4", "QuickTime")


@given(st.binary(max_size=80))
def test_no_beginning_is_too_strange(data: bytes) -> None:
    for start in (b"", b"\0\0\0\x18ftyp", b"RIFF", b"\xff\xfe<", b"<"):
        name_format(start + data)


@given(st.text(max_size=20), st.text(max_size=20))
def test_spellings_are_told_apart_or_taken_for_one(name: str, other: str) -> None:
    assert name_key(unicodedata.normalize("NFD", name)) == name_key(name)
    found = find_file(name, [other])
    assert found in (None, other)
