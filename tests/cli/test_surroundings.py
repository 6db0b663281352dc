"""What stands around a command: a full or read-only disk, output that leads nowhere, locales of eight bits, nobody's
home. Each command of the table ends in a sentence and its exit code, and leaves no crash report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine.files import Files

from amplify.cli.main import COMMANDS
from cli.conftest import Amplify
from cli.every_line import LINES, every_line, fill_workspace


@pytest.fixture
def full_house(files: Files, tmp_path: Path, amplify: Amplify) -> Files:
    """A workspace with something to do for every command, queued, and a backup of it."""
    fill_workspace(files, tmp_path / "out")
    assert amplify("queue", "-w", files.root).code == 0
    assert amplify("backup", tmp_path / "out" / "older.tar", "-w", files.root).code == 0
    return files


@contextmanager
def descriptor_is(number: int, other: int) -> Iterator[None]:
    """Context: this standard descriptor is another file, as it is when a process begins."""
    kept, name = os.dup(number), ("stdin", "stdout", "stderr")[number]
    stream = getattr(sys, name)
    os.dup2(other, number)
    setattr(sys, name, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115 - as Python opens it
    try:
        yield
    finally:
        setattr(sys, name, stream)
        os.dup2(kept, number)
        os.close(kept)
        os.close(other)


def closed_pipe() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def crash_reports(tmp_path: Path) -> list[Path]:
    return list(tmp_path.rglob("amplify-crash-*"))


def test_each_command_is_called() -> None:
    assert list(LINES) == list(COMMANDS)


def test_output_onto_a_full_disk(amplify: Amplify, full_house: Files, tmp_path: Path) -> None:
    """What the command was to do is done; that its words are lost is told, and needs a person."""
    for words in every_line(full_house, tmp_path / "out"):
        with descriptor_is(1, os.open("/dev/full", os.O_WRONLY)):
            said = amplify(*words)
        assert said.out == ""
        if words[0] in ("settle", "run"):  # they have nothing to print
            assert said.code == {"settle": 2, "run": 3}[words[0]], said.words
        else:
            assert said.code == 3, (words, said.words)
            assert "standard output cannot be written (No space left on device)" in said.words, words
    assert (tmp_path / "out" / "kept.tar").is_file()
    assert "restore" in amplify("history", "-w", full_house.root).words
    assert crash_reports(tmp_path) == []


def test_a_reader_that_has_gone(amplify: Amplify, full_house: Files, tmp_path: Path) -> None:
    """Whoever looks at the first lines only changes neither what is done nor the exit code."""
    for words in every_line(full_house, tmp_path / "out"):
        with descriptor_is(1, closed_pipe()):
            gone = amplify(*words)
        assert "cannot be written" not in gone.words, words
        expected = {"settle": 2, "publish": 3, "run": 3, "resume": 3, "doctor": 3, "restore": 3}
        if words[0] in expected:
            assert gone.code == expected[words[0]], (words, gone.words)
        elif words[0] not in ("status", "measure"):
            assert gone.code == 0, (words, gone.words)
        with descriptor_is(1, closed_pipe()), descriptor_is(2, closed_pipe()):
            assert amplify("check", "--bogus").code == 2
    assert crash_reports(tmp_path) == []


@pytest.mark.parametrize("number", [1, 2])
def test_no_output_at_all(amplify: Amplify, full_house: Files, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A file that took the number of a closed descriptor would be written over with our output."""
    kept = os.dup(number)
    monkeypatch.setattr(sys, "stdout" if number == 1 else "stderr", None)
    try:
        os.close(number)
        said = amplify("queue", "-w", full_house.root)
        assert os.path.samestat(os.fstat(number), os.stat(os.devnull))
    finally:
        os.dup2(kept, number)
        os.close(kept)
    assert said.code == 0
    assert amplify("check", "-w", full_house.root).code == 0


def test_errors_onto_a_full_disk(amplify: Amplify, full_house: Files, tmp_path: Path) -> None:
    with descriptor_is(2, os.open("/dev/full", os.O_WRONLY)):
        assert amplify("settle", "none", "--not-sent", "-w", full_house.root).code == 2
        assert amplify("publish", "-w", full_house.root).code == 3
        assert amplify("bogus").code == 2
    assert crash_reports(tmp_path) == []


def test_the_version_onto_a_full_disk(amplify: Amplify, monkeypatch: pytest.MonkeyPatch) -> None:
    from amplify.cli import entry

    monkeypatch.setattr("sys.argv", ["amplify", "--version"])
    with descriptor_is(1, os.open("/dev/full", os.O_WRONLY)), pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 3
