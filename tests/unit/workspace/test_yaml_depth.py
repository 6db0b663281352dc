"""Our own limit of nesting comes before the parser's: whichever release of it is installed, the answer is ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from amplify.workspace import yaml_reader
from amplify.workspace.yaml_depth import first_too_deep
from amplify.workspace.yaml_reader import MAX_DEPTH, read_yaml


def stairs(levels: int) -> str:
    """A mapping in a mapping in a mapping."""
    return "".join(" " * level + "a:\n" for level in range(levels - 1)) + " " * (levels - 1) + "a: 1\n"


DEEP = {
    "flow lists": ("[" * 31 + "]" * 31, 1, 31),
    "flow mappings": ("{a: " * 31 + "1" + "}" * 31, 1, 121),
    "pairs in lists": ("[a: " * 16 + "1" + "]" * 16, 1, 61),
    "block lists": ("- " * 31 + "a", 1, 61),
    "block mappings": (stairs(31), 31, 31),
    "lists below their keys": ("".join(f"{' ' * (2 * n)}a:\n{' ' * (2 * n)}- \n" for n in range(16)), 31, 31),
    "explicit keys": ("".join(f"? k\n{' ' * (2 * n)}: " for n in range(31)) + "a", 31, 61),
    "blocks, then brackets": (stairs(20).replace("1", "[" * 11 + "]" * 11), 20, 33),
    "after quotes": ("- \"[[[\"\n- 'it''s {{{'\n- " + "[" * 30 + "]" * 30, 3, 32),
    "after a block scalar": ("- |\n [[[ {{{\n - - -\n- " + "[" * 30 + "]" * 30, 3 + 1, 32),
    "after comments": ("# [[[\n- a # {{{\n- [ # ]\n" + "[" * 29 + "]" * 29 + "]", 4, 29),
    "never closed": ("[" * 200_000, 1, 31),
}


@pytest.fixture(params=["C", "Python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML comes with libyaml, and where it does not."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader")


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("name", DEEP)
def test_the_answer_is_ours(name: str) -> None:
    text, line, column = DEEP[name]
    found, problems = read_yaml(text, "f.yaml", first_line=3)
    assert found is None
    assert [(p.code, p.place.line - 2, p.place.column) for p in problems] == [("YAML-DEPTH", line, column)]


@pytest.mark.parametrize("limit", [MAX_DEPTH, MAX_DEPTH + 1, 1000])
@pytest.mark.parametrize("name", DEEP)
def test_no_parser_sees_what_is_too_deep(name: str, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that gives up as soon as it is handed a text deeper than its own limit."""
    seen: list[int] = []

    class Strict(yaml.CSafeLoader):
        def __init__(self, text: str) -> None:
            super().__init__(text)
            seen.append(depth(text, yaml.SafeLoader))
            if seen[-1] > limit:
                raise yaml.scanner.ScannerError(None, None, "the parser's own limit")

    monkeypatch.setattr(yaml, "CSafeLoader", Strict)
    text, line, column = DEEP[name]
    _, problems = read_yaml(text, "f.yaml")
    assert [(p.code, p.place.line, p.place.column) for p in problems] == [("YAML-DEPTH", line, column)]
    assert seen == [MAX_DEPTH]


FLAT = {
    "brackets in quotes": '- "' + "[" * 99 + "\"\n- '" + "{" * 99 + "'\n",
    "brackets in a comment": "a: 1 # " + "[" * 99 + "\n# " + "{" * 99 + "\n",
    "brackets in a plain word": "a: b" + "[" * 99 + "\n",
    "brackets in a block scalar": "a: |\n  " + "[" * 99 + "\n  " + "- " * 99 + "\nb: >-\n  " + "{" * 99 + "\n",
    "dashes that go on with a word": "a: word\n  " + "- " * 99 + "\n",
    "side by side": "a: [" + "[], " * 99 + "]\nb: [" + "{c: 1}, " * 99 + "]\n",
    "pairs side by side": "a: [" + "b: c, " * 99 + "]\n",
    "an indented block": " " * 99 + "a: 1\n" + " " * 99 + "b: 2\n",
    "a closing bracket in quotes": "[" + '["]", ' * 20 + "1" + "]" * 21,
    "as deep as may be": "[" * MAX_DEPTH + "]" * MAX_DEPTH,
    "stairs as deep as may be": stairs(MAX_DEPTH),
}


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("name", FLAT)
def test_what_is_not_nested_is_not_counted(name: str) -> None:
    found, problems = read_yaml(FLAT[name], "f.yaml")
    assert problems == ()
    assert found is not None


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("before", "code", "line"),
    [
        ("a: b: c\n", "YAML-SYNTAX", 1),
        ("a: 1\n\tb: 2\n", "YAML-TAB", 2),
        ("a: {b: c]\n", "YAML-SYNTAX", 1),
        ("? {a: 1}\n", "YAML-KEY", 1),
        ("a: 1\n---\n", "YAML-DOCUMENTS", 2),
        ("<<: 1\n", "YAML-MERGE", 1),
    ],
)
def test_what_is_wrong_before_it_comes_first(before: str, code: str, line: int) -> None:
    _, problems = read_yaml(f"{before}deep: {'[' * 500}\n", "f.yaml")
    assert (problems[0].code, problems[0].place.line) == (code, line)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 2_000_000,
        "- " * 1_000_000,
        "[a: " * 500_000,
        "[" + "[]," * 300_000,
        '"' + "\\" * 1_000_000,
        "'" * 1_000_001,
        '["' * 500_000,
        "a\n " * 500_000,
        "[a\n" + "a\n" * 500_000,
        "- |\n" * 300_000,
        "".join(" " * (n % 1500) + "- |\n" for n in range(3000)),
        " " * 1_000_000 + "a",
        "&a " * 500_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_a_hostile_text_takes_linear_time(text: str) -> None:
    start = time.process_time()
    first_too_deep(text, MAX_DEPTH)
    # The slowest takes 0.4 s. Anything that is not linear would take minutes.
    assert time.process_time() - start < 5


def depth(text: str, loader: Any) -> int:
    """The most levels of a text; of one that is cut off, up to there."""
    levels = most = 0
    try:
        for event in yaml.parse(text, loader):
            if isinstance(event, yaml.CollectionStartEvent):
                levels += 1
                most = max(most, levels)
            elif isinstance(event, yaml.CollectionEndEvent):
                levels -= 1
    except yaml.YAMLError:
        pass
    return most


WORDS = st.sampled_from(
    ["a", '"x]["', "'it''s {'", "b#c", "http://e.org", '"k\\"["', "&q v", "!t v", '"two\n   lines"']
)
GAP = st.sampled_from(["", " ", "\n   ", "\n   # c [{\n   "])


def in_brackets(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    entry = inner | inner.map("k: {}".format) | inner.map('"k":{}'.format)
    square = st.tuples(GAP, st.lists(entry, max_size=3)).map(lambda said: f"[{said[0]}{', '.join(said[1])}{said[0]}]")
    curly = st.tuples(GAP, st.lists(inner, max_size=3)).map(
        lambda said: f"{{{said[0]}{', '.join(f'k{n}: {one}' for n, one in enumerate(said[1]))}}}"
    )
    return square | curly


FLOW = st.recursive(WORDS, in_brackets, max_leaves=12)
Lines = Callable[[int], str]
"""What stands behind `key:` or `-`, given the column of those."""
LEAVES: st.SearchStrategy[Lines] = st.one_of(
    FLOW.map(lambda flow: lambda at: " " + flow.replace("\n", "\n" + " " * (at + 2)) + "\n"),
    st.sampled_from(["[[[", "- - -", "k: v", " # x", '"']).map(lambda raw: lambda at: f" |\n{' ' * (at + 1)}a {raw}\n"),
    st.just(lambda at: f" plain\n{' ' * (at + 2)}- - [ {{ more\n"),
    st.just(lambda at: " v # [[[ {{\n"),
)


def in_blocks(inner: st.SearchStrategy[Lines]) -> st.SearchStrategy[Lines]:
    def mapping(keys: list[Lines], step: int) -> Lines:
        return lambda at: "\n" + "".join(f"{' ' * (at + step)}k{n}:{one(at + step)}" for n, one in enumerate(keys))

    def listed(items: list[Lines], step: int) -> Lines:
        return lambda at: "\n" + "".join(f"{' ' * (at + step)}-{one(at + step)}" for one in items)

    def beside(items: list[Lines], step: int) -> Lines:
        """`key:` and, on the same column, `-`."""

        def lines(at: int) -> str:
            pad = " " * (at + step)
            return f"\n{pad}k:\n" + "".join(f"{pad}-{one(at + step)}" for one in items)

        return lines

    def compact(keys: list[Lines], step: int) -> Lines:
        """`- - key: …`"""

        def lines(at: int) -> str:
            pad = " " * (at + step)
            key = at + step + 4
            more = f"\n{' ' * key}".join(f"k{n}:{one(key)}".rstrip("\n") for n, one in enumerate(keys))
            return f"\n{pad}- - {more}\n"

        return lines

    some = st.lists(inner, min_size=1, max_size=2)
    made = [st.builds(kind, some, st.integers(1, 3)) for kind in (mapping, listed, beside, compact)]
    return st.one_of(made)


TEXTS = st.recursive(LEAVES, in_blocks, max_leaves=10).map(lambda lines: lines(-1).removeprefix("\n"))


def first_event_too_deep(text: str, limit: int) -> int | None:
    levels = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            levels += 1
            if levels > limit:
                return int(event.start_mark.index)
        elif isinstance(event, yaml.CollectionEndEvent):
            levels -= 1
    return None


@given(text=TEXTS | FLOW, limit=st.integers(1, 14))
def test_the_scan_finds_what_the_parser_would(text: str, limit: int) -> None:
    try:
        expected = first_event_too_deep(text, limit)
    except yaml.YAMLError:
        return
    assert first_too_deep(text, limit) == expected


def test_the_texts_of_that_test_are_deep_and_valid() -> None:
    """Otherwise it would prove nothing."""
    deep = valid = 0

    @given(text=TEXTS | FLOW)
    def count(text: str) -> None:
        nonlocal deep, valid
        try:
            deep += first_event_too_deep(text, 2) is not None
            valid += 1
        except yaml.YAMLError:
            pass

    count()
    assert valid > 50
    assert deep > 10


@given(text=st.text(st.sampled_from("[]{}:-?\"'#|>&*!,%a \n\t"), max_size=40))
def test_any_text_is_read_with_the_scan_as_without_it(text: str) -> None:
    """What the scan makes of a text that is no YAML never changes a word, nor refuses what the parser would take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_reader, "MAX_DEPTH", 3)
        found, problems = read_yaml(text, "f.yaml")
        patch.setattr(yaml_reader, "first_too_deep", lambda text, limit: None)
        alone, alone_problems = read_yaml(text, "f.yaml")
    assert (found and found.plain) == (alone and alone.plain)
    assert (not problems) == (not alone_problems)
