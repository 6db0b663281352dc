"""Arguments and names of files in locales that are not UTF-8, and bytes that are no text: a stop never fails because of
the letters of its reason, and a workspace means the same files everywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engine.files import Files

from cli.conftest import Amplify

NO_TEXT = os.fsdecode(b"caf\xe9")


def test_words_that_are_no_text(amplify: Amplify, busy: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pasted from a page of another encoding, or written in a script of one."""
    where = ("-w", busy.root)
    assert amplify("queue", *where).code == 0
    monkeypatch.setenv("AMPLIFY_ACTOR", f"{NO_TEXT} actor")
    assert amplify("stop", "--campaign", "free", "--reason", NO_TEXT, *where).code == 0
    stop = json.loads(amplify("stop", "--json", *where).out)[0]
    assert stop["reason"] == "caf\N{REPLACEMENT CHARACTER}"
    assert "caf\N{REPLACEMENT CHARACTER} actor" in amplify("history", *where).out
    for words in (
        ["stop", NO_TEXT, "--reason", "x"],
        ["stop", "--hashtag", NO_TEXT, "--reason", "x"],
        ["settle", NO_TEXT, "--not-sent"],
        ["takedown", "--person", NO_TEXT, "--reason", NO_TEXT],
        ["people", "set", "vera", "--reviewed", "today", "--source", NO_TEXT],
        ["add", NO_TEXT, "--when", "2029-01-01T10:00Z"],
        ["preview", NO_TEXT],
        ["text", NO_TEXT, "--json"],
        ["forget", NO_TEXT, "--yes"],
    ):
        amplify(*words, *where)  # a sentence: the fixture allows nothing else


def said(files: Files, encoding: str, environment: dict[str, str], *words: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    kept |= {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    start = [sys.executable, "-c", "from amplify.cli.entry import main; main()"]
    done = subprocess.run(
        [*start, *(word.encode(encoding) for word in words), "-w", os.fsencode(files.root)],
        env=kept | {"AMPLIFY_CREDENTIALS": os.devnull + "/none"} | environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8" if "--json" in words else encoding)


@pytest.fixture
def cyrillic(amplify: Amplify, files: Files, tmp_path: Path) -> Files:
    files.picture("Ганна.png")
    files.post("later", f"{files.partners[0]}: Ганна", pictures=["Ганна.png"])
    files.root = files.root.rename(tmp_path / "Дом")
    assert amplify("queue", "-w", files.root).code == 0
    return files


def test_the_locale_c_without_utf8_mode(cyrillic: Files) -> None:
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert json.loads(said(cyrillic, "utf-8", environment, "check", "--json"))["errors"] == 0
    said(cyrillic, "utf-8", environment, "stop", "--campaign", "free", "--reason", "Ганна")
    assert json.loads(said(cyrillic, "utf-8", environment, "stop", "--json"))[0]["reason"] == "Ганна"


@pytest.mark.skipif(shutil.which("localedef") is None, reason="makes a locale")
def test_a_real_locale_of_eight_bits(cyrillic: Files, tmp_path: Path) -> None:
    """Arguments and output are in its letters; names of files and JSON are UTF-8."""
    made = ["localedef", "--no-archive", "-i", "be_BY", "-f", "CP1251", str(tmp_path / "be_BY.CP1251")]
    if subprocess.run(made, capture_output=True, check=False).returncode > 1:
        pytest.skip("has no such locale")
    environment = {"LOCPATH": str(tmp_path), "LC_ALL": "be_BY.CP1251"}
    assert json.loads(said(cyrillic, "cp1251", environment, "check", "--json"))["errors"] == 0
    said(cyrillic, "cp1251", environment, "stop", "--campaign", "free", "--reason", "Ганна")
    assert "Ганна" in said(cyrillic, "cp1251", environment, "stop")
