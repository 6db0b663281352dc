"""Texts of a post: variants, platforms, parts, and where they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.model.post import Variant
from amplify.model.problem import Problem
from amplify.workspace.load import Loaded
from amplify.workspace.post_body import read_texts

PLATFORMS = frozenset({"x", "bluesky", "mastodon"})


def texts(body: str) -> tuple[dict[str, Variant], tuple[Problem, ...]]:
    variants, problems = read_texts(body, "p.md", 10, "en", PLATFORMS)
    return {variant.name: variant for variant in variants}, problems


def templates(variant: Variant, platform: str = "") -> list[str]:
    return [part.template for part in variant.parts_on(platform)]


BODY = """
Hello.

Second paragraph.

## part
Next message.

## on x, bluesky
Short.
## variant other
Other words.
## on mastodon
Long words.
## part
Tail.
## variant be-one in be
Словы.
## variant other on x
Other short.
"""


def test_all_headings() -> None:
    variants, problems = texts(BODY)
    assert problems == ()
    assert list(variants) == ["default", "other", "be-one"]
    assert templates(variants["default"]) == ["Hello.\n\nSecond paragraph.", "Next message."]
    assert templates(variants["default"], "x") == templates(variants["default"], "bluesky") == ["Short."]
    assert templates(variants["default"], "mastodon") == templates(variants["default"])
    assert templates(variants["other"]) == ["Other words."]
    assert templates(variants["other"], "mastodon") == ["Long words.", "Tail."]
    assert templates(variants["other"], "x") == ["Other short."]
    assert [variant.lang for variant in variants.values()] == ["en", "en", "be"]


def test_places_are_lines_of_the_file() -> None:
    variants, _ = texts(BODY)
    lines = BODY.split("\n")
    for variant in variants.values():
        for part in (*variant.parts, *(p for parts in variant.by_platform.values() for p in parts)):
            assert lines[part.place.line - 10].startswith(part.template.split("\n")[0])
    assert lines[variants["other"].place.line - 10] == "## variant other"


@pytest.mark.parametrize(
    "line",
    [
        "## Variant a",
        "## parts",
        "## ",
        "##",
        "## on",
        "## variant",
        "  ## part",
        "##part",
        "## variant a be",
        "## PART",
    ],
)
def test_what_looks_like_a_heading_is_never_text(line: str) -> None:
    _, problems = texts(f"Hello.\n{line}\nmore")
    assert [(p.code, p.place.line) for p in problems] == [("POST-HEADING", 11)]


@pytest.mark.parametrize("line", ["# FreeAnna", "#FreeAnna", "### x", "a ## part", "##FreeAnna"])
def test_hashtags_are_text(line: str) -> None:
    variants, problems = texts(f"Hello.\n{line}\nmore")
    assert problems == ()
    assert templates(variants["default"]) == [f"Hello.\n{line}\nmore"]


def test_a_text_for_a_platform_twice() -> None:
    _, problems = texts("a\n## on x\nb\n## on bluesky, x\nc\n")
    assert [(p.code, p.place.line) for p in problems] == [("POST-VARIANT", 13)]


def test_two_languages_for_one_variant() -> None:
    _, problems = texts("a\n## variant b in be\nb\n## variant b in ru on x\nc\n")
    assert [(p.code, p.place.line) for p in problems] == [("POST-VARIANT", 13)]


@given(
    body=st.lists(st.sampled_from([*"ab \n#", "## part", "\n## variant a", "\n## on x", " in be"]), max_size=40).map(
        "".join
    )
)
def test_no_word_is_lost(body: str) -> None:
    """Every line is a heading, a problem, or stands in a text."""
    variants, problems = read_texts(body, "p.md", 1, "en", PLATFORMS)
    said = " ".join(
        part.template
        for variant in variants
        for part in (*variant.parts, *(p for parts in variant.by_platform.values() for p in parts))
    )
    if not problems:
        for line in body.split("\n"):
            assert line.startswith("## ") or line.strip() in said


def test_a_boost_has_no_text(root: Path, read: Callable[[], Loaded]) -> None:
    front = "---\nid: again\ncampaign: free-vera\nkind: boost\nlang: en\nauthor: us\nboost: {post: vera-days}\n---\n"
    (root / "posts/again.md").write_text(front)
    loaded = read()
    assert loaded.workspace is not None
    assert loaded.workspace.posts["again"].variants == ()
    (root / "posts/again.md").write_text(front + "\nNever said.\n")
    assert [(p.code, p.place.line) for p in read().problems] == [("POST-BOOST", 10)]


def test_names_in_texts_stand_at_their_line(root: Path, read: Callable[[], Loaded]) -> None:
    path = root / "posts/vera-days.md"
    text = path.read_text().replace(
        "Say her name today.\n\n", "Say it.\n  {{ cta['petiton'] }} {{ partner.freinds }}\n\n", 1
    )
    path.write_text(text.replace("occasion: day_of_arrest\n", "") + "{{ occasion.theme }}\n")
    problems = read().problems
    lines = path.read_text().split("\n")
    found = [(p.code, lines[p.place.line - 1][p.place.column - 1 :]) for p in problems]
    assert found == [
        ("REF-ACTION", "cta['petiton'] }} {{ partner.freinds }}"),
        ("REF-PARTNER", "partner.freinds }}"),
        ("TXT-NAME", "occasion.theme }}"),
    ]


def test_a_name_with_a_hyphen_is_explained(root: Path, read: Callable[[], Loaded]) -> None:
    facts = (root / "config/facts.yaml").read_text()
    (root / "config/facts.yaml").write_text(facts.replace("id: reporters", "id: court-reporters"))
    path = root / "posts/vera-petition.md"
    path.write_text(path.read_text().replace("fact.reporters", "fact.court-reporters"))
    (problem,) = read().problems
    assert "`fact['court-reporters']`" in problem.message
    path.write_text(path.read_text().replace("fact.court-reporters", "fact['court-reporters']"))
    assert read().problems == ()
