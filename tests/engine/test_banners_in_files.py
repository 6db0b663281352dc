"""Banners as people write them into files, in a hurry or badly: each mistake is a problem with its place, before
anything is queued, and holds its own post only.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from amplify.banner import fonts
from amplify.model.problem import Problem
from amplify.planning.check import check_workspace
from amplify.platforms import registry
from engine.files import Files, soon

CONSENT = {
    "given_by": "family",
    "channel": "letter",
    "scope": ["name"],
    "given": "2020-01-01",
    "review": "2999-01-01",
}


def person(id: str) -> dict[str, Any]:
    day = datetime.now(UTC).date().isoformat()
    detained = {"detentions": [{"start": "2024-01-01"}], "state": "detained", "reviewed": day, "consent": CONSENT}
    return {"id": id, "name": {"en": id.title(), "be": id.title()}, **detained}


def template(id: str, say: str = "{{ who.name }}", **fields: Any) -> dict[str, Any]:
    return {
        "id": id, "campaign": "free", "about": "A test.", "people": ["mira"], "scene": {"en": "A dark ground."},
        "credit": "Desk", "licence": "CC0-1.0", "languages": ["en"], "layers": [{"text": {"say": {"en": say}}}],
    } | fields  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Files:
    house = Files(tmp_path / "house", "union")
    campaign = json.loads((house.root / "config/campaigns/free.yaml").read_text())
    house.write("config/campaigns/free.yaml", campaign | {"languages": ["en", "be"], "people": ["mira", "leon"]})
    house.write("config/people.yaml", {"people": [person("mira"), person("leon")]})
    house.write("media/banners/days.yaml", template("days"))
    return house


def post(files: Files, media: str, body: str = "Another day.", lang: str = "en") -> None:
    """A post as somebody types it: `media:` is line 8 of its file."""
    head = ["id: count", "campaign: free", "kind: statement", f"lang: {lang}", "status: ready", "author: Desk"]
    lines = ["---", *head, f"media: {media}", "---", body, ""]
    path = files.root / "posts/count.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    files.post("plain", "Words of their own.")
    files.queue("plain", at=soon(3600))
    files.queue("count", at=soon(3600))


def found(files: Files) -> list[Problem]:
    """Everything that `amplify check` tells, without what every house of these tests has."""
    report = check_workspace(files.root, datetime.now(UTC), registry.profiles())
    return [one for one in report.problems if not one.code.startswith(("X-", "M-", "B-", "TAG", "PERSON-UNL"))]


def told(files: Files) -> list[tuple[str, str]]:
    return [(str(one.place), one.code) for one in found(files)]


def test_a_good_one_is_no_problem(files: Files) -> None:
    post(files, "[{banner: days}]")
    assert told(files) == []


@pytest.mark.parametrize(
    ("media", "place", "code"),
    [
        ("[{banner: dais}]", "posts/count.md:8:9", "REF-BANNER"),
        ("[{banner: days, person: miro}]", "posts/count.md:8:9", "REF-PERSON"),
        ("[{banner: days, person: leon}]", "posts/count.md:8:9", "BANNER-PERSON"),
        ("{banner: days}", "posts/count.md:8:9", "VALUE-FORM"),
        ("[{banner: days, size: giant}]", "posts/count.md:8:30", "VALUE-CHOICE"),
        ("[{baner: days}]", "posts/count.md:8:9", "KEY-MISSING"),
        ("[{banner: days, perso: mira}]", "posts/count.md:8:24", "KEY-UNKNOWN"),
        ("{be: [{banner: days}]}", "posts/count.md:8:8", "MEDIA-LANGUAGE"),
        ("{en: [{banner: dais}]}", "posts/count.md:8:14", "REF-BANNER"),
        ("{en: [nothing.png]}", "posts/count.md:8:14", "REF-PICTURE"),
    ],
)
def test_mistakes_have_a_place(files: Files, media: str, place: str, code: str) -> None:
    post(files, media)
    assert (place, code) in told(files)


def test_a_variant_has_its_own_head_and_its_mistakes_their_lines(files: Files) -> None:
    body = "One.\n\n## variant two\n---\nmedia: [{banner: dais}, no.png]\n---\nTwo."
    post(files, "[]", body)
    assert told(files) == [("posts/count.md:14:9", "REF-BANNER"), ("posts/count.md:14:25", "REF-PICTURE")]
    post(files, "[]", body.replace("media: [{banner: dais}, no.png]", "medai: []"))
    assert told(files) == [("posts/count.md:14:1", "KEY-UNKNOWN")]
    post(files, "[]", "One.\n\n## variant two\n---\nmedia: []\nTwo.")
    assert ("posts/count.md:13:1", "POST-UNCLOSED") in told(files)


def test_a_line_of_dashes_inside_a_text_is_no_head(files: Files) -> None:
    post(files, "[]", "One.\n\n## variant two\nTwo.\n---\nStill two.")
    assert told(files) == []


def test_nobody_said_for_whom(files: Files) -> None:
    files.write("media/banners/days.yaml", template("days", people=["mira", "leon"]))
    post(files, "[{banner: days}]")
    assert told(files) == [("posts/count.md:8:9", "BANNER-PERSON")]


def test_a_face_without_consent(files: Files) -> None:
    files.picture("mira.png")
    layers = [{"portrait": {"picture": "mira.png"}}, {"text": {"say": {"en": "{{ who.name }}"}}}]
    files.write("media/banners/days.yaml", template("days", layers=layers))
    post(files, "[{banner: days}]")
    assert told(files) == [("posts/count.md:8:9", "BANNER-CONSENT")]


def test_a_text_without_the_language(files: Files) -> None:
    post(files, "[{banner: days}]", "Яшчэ дзень.", "be")
    assert ("posts/count.md:8:9", "BANNER-TEXT") in told(files)


LONG = "An unbreakable and endless sentence that nobody will ever be able to read on a picture. " * 40


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (LONG, "does not fit its box"),
        ("Міра \U0001f54a", "has no letter for \U0001f54a"),
        ("{{ who.name }} \u05d0", "no letter"),
    ],
)
def test_words_that_cannot_be_painted(files: Files, say: str, words: str) -> None:
    files.write("media/banners/days.yaml", template("days", say))
    post(files, "[{banner: days}]")
    problems = [one for one in found(files) if one.code == "BANNER-PAINT"]
    assert {str(one.place) for one in problems} == {"posts/count.md:8:9"}
    assert all(words in one.message for one in problems), problems


def test_a_font_that_is_not_on_this_machine(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "find_spec", lambda package: None)
    for cache in (fonts._file, fonts.load_font, fonts.font_coverage, fonts.drawable_text):
        cache.cache_clear()
    files.write("media/banners/days.yaml", template("days", "Never said before: {{ who.name }}"))
    post(files, "[{banner: days}]")
    problems = [one for one in found(files) if one.code == "BANNER-PAINT"]
    assert problems, "a font is missing"
    assert all("are not installed" in one.message for one in problems)


def test_a_broken_template_takes_its_posts_with_it_and_no_others(files: Files) -> None:
    from amplify.workspace.load import load_workspace

    post(files, "[{banner: days}]")
    (files.root / "media/banners/days.yaml").write_text("id: days\nlayers: [", encoding="utf-8")
    loaded = load_workspace(files.root, frozenset(registry.profiles()))
    assert loaded.usable is not None
    assert list(loaded.usable.posts) == ["plain"]


def test_a_broken_picture_takes_the_banners_with_it_that_are_painted_from_it(files: Files) -> None:
    from amplify.workspace.load import load_workspace

    files.picture("cell.png")
    layers = [{"picture": {"file": "cell.png"}}, {"text": {"say": {"en": "{{ who.name }}"}}}]
    files.write("media/banners/days.yaml", template("days", layers=layers))
    post(files, "[{banner: days}]")
    assert told(files) == []
    (files.root / "media/cell.png").write_bytes(b"no picture")
    loaded = load_workspace(files.root, frozenset(registry.profiles()))
    assert loaded.usable is not None
    assert list(loaded.usable.posts) == ["plain"]
