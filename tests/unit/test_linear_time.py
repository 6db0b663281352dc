"""Nothing that stands in a file takes long: regular expressions are linear, texts, lists and pictures are bounded."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import regex
from engine.files import Files

import amplify.model
import amplify.platforms
import amplify.rules
import amplify.workspace
from amplify.planning.check import check_workspace
from amplify.platforms import registry
from amplify.rules.text.text_length import GRAPHEME

NOW = datetime(2027, 5, 17, tzinfo=UTC)
MATCHED_AT_ONE_PLACE = {
    "amplify.workspace.yaml_depth._BLANK_LINE",
    "amplify.workspace.yaml_depth._EMPTY_LINES",
    "amplify.workspace.yaml_depth._COLON",
    "amplify.workspace.yaml_edit._COMMENT",
    "amplify.platforms.x.valid._ADDRESS",
    "amplify.rules.text.first_names._FLEETING",
}
"""Asked only whether they match at a place, once a place: not looked for."""
PIECES = (
    *("a", "A", "0", "²", "а", "ў", "א", "字", "\u0301", "\u200b", "\u200d", "\u202e", "👩\u200d", "🇧🇾", "é"),
    *("@", "#", ".", "-", "_", ":", "/", ",", "&", "=", "?", "(", "[", "{", "}", "%", "+", "~", "'", "’", '"', "\\"),
    *(
        " ",
        "\t",
        "\n",
        "$A",
        ".a",
        "a.",
        "a-",
        "@a",
        "#a",
        "a@",
        "a'",
        "http://",
        "https://a",
        "www.",
        "{{",
        "{%",
        "}}",
    ),
    *(
        "a\u0301",
        "\u0301a",
        "- ",
        "## ",
        "a ",
        "Aa",
        ".com",
        "a.com ",
        "id: ",
        "%41",
        "1.",
        "0:",
        "''",
        "\u2068",
        "|",
        "*",
    ),
)


def expressions() -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    for package in (amplify.rules, amplify.workspace, amplify.platforms, amplify.model):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(found.name)).items():
                if isinstance(value, re.Pattern | regex.Pattern) and id(value) not in seen:
                    seen.add(id(value))
                    yield f"{found.name}.{name}", value


def seconds(act: Callable[[Any], object], text: Any) -> float:
    return min(_once(act, text) for _ in range(2))


def _once(act: Callable[[Any], object], text: Any) -> float:
    began = time.thread_time()
    act(text)
    return time.thread_time() - began


@pytest.mark.parametrize(("name", "expression"), [pytest.param(*one, id=one[0]) for one in expressions()])
def test_a_regular_expression_takes_time_in_proportion(name: str, expression: Any) -> None:
    """The same piece again and again, where it matches and where it nearly does: four times as much text takes less
    than eight times as long, once it takes long enough to be measured."""
    acts: list[Callable[[Any], object]] = [expression.match, expression.fullmatch]
    if name not in MATCHED_AT_ONE_PLACE:
        acts.append(lambda text: sum(1 for _ in expression.finditer(text)))
    for piece in PIECES:
        for before, behind in (("", ""), ("", "!"), ("a", "\x00")):
            for act in acts:
                short, long = ((before + piece * (length // len(piece)) + behind) for length in (2_000, 8_000))
                texts = (short.encode(), long.encode()) if isinstance(expression.pattern, bytes) else (short, long)
                took = seconds(act, texts[1])
                if took > 0.02:
                    assert took < 8 * max(seconds(act, texts[0]), 0.001), (name, piece, before, behind)


def test_flags_are_counted_as_before_and_at_once() -> None:
    for text in ("🇧🇾🇧🇾", "🇧🇾🇧", "🇧", "a🇧🇾\u0301🇧🇾", "👩\u200d👩🇧🇾"):
        assert GRAPHEME.findall(text) == regex.findall(r"\X", text)
    for piece in ("🇧🇾", "क्", "👩\u200d", "\u0600", "\u1112", "\u0301", "ক্\u200d\u0301"):
        assert seconds(GRAPHEME.findall, piece * 50_000) < 2


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path)
    files.we_are("union")
    files.post("good", "Hello")
    files.queue("good", at=NOW.isoformat(), lateness="1d")
    return files


def checked(files: Files, within: float = 20) -> list[str]:
    began = time.perf_counter()
    problems = check_workspace(files.root, NOW, registry.profiles()).problems
    assert time.perf_counter() - began < within
    assert len(problems) < 400
    return [problem.code for problem in problems]


@pytest.mark.parametrize("piece", PIECES)
def test_a_text_of_one_thing_again_and_again(files: Files, piece: str) -> None:
    for thread in ("parts", "numbered"):
        files.post("long", piece * (18_000 // len(piece)), thread=thread)
        files.queue("long", at=NOW.isoformat(), lateness="1d")
        checked(files)
    files.post("long", piece * (200_000 // len(piece.encode())))
    assert checked(files)


LISTS = {
    "people": "people: [" + "1," * 120_000 + "]",
    "unknown people": "people: [" + ",".join(f"a{number}" for number in range(30_000)) + "]",
    "unknown keys": "\n".join(f"k{number}: 1" for number in range(20_000)),
    "aliases": "note: [" + "*a," * 60_000 + "]",
    "deep": "people: " + "[" * 100_000,
    "deeper": "- " * 100_000,
    "a number": "note: " + "1" * 200_000,
    "a quote": 'note: "' + "\\" * 200_000,
    "languages": "content_warning: {" + ",".join(f"a{number}: b" for number in range(20_000)) + "}",
    "a language": "lang: " + "en-a" * 50_000,
}


@pytest.mark.parametrize("front", LISTS.values(), ids=LISTS)
def test_front_matter_of_a_quarter_of_a_megabyte(files: Files, front: str) -> None:
    head = "id: bad\ncampaign: free\nkind: statement\nlang: en\nstatus: ready\nauthor: Desk\n"
    if front.startswith("lang"):
        head = head.replace("lang: en\n", "")
    (files.root / "posts" / "bad.md").write_text(f"---\n{head}{front}\n---\nHello\n")
    assert checked(files)


@pytest.mark.parametrize("item", ["1", "{}", "{a: 1}", "[]"])
@pytest.mark.parametrize("name", ["facts", "actions", "people", "queue"])
def test_a_list_of_two_million_wrong_items(files: Files, name: str, item: str) -> None:
    key = "entries" if name == "queue" else name
    items = ",".join([item] * (3_900_000 // (len(item) + 1)))
    (files.root / "config" / f"{name}.yaml").write_text(f"{key}: [{items}]")
    assert checked(files)


def test_a_list_with_many_mistakes_tells_the_first_and_how_many_more(files: Files) -> None:
    files.post("bad", "Hello", people=[f"nobody{number}" for number in range(300)])
    assert checked(files).count("REF-PERSON") == 100
    files.post("bad", "Hello", people=[], **{f"k{number}": 1 for number in range(300)})
    codes = checked(files)
    assert (codes.count("KEY-UNKNOWN"), codes.count("FILE-MANY")) == (100, 1)


def test_a_progressive_picture_of_thousands_of_scans(files: Files) -> None:
    from PIL import Image

    made = BytesIO()
    Image.new("L", (2_000, 2_000), 128).save(made, "JPEG", progressive=True)
    data = made.getvalue()
    end = data.rindex(b"\xff\xd9")
    scan = data[data.rindex(b"\xff\xda", 0, end) : end]
    files.picture("a.jpg")
    files.post("bad", "Hello", pictures=["a.jpg"])
    (files.root / "media" / "a.jpg").write_bytes(data[:end] + scan * 4_000 + data[end:])
    assert "PICTURE-SCANS" in checked(files)


def test_an_output_without_bounds_is_refused(files: Files) -> None:
    campaign = json.loads((files.root / "config/campaigns/free.yaml").read_text("utf-8"))
    campaign["signatories"] = [{"name": f"Organisation {number} " * 9} for number in range(2_000)]
    files.write("config/campaigns/free.yaml", campaign)
    files.post("bad", "{{ signatories }}" * 1_000)
    files.queue("bad", at=NOW.isoformat(), lateness="1d")
    assert "TEXT" in checked(files)
