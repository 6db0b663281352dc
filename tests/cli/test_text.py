"""amplify text, as people and programs run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from amplify.planning.text import measure_batch

ROOT = Path(__file__).parents[2]
AMPLIFY = Path(sys.executable).parent / "amplify"
TEXT = "Сёння дзень салідарнасці: https://example.org/petition #СвабодаАнне (#тэг) @press_union $ABC"


def text(*words: str, given: bytes = b"", folder: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "COLUMNS": "80", "AMPLIFY_NOW": "2027-05-17T06:00:00+00:00", "PYTHONUTF8": "1"}
    command = [str(Path(sys.executable).parent / "amplify")]
    return subprocess.run(
        [*command, "text", *words],
        input=given,
        capture_output=True,
        cwd=folder,
        env=environment,
        timeout=60,
        check=False,
    )


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_a_text_outside_any_workspace(tmp_path: Path) -> None:
    done = text(TEXT, folder=tmp_path)
    shown = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 80 for line in shown.splitlines())
    for word in ("X", "Bluesky", "Mastodon", "#тэг", "@press_union", "$ABC", "https://example.org/petition", "of 280"):
        assert word in shown


def test_what_does_not_fit_is_shown_where_it_would_be_cut(tmp_path: Path) -> None:
    done = text(given=("Слова " * 60).encode(), folder=tmp_path)
    assert done.returncode == 1
    shown = done.stdout.decode()
    assert "79 too long: 359 characters, 280 at most" in shown
    assert "│" in shown
    assert "2 messages would not be taken" in shown


def test_no_character_of_a_text_commands_the_terminal(tmp_path: Path) -> None:
    done = text(given=("\x1b[31m\u202e" * 99).encode(), folder=tmp_path)
    shown = done.stdout.decode()
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    assert "U+202E" in shown


def test_json_has_offsets_in_three_ways() -> None:
    done = text("--json", "👋 ўсё #тэг")
    x, bluesky, mastodon = json.loads(done.stdout)
    assert (x["length"], bluesky["bytes"], mastodon["left"]) == (11, 19, 490)
    (tag,) = x["entities"]
    assert tag == {"kind": "tag", "value": "тэг", "points": [6, 10], "utf16": [7, 11], "utf8": [12, 19]}


def test_a_post_as_it_would_be_composed() -> None:
    done = text("--post", "name-mira", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert {one["platform"] for one in said} == {"x", "bluesky", "mastodon"}
    assert len({one["variant"] for one in said}) > 1
    assert all(one["accounts"] and one["valid"] and "{{" not in one["text"] for one in said)


@pytest.mark.parametrize(
    ("words", "given", "sentence"),
    [
        (["--post", "nothing"], b"", "there is no post nothing"),
        (["--batch", "words"], b"", "one of these"),
        ([], b"\xff", "not UTF-8"),
    ],
)
def test_wrong_use_is_said(words: list[str], given: bytes, sentence: str) -> None:
    done = text(*words, given=given)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.decode().split())


def test_a_batch_answers_line_by_line(tmp_path: Path) -> None:
    lines = [{"id": "a", "text": TEXT}, {"id": 2, "text": ""}, {"id": "c", "text": "x" * 301}]
    done = text("--batch", given="\n".join(map(json.dumps, lines)).encode(), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second, third = answers(done)
    assert first == {
        "id": "a",
        "x": {
            "weighted_length": 87,
            "valid": True,
            "hashtags": ["СвабодаАнне", "тэг"],
            "mentions": ["press_union"],
            "urls": ["https://example.org/petition"],
        },
        "bluesky": {
            "graphemes": 92,
            "bytes": 128,
            "valid": True,
            "hashtags": ["СвабодаАнне"],
            "mentions": [],
            "urls": ["https://example.org/petition"],
        },
        "mastodon": {
            "characters": 87,
            "valid": True,
            "hashtags": ["СвабодаАнне"],
            "mentions": ["press_union"],
            "urls": ["https://example.org/petition"],
        },
    }
    assert (second["id"], second["x"]["valid"], second["x"]["weighted_length"]) == (2, False, 0)
    assert [third[name]["valid"] for name in ("x", "bluesky", "mastodon")] == [False, False, True]


def test_bad_lines_are_told_and_others_go_on() -> None:
    good = b'{"id": "a", "text": "Hello \\ud800 \\u0000"}'
    bad = {
        "words": b"words",
        "list": b"[1, 2]",
        "no text": b'{"id": 1}',
        "no id": b'{"text": "x"}',
        "number": b'{"id": 1, "text": 2}',
        "bool": b'{"id": true, "text": "x"}',
        "not UTF-8": b"\xff\xfe",
        "deep": b"[" * 100_000,
        "long": b'{"id": 1, "text": "' + b"x" * 4_000_001 + b'"}',
    }
    done = text("--batch", given=good + b"\n" + b"".join(one + b"\n\n" + good + b"\n" for one in bad.values()))
    assert done.returncode == 1
    assert not done.stderr
    first, *others = answers(done)
    assert first["id"] == "a"
    assert [one for one in others if "error" not in one] == [first] * len(bad)
    wrong = [one for one in others if "error" in one]
    assert [(one["line"], bool(one["error"])) for one in wrong] == [(2 + 3 * at, True) for at in range(len(bad))]


def test_an_answer_comes_before_the_next_question() -> None:
    command = [str(AMPLIFY), "text", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for name in ("a", "b"):
            running.stdin.write(json.dumps({"id": name, "text": "Hello"}).encode() + b"\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == name
        running.stdin.close()
        assert running.wait(20) == 0


@pytest.mark.parametrize(
    ("inner", "good"),
    [
        ("[" * 29 + "]" * 29, True),
        ("[" * 30 + "]" * 30, False),
        ('{"a":' * 30 + "1" + "}" * 30, False),
        ("[" * 500_000, False),
        ('"' + "[" * 500 + '"', True),
        ('"\\"' + "[" * 500 + '"', True),
        ("[" + "[]," * 500 + "1]", True),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_line_that_is_nested_too_deeply_is_refused_by_us(inner: str, good: bool) -> None:
    """And not by a parser at a depth of its own, which is another in each release of Python."""
    line = f'{{"id": 1, "text": "a", "more": {inner}}}'.encode()
    ((answer, said),) = measure_batch([line], {})
    assert said is good
    assert good or answer["error"].startswith("this line is nested more than 30 levels deep")
