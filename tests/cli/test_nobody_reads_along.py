"""Everything local is its owner's alone, whatever the umask, and also where an older amplify left it open."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from engine.files import Files

from cli.conftest import Amplify, OnStage


@pytest.fixture
def careless() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def opened(home: Path) -> list[str]:
    """What others could read, or enter."""
    return [str(path) for path in (home, *home.rglob("*")) if not path.is_symlink() and path.stat().st_mode & 0o077]


@pytest.mark.usefixtures("careless")
def test_whatever_the_umask(amplify: Amplify, busy: Files, on_stage: OnStage, tmp_path: Path) -> None:
    busy.picture("one.png")
    busy.post("due1", "With a picture", pictures=["one.png"])
    home = busy.root / ".amplify"
    assert amplify("check", "-w", busy.root).code == 0
    assert amplify("banner", "preview", "-w", busy.root).code in (0, 2)
    assert amplify("publish", "-w", busy.root).code == 0
    with closing(sqlite3.connect(home / "ledger.sqlite")) as held:  # keeps -wal and -shm where they are
        held.execute("SELECT count(*) FROM delivery").fetchone()
        assert amplify("stop", "--all", "--reason", "x", "-w", busy.root).code == 0
        assert {path.name for path in home.glob("ledger.sqlite*")} > {"ledger.sqlite"}
        assert opened(home) == []
    assert amplify("add", "tomorrow", "--when", "2031-01-01T10:00+00:00", "-w", busy.root).code in (0, 1)
    assert amplify("backup", tmp_path / "kept.tar", "-w", busy.root).code == 0
    assert amplify("restore", tmp_path / "kept.tar", "--older", "-w", busy.root).code in (0, 3)
    assert amplify("rehearse", "--from", "2027-05-17", "--to", "2027-05-17", "-w", busy.root).code == 0
    assert len(list(home.rglob("*"))) > 20
    assert opened(home) == []
    assert len(on_stage.texts()) == 9


def test_what_is_open_is_closed(amplify: Amplify, busy: Files) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    home = busy.root / ".amplify"
    for name in ("sessions/a--bluesky.session", "media/" + "0" * 64, "rehearsal/report/report.html"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x")
    (home / "out").symlink_to(busy.root / "config")
    outside = busy.root / "config/people.yaml"
    before = outside.stat().st_mode
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o777)
    assert amplify("status", "-w", busy.root).code == 0
    assert opened(home) == []
    assert outside.stat().st_mode == before
    (home / "sessions/a--bluesky.session").chmod(0o644)
    assert amplify("stop", "-w", busy.root).code == 0
    assert opened(home) == []
