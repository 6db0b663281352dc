"""YAML 1.2, places, and speed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from amplify.model.problem import Severity, SourceLocation
from amplify.workspace.yaml_reader import YamlDocument, read_yaml


def document(text: str, first_line: int = 1) -> YamlDocument:
    found, problems = read_yaml(text, "f.yaml", first_line)
    assert problems == ()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True), ("False", False), ("yes", "yes"), ("no", "no"), ("on", "on"), ("y", "y"),
        ("null", None), ("~", None), ("", None), ("nil", "nil"),
        ("0", 0), ("-12", -12), ("+3", 3), ("0o17", 15), ("017", 17), ("0x1F", 31), ("1_000", "1_000"),
        ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.", 1.0), ("1.2.3", "1.2.3"), ("-", "-x"), ("+", "+"),
        ("2027-05-21", "2027-05-21"), ("2027-05-21T10:00:00+02:00", "2027-05-21T10:00:00+02:00"),
        ("10:30", "10:30"), ("'5'", "5"), ('"true"', "true"), ('"\\u0451"', "ё"), ("Мінск", "Мінск"),
    ],
)  # fmt: skip
def test_the_core_schema(word: str, value: object) -> None:
    if word == "-":
        word = "-x"
    read = document(f"key: {word}\n").plain["key"]
    assert read == value
    assert type(read) is type(value)


def test_years_are_keys() -> None:
    assert document("2027: a\n'2028': b\n").plain == {"2027": "a", "2028": "b"}


def test_a_year_twice_is_twice() -> None:
    _, problems = read_yaml("2027: a\n'2027': b\n", "f.yaml")
    assert [(p.code, p.place.line) for p in problems] == [("YAML-DUPLICATE", 2)]


@pytest.mark.parametrize("key", ["true", "null", "1.5", "~"])
def test_other_keys_are_words(key: str) -> None:
    _, problems = read_yaml(f"{key}: a\n", "f.yaml")
    assert [p.code for p in problems] == ["YAML-KEY"]


def test_places_of_values_and_keys() -> None:
    read = document("# c\nname:\n  en: Anna\n  be: Ганна\nlist: [a, {b: c}]\n", first_line=2)
    assert read.place(("name", "be")) == SourceLocation("f.yaml", 5, 7)
    assert read.key_place(("name", "be")) == SourceLocation("f.yaml", 5, 3)
    assert read.place(("list", 1, "b")) == SourceLocation("f.yaml", 6, 15)
    assert read.place(("list", 7, "none")) == SourceLocation("f.yaml", 6, 7)
    assert read.place(()) == SourceLocation("f.yaml", 3, 1)


def test_columns_count_characters_not_bytes() -> None:
    assert document("{ключ: 😀, b: x}\n").place(("b",)) == SourceLocation("f.yaml", 1, 14)


def test_deep_nesting_is_refused_at_its_depth() -> None:
    found, problems = read_yaml("[" * 200_000, "f.yaml")
    assert found is None
    assert [(p.code, p.place.column) for p in problems] == [("YAML-DEPTH", 31)]


def test_double_quotes_cannot_hide_characters() -> None:
    _, problems = read_yaml('a: "x\\0y"\nb: "x\\u2028y"\nc: "x\\ny\\tz"\n', "f.yaml")
    assert [(p.code, p.place.line) for p in problems] == [("FILE-CHARACTER", 1), ("FILE-CHARACTER", 2)]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(st.characters(categories=["L", "N", "P"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefg-_", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@given(value=PLAIN)
def test_whatever_json_says_is_read_as_it_is(value: Any) -> None:
    assert document(json.dumps({"value": value}, indent=1, ensure_ascii=False)).plain == {"value": value}


def test_the_python_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML comes without libyaml."""
    text = "name: {en: Anna}\nlist:\n  - 1\n  - no\nbad: {a: 1, a: 2}\n"
    fast, fast_problems = read_yaml(text, "f.yaml")
    monkeypatch.delattr(yaml, "CSafeLoader")
    slow, slow_problems = read_yaml(text, "f.yaml")
    assert fast is not None
    assert slow is not None
    assert slow.plain == fast.plain
    assert slow_problems == fast_problems
    assert slow.place(("list", 1)) == fast.place(("list", 1))
    _, tab = read_yaml("a:\n\tb: 1\n", "f.yaml")
    assert [(p.code, p.place.line, p.place.column) for p in tab] == [("YAML-TAB", 2, 1)]


def test_ten_thousand_front_matters_in_about_a_second() -> None:
    text = (
        "id: free-anna\ncampaign: free-anna\nkind: cta\nlang: en\nstatus: ready\nauthor: Press office\n"
        "people: [anna, boris]\nhashtags:\n  required: [FreeAnna]\n  optional: [Solidarity]\nmentions: [union]\n"
        "media: [banner.png]\ncta: petition\nembargo_until: 2027-05-21T10:00:00+02:00\n"
    )
    start = time.process_time()
    for _ in range(1000):
        read_yaml(text, "f.md", 2)
    # 0.06 s on a laptop: ten times that still is not the eighteen of a parser written in Python.
    assert time.process_time() - start < 0.6


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("en: A poster with the words #FreeVera in white\n", 1, 29),
        ("en: Poster #Свабода\nbe: x\n", 1, 12),
        ("tags:\n  - #FreeVera\n  - b\n", 2, 5),
        ("en: #FreeVera in white\n", 1, 5),
        ("en:   #FreeVera in white\n", 1, 7),
        ("en: Two\n  lines\t#7days\n", 2, 9),
        ("en: A poster with\n  #FreeVera in white\n", 2, 3),
        ("- en: A poster with\n    #FreeVera in white\n", 2, 5),
        ("{en: A poster #FreeVera\n}\n", 1, 15),
    ],
)
def test_words_that_a_comment_swallows_are_told(text: str, line: int, column: int) -> None:
    found, problems = read_yaml(text, "f.yaml", first_line=1)
    assert found is not None
    assert [(p.code, p.severity, p.place.line, p.place.column) for p in problems] == [
        ("YAML-COMMENT", Severity.WARNING, line, column)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "en: A poster # so far\n",
        "# en: x\n#en: x\nen: a#b\n  #\n",
        "gap: 30m\n#cap: 2\nwho: we\n",
        "- who: we\n  #cap: 2\n  other: 1\n",
        "reviewed: 2027-05-10 #checked\ncount: 7 #people\nlast: 2h #hours\n",
        "en: 'A poster #FreeVera'\nbe: |\n  A #FreeVera\n  #FreeVera\n",
        'en: "A poster #FreeVera"\n',
    ],
)
def test_other_comments_swallow_nothing(text: str) -> None:
    assert read_yaml(text, "f.yaml")[1] == ()


def test_an_unclosed_bracket_says_what_a_hashtag_does() -> None:
    _, (problem,) = read_yaml("tags: [FreeVera, #FreeAnna]\n", "f.yaml")
    assert "put a hashtag in quotes" in problem.message
