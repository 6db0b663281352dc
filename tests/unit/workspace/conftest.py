"""A small workspace in a temporary folder, to be broken in one place at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from amplify.model.problem import Problem
from amplify.workspace.load import Loaded, load_workspace
from amplify.workspace.scaffold import scaffold_workspace

PLATFORMS = frozenset({"x", "bluesky", "mastodon"})
TODAY = date(2027, 5, 10)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The workspace that `amplify init` makes."""
    folder = tmp_path / "campaigns"
    scaffold_workspace(folder, TODAY)
    return folder


@pytest.fixture
def read(root: Path) -> Callable[[], Loaded]:
    """Load the workspace as it is now."""
    return lambda: load_workspace(root, PLATFORMS)


@pytest.fixture
def change(root: Path) -> Callable[[str, str, str], None]:
    """Replace one stretch of text in one file."""

    def apply(path: str, old: str, new: str) -> None:
        text = (root / path).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        (root / path).write_text(text.replace(old, new), "utf-8")

    return apply


@pytest.fixture
def where(root: Path) -> Callable[[str, str], tuple[int, int]]:
    """Line and column (from 1) of the only place of a text in a file; of the `^` in the text where it has one."""

    def find(path: str, needle: str) -> tuple[int, int]:
        text = (root / path).read_text("utf-8")
        offset, needle = max(0, needle.find("^")), needle.replace("^", "")
        assert text.count(needle) == 1, f"{needle!r} stands {text.count(needle)} times in {path}"
        before = text[: text.index(needle) + offset]
        return before.count("\n") + 1, len(before) - before.rfind("\n")

    return find


@pytest.fixture
def only() -> Callable[[Loaded], Problem]:
    """The one problem there is."""

    def pick(loaded: Loaded) -> Problem:
        assert len(loaded.problems) == 1, [f"{p.place} {p.code} {p.message}" for p in loaded.problems]
        return loaded.problems[0]

    return pick
