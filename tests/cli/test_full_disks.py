"""A disk that is full, or may only be read, under what a command writes: a sentence that says so, exit code 3, and what
was there stays as it was. Another name on the same disk would not help, so that none is asked for alone."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import disk_usage
from typing import Any, NamedTuple

import pytest
from engine.files import Files

from amplify.model.errors import NeedsPerson, WrongUse, unwritable_output
from cli.conftest import Amplify
from cli.every_line import every_line, fill_workspace

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
FULL = os.strerror(errno.ENOSPC)

Fill = Callable[[Path], None]


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Let nothing more be written below a folder, as a full disk does; it can still be read."""

    def fill(folder: Path) -> None:
        def guarded(real: Callable[..., Any], writes: Callable[..., bool]) -> Callable[..., Any]:
            def call(path: Any, *given: Any, **more: Any) -> Any:
                if isinstance(path, str | Path) and Path(path).is_relative_to(folder) and writes(*given, **more):
                    raise OSError(errno.ENOSPC, FULL, str(path))
                return real(path, *given, **more)

            return call

        by_mode = guarded(open, lambda mode="r", *_, **__: not set(mode).isdisjoint("wxa+"))
        for name in ("builtins.open", "io.open", "tarfile.bltn_open"):
            monkeypatch.setattr(name, by_mode)
        monkeypatch.setattr(os, "open", guarded(os.open, lambda flags, *_, **__: bool(flags & WRITES)))
        monkeypatch.setattr(os, "mkdir", guarded(os.mkdir, lambda *_, **__: True))

    return fill


@pytest.mark.parametrize("name", ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO"])
def test_the_disk_is_at_fault(name: str) -> None:
    number = getattr(errno, name)
    error = unwritable_output("out/page.html", OSError(number, os.strerror(number)))
    assert isinstance(error, NeedsPerson)
    assert str(error).startswith(f"out/page.html cannot be written ({os.strerror(number)}): mend the disk")


@pytest.mark.parametrize("name", ["EACCES", "EISDIR", "ENOTDIR", "ENAMETOOLONG"])
def test_the_place_is_at_fault(name: str) -> None:
    number = getattr(errno, name)
    error = unwritable_output("out/page.html", OSError(number, os.strerror(number)))
    assert isinstance(error, WrongUse)
    assert str(error) == f"out/page.html cannot be written ({os.strerror(number)}): give another --out"
    assert "None" not in str(unwritable_output("out", OSError("no number")))


def test_every_command_that_writes_files(amplify: Amplify, files: Files, tmp_path: Path, fill: Fill) -> None:
    out = tmp_path / "out"
    fill_workspace(files, out)
    assert amplify("queue", "-w", files.root).code == 0
    before = sorted(out.rglob("*"))
    fill(out)
    lines = [
        words
        for words in every_line(files, out)
        if words[0] not in ("import", "restore") and any(one.startswith(str(out)) for one in words)
    ]
    assert {words[0] for words in lines} == {
        "init",
        "days",
        "preview",
        "export",
        "toolkit",
        "banner",
        "report",
        "backup",
    }
    for words in lines:
        said = amplify(*words)
        assert (said.code, FULL in said.words) == (3, True), (words, said.words)
        assert said.out == "", words
    assert sorted(out.rglob("*")) == before
    assert list(tmp_path.rglob("amplify-crash-*")) == []


def content(ledger: Path) -> str:
    with closing(sqlite3.connect(ledger)) as connection:
        return "\n".join(connection.iterdump())


def test_a_backup_that_cannot_be_unpacked(amplify: Amplify, files: Files, tmp_path: Path, fill: Fill) -> None:
    """It is not called damaged, and the ledger stays as it is."""
    fill_workspace(files, tmp_path / "out")
    where = ("-w", files.root)
    backup = tmp_path / "out" / "older.tar"
    assert amplify("queue", *where).code == 0
    assert amplify("backup", backup, *where).code == 0
    home = files.root / ".amplify"
    before = content(home / "ledger.sqlite"), sorted(home.iterdir())
    with pytest.MonkeyPatch.context() as full:
        full.setattr("tarfile.bltn_open", no_room)
        said = amplify("restore", backup, "--older", *where)
    unbroken = "".join(said.words.split())  # a line may end within a long path
    assert "".join(f"{backup} cannot be unpacked ({FULL}): the ledger stays as it is".split()) in unbroken
    assert said.code == 3
    assert "damaged" not in said.words
    fill(home)
    assert amplify("restore", backup, "--older", *where).code == 3
    assert (content(home / "ledger.sqlite"), sorted(home.iterdir())) == before


def no_room(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, FULL)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize("free", [0, None])
def test_a_ledger_that_cannot_be_opened(
    amplify: Amplify, busy: Files, monkeypatch: pytest.MonkeyPatch, free: int | None
) -> None:
    """SQLite says `unable to open database file` for a full disk as for anything else: whoever reads it is told."""
    (busy.root / ".amplify" / "ledger.sqlite").mkdir(parents=True)
    if free is not None:
        monkeypatch.setattr("amplify.ledger.database.disk_usage", lambda _: Usage(1 << 30, 1 << 30, free))
    else:
        assert disk_usage(busy.root).free > 1 << 20, "these tests need some room themselves"
    for command in ("queue", "publish", "stop"):
        said = amplify(command, *(("--all", "--reason", "x") if command == "stop" else ()), "-w", busy.root)
        assert said.code == 3, said.words
        assert "cannot be opened: unable to open database file" in said.words
        assert ("(its disk is full: make room)" in said.words) == (free == 0), said.words
