"""The parts made from the code are current, and the same on every terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import generate
import pytest
from handbook import ROOT, page

from amplify.cli.main import COMMANDS


def test_the_pages_are_current() -> None:
    cog = Path(sys.executable).with_name("cog")
    pages = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
    done = subprocess.run(
        [str(cog), "--check", "--verbosity=1", *pages], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}: run `make docs`"


@pytest.mark.parametrize("columns", ["30", "200"])
def test_help_texts_do_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for name in COMMANDS:
        text = generate.help_text(name)
        assert text in page("commands.md"), name
        assert max(map(len, text.split("\n"))) <= generate.WIDTH


def test_help_texts_are_those_that_people_see() -> None:
    """The generated page against the program itself, word by word: only the line breaks may differ."""
    program = Path(sys.executable).with_name("amplify")
    shown = subprocess.run(
        [str(program), "plan", "--help"], env=os.environ | {"COLUMNS": "80"}, capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == generate.help_text("plan").split()


def test_every_state_stands_in_the_diagram() -> None:
    from amplify.model.delivery import MOVES

    text = page("architecture.md")
    for before, goals in MOVES.items():
        for after in goals:
            assert f"    {before} --> {after}\n" in text
