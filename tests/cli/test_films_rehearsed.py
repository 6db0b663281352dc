"""Films of every shape through a rehearsal: they stand on three timelines, with a player and with captions."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from engine.files import PLATFORMS, Files, soon
from nasty import make_film

from cli.conftest import Amplify, OnStage

SHAPES = {"wide.mp4": (320, 180), "square.mov": (180, 180), "high.m4v": (180, 320)}
CAPTIONS = "WEBVTT\n\nNOTE by Ines\n\n00:00.000 --> 00:00.900\n{}\n"
TEXTS = {"wide": "A field in the wind", "square": "Somebody reads a letter aloud", "high": "The stairs of a court"}


def lay(files: Files, name: str, size: tuple[int, int], words: str = "Good day") -> None:
    stem = name.partition(".")[0]
    make_film(files.root / "media" / name, size=size)
    files.write(f"media/{stem}.yaml", {"alt": {"en": f"{stem.title()}."}, "credit": "Desk", "licence": "CC0-1.0"})
    for lang in ("en", "be"):
        (files.root / f"media/{stem}.{lang}.vtt").write_text(CAPTIONS.format(f"{words} ({lang})"))
    files.post(stem, TEXTS[stem], media=[name])
    files.queue(stem, at=soon(600 + 60 * list(SHAPES).index(name)))


def spoken(page: str) -> list[str]:
    found = re.findall(r'<track kind="captions" src="data:text/vtt;base64,([\w+/=]+)" srclang="([\w-]+)"', page)
    return [f"{lang}: {base64.b64decode(data).decode()}" for data, lang in found]


def test_three_shapes_on_three_platforms(amplify: Amplify, files: Files, on_stage: OnStage) -> None:
    for name, size in SHAPES.items():
        lay(files, name, size)
    said = amplify("check", "-w", files.root)
    assert "VIDEO" not in said.words, said.words
    assert "CAPTION" not in said.words
    said = amplify("rehearse", "-w", files.root)
    assert said.code == 0, said.words
    for platform in PLATFORMS:
        (page,) = files.root.glob(f".amplify/rehearsal/timelines/{platform}.html")
        html = page.read_text("utf-8")
        shapes = {tuple(map(int, one)) for one in re.findall(r'<video[^>]* width="(\d+)" height="(\d+)"', html)}
        assert shapes == set(SHAPES.values()), platform
        tracks = spoken(html)
        if platform == "mastodon":  # which has none: what is said stands below the alt text
            assert tracks == []
            assert html.count("Good day (en)") >= 3
        else:
            assert [one.partition(":")[0] for one in tracks] == ["en", "be"] * 3
            assert all("Good day" in one and "Ines" not in one for one in tracks)


def test_a_stop_of_whoever_is_named_in_captions_holds_the_film_everywhere(
    amplify: Amplify, files: Files, on_stage: OnStage
) -> None:
    lay(files, "wide.mp4", SHAPES["wide.mp4"], "Here speaks Quokkanova")
    assert amplify("queue", "--yes", "-w", files.root).code == 0
    said = amplify("stop", "--person", "Quokkanova", "--reason", "the family asks", "-w", files.root)
    assert "held: 3 deliveries" in said.words
    said = amplify("preview", "wide", "-w", files.root)
    assert said.out.count("would be held: stopped by") == len(PLATFORMS)


def test_an_approver_reads_what_is_said(amplify: Amplify, files: Files, on_stage: OnStage, tmp_path: Path) -> None:
    lay(files, "wide.mp4", SHAPES["wide.mp4"])
    said = amplify("preview", "wide", "-w", files.root)
    assert "captions in en: Good day (en)" in said.out
    out = tmp_path / "page.html"
    assert amplify("preview", "wide", "--out", out, "-w", files.root).code == 0
    page = out.read_text("utf-8")
    assert "Good day (be)" in page
    assert "cannot be read" not in page  # a picture stands for the film
    assert amplify("export", "--everything", "--out", tmp_path / "all.md", "-w", files.root).code == 0
    assert "`media/wide.en.vtt`" in (tmp_path / "all.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "data", "place", "code"),
    [
        ("wide.be.vtt", CAPTIONS.format("Добры дзень, сябры").encode("cp1251"), "media/wide.be.vtt:6:1", "FILE-UTF8"),
        ("wide.be.vtt", CAPTIONS.format("<b>Дзень</b>").encode(), "media/wide.be.vtt:6:1", "CAPTION-MARKUP"),
        (
            "wide.be.vtt",
            (CAPTIONS.format("А") + "\n00:00.500 --> 00:00.950\nБ\n").encode(),
            "media/wide.be.vtt:8:1",
            "CAPTION-TIME",
        ),
        ("wide.vtt", CAPTIONS.format("А").encode(), "media/wide.vtt", "CAPTION-NAME"),
    ],
)
def test_bad_captions_are_told_with_their_place_before_anything_is_queued(
    amplify: Amplify, files: Files, on_stage: OnStage, name: str, data: bytes, place: str, code: str
) -> None:
    lay(files, "wide.mp4", SHAPES["wide.mp4"])
    (files.root / "media" / name).write_bytes(data)
    said = amplify("check", "-w", files.root)
    assert said.code == 1
    assert place in said.words
    assert code in said.words
    amplify("queue", "--yes", "-w", files.root)
    assert " wide" not in amplify("status", "-w", files.root).words  # the others are queued all the same
