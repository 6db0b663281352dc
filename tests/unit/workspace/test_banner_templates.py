"""Mistakes in banner templates: each at its place, in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from amplify.workspace.load import Loaded

PATH = "media/banners/name.yaml"
GOOD = """\
id: name
campaign: CAMPAIGN
about: The name alone.
people: [PERSON]
languages: [en]
scene: {en: A name on dark blue.}
credit: Desk
licence: CC BY 4.0
layers:
  - shape: {form: fill, colour: ground}
  - text: {say: {en: "{{ who.name }}"}, largest: 9}
    box: [0, 0, 100, 50]
    on:
      tall: {box: [0, 40, 100, 30]}
  - portrait: {stand_in: chair}
    box: [0, 60, 40, 40]
"""


@pytest.fixture
def good(root: Path, read: Callable[[], Loaded]) -> str:
    """A template that is right, as it stands in the file."""
    workspace = read().workspace
    assert workspace is not None
    text = GOOD.replace("CAMPAIGN", next(iter(workspace.campaigns))).replace("PERSON", next(iter(workspace.people)))
    (root / "media" / "banners").mkdir(parents=True, exist_ok=True)
    for other in (root / "media" / "banners").iterdir():
        other.unlink()
    for post in (root / "posts").glob("*.md"):
        post.write_text(post.read_text("utf-8").replace("media: [{banner: days}]\n", ""), "utf-8")
    (root / PATH).write_text(text, "utf-8")
    return text


def test_a_good_template_is_read(good: str, read: Callable[[], Loaded]) -> None:
    loaded = read()
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.workspace is not None
    assert loaded.workspace.banners["name"].layers[1].text is not None


@pytest.mark.parametrize(
    ("old", "new", "needle", "code", "says"),
    [
        ("form: fill", "form: filled", "filled", "VALUE-CHOICE", "fill"),
        ("colour: ground", "colour: grond", "grond", "BANNER-COLOUR", "did you mean `ground`"),
        ("colour: ground", "colur: ground", "colur", "KEY-UNKNOWN", "did you mean `colour`"),
        ("{{ who.name }}", "{{ fact.nothing }}", "fact.nothing", "REF-FACT", "unknown fact `nothing`"),
        ("{{ who.name }}", "{{ whom }}", "whom", "TXT-NAME", "unknown name `whom`"),
        ("languages: [en]", "languages: [en, be]", "{en: A name", "BANNER-TEXT", "no words in `be`"),
        ("stand_in: chair", "picture: anna.jpg", "anna.jpg", "REF-PICTURE", "there is no picture `media/anna.jpg`"),
        ("stand_in: chair", "person: nobody-here", "nobody-here", "REF-PERSON", "unknown person"),
        ("[0, 60, 40, 40]", "[0, 60, 40]", "[0, 60, 40]", "VALUE-RANGE", "4"),
        ("tall: {", "huge: {", "huge", "VALUE-CHOICE", "tall"),
        ("  - portrait: {stand_in: chair}\n", "  - bleed: true\n", "bleed: true", "VALUE-SENSE", "exactly one of"),
    ],
)
def test_a_mistake_is_told_where_it_stands(
    good: str, root: Path, read: Callable[[], Loaded], old: str, new: str, needle: str, code: str, says: str
) -> None:
    assert old in good
    text = good.replace(old, new)
    (root / PATH).write_text(text, "utf-8")
    problems = [problem for problem in read().problems if problem.place.path == PATH]
    line = text[: text.index(needle)].count("\n") + 1
    column = text.index(needle) - text.rfind("\n", 0, text.index(needle))
    column -= needle in ("fact.nothing", "whom")  # the text begins with the quotation mark before it
    assert any(
        (one.place.line, one.place.column, one.code) == (line, column, code) and says in one.message for one in problems
    ), [f"{one.place} {one.code} {one.message}" for one in problems] + [f"wanted {line}:{column} {code}"]


def test_two_templates_do_not_share_a_name(good: str, root: Path, read: Callable[[], Loaded]) -> None:
    (root / "media/banners/other.yaml").write_text(good, "utf-8")
    assert "ID-DUPLICATE" in [problem.code for problem in read().problems]


def test_a_note_of_another_picture_is_told(root: Path, read: Callable[[], Loaded]) -> None:
    from PIL import Image

    Image.new("RGB", (40, 40)).save(root / "media" / "one.png")
    note = f"alt: {{en: A square}}\ncredit: Desk\nlicence: CC0-1.0\nsha256: '{'0' * 64}'\n"
    (root / "media" / "one.yaml").write_text(note, "utf-8")
    assert [(one.place.path, one.code) for one in read().problems] == [("media/one.yaml", "PICTURE-NOTE")]
