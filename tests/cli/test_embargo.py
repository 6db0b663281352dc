"""What is under embargo does not leave the machine: in no page, no table, no JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify

SECRET = "Nobody may know this sentence yet"


@pytest.fixture
def house(files: Files) -> Files:
    """A post under embargo, one that boosts it, and an open one."""
    files.post("secret", SECRET, embargo_until=soon(3600))
    files.post("again", kind="boost", boost={"post": "secret"})
    path = files.root / "posts/again.md"
    path.write_text(path.read_text("utf-8").rstrip() + "\n", "utf-8")
    files.post("open", "Everybody may know this")
    files.queue("secret", at=soon(7200))
    files.queue("again", at=soon(9000))
    files.queue("open", at=soon(7200))
    return files


def everything(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "--json"], ["plan", "--everyone", "--json"], ["report", "--json"], ["report", "--format", "md"],
        ["report", "--format", "csv"], ["report", "--format", "html"], ["export", "--json"], ["export", "--everything"],
        ["status"], ["status", "--json"], ["facts", "--json"], ["people", "--json"], ["queue", "--json"],
    ],
)  # fmt: skip
def test_its_words_are_in_nothing_that_is_printed_to_be_passed_on(
    amplify: Amplify, house: Files, words: list[str]
) -> None:
    amplify("queue", "-w", house.root, "--yes")
    said = amplify(*words, "-w", house.root)
    assert said.code == 0
    assert SECRET not in said.words
    assert "Nobody may know" not in said.words


def test_a_report_and_a_page_do_not_even_name_it(amplify: Amplify, house: Files, tmp_path: Path) -> None:
    amplify("queue", "-w", house.root, "--yes")
    said = amplify("report", "--out", tmp_path / "report", "-w", house.root)
    assert "2 posts under embargo" in said.words
    amplify("preview", "--out", tmp_path / "preview.html", "-w", house.root)
    for where in (tmp_path / "report", tmp_path / "preview.html"):
        text = everything(where) if where.is_dir() else where.read_text("utf-8")
        assert "Everybody may know" in text or "open" in text
        assert "Nobody may know" not in text
        assert "secret" not in text


def test_plan_says_that_it_holds_something_back(amplify: Amplify, house: Files) -> None:
    told = json.loads(amplify("plan", "--json", "-w", house.root).out)
    by_post = {one["post"]: one for one in told["deliveries"]}
    assert by_post["secret"]["message"] is None
    assert by_post["secret"]["embargoed"] is True
    assert by_post["open"]["message"]["parts"]
    assert by_post["open"]["embargoed"] is False


def test_when_it_is_over_it_may_be_told(amplify: Amplify, house: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFY_NOW", soon(3700))
    told = json.loads(amplify("plan", "--json", "-w", house.root).out)
    assert {one["post"]: bool(one["message"]) for one in told["deliveries"]} == {
        "secret": True,
        "again": True,
        "open": True,
    }
