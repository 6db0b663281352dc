"""What stands around a command: a full or read-only disk, output that leads nowhere, locales of eight bits, nobody's
home. Each command of the table ends in a sentence and its exit code, and leaves no crash report."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine.files import Files

from amplify.cli.main import COMMANDS
from cli.conftest import Amplify
from cli.every_line import LINES, USUAL, every_line, fill_workspace


@pytest.fixture
def full_house(files: Files, tmp_path: Path, amplify: Amplify) -> Files:
    """A workspace with something to do for every command, queued, and a backup of it."""
    fill_workspace(files, tmp_path / "out")
    assert amplify("queue", "-w", files.root).code == 0
    assert amplify("backup", tmp_path / "out" / "older.tar", "-w", files.root).code == 0
    return files


@contextmanager
def descriptor_is(number: int, other: int, encoding: str = "utf-8") -> Iterator[None]:
    """Context: this standard descriptor is another file, as it is when a process begins."""
    kept, name = os.dup(number), ("stdin", "stdout", "stderr")[number]
    stream = getattr(sys, name)
    os.dup2(other, number)
    setattr(sys, name, open(number, "w", encoding=encoding, closefd=False))  # noqa: SIM115 - as Python opens it
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
        assert gone.code == USUAL.get(words[0], 0), (words, gone.words)
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


YEARS = ("0001-01-01", "9999-12-31", "12000-01-01", "99999-12-31")


@pytest.mark.parametrize("day", YEARS)
def test_a_year_out_of_reach(amplify: Amplify, full_house: Files, monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    """No calendar has a day after 9999, and no zone an hour before 0001: such options are wrong use."""
    where = ("-w", full_house.root)
    for words in (
        *([command, "--from", day] for command in ("plan", "preview", "export", "report", "rehearse")),
        *([command, "--to", day] for command in ("report", "rehearse")),
        ["add", "spare", "--when", f"{day}T23:59-12:00"],
        ["people", "set", "vera", "--reviewed", day, "--source", "https://example.org/x"],
        ["restore", "--by-hand", "--made", f"{day}T00:00+14:00"],
        ["prune", "--older-than", f"{day[:4]}y", "--yes"],
    ):
        said = amplify(*words, *where)
        if day != "0001-01-01" or words[0] != "prune":
            assert (said.code, said.out) == (2, ""), (words, said.words)
    for moment in (f"{day}T00:00:00+14:00", f"{day}T23:59:59-12:00"):
        monkeypatch.setenv("AMPLIFY_NOW", moment)
        for command in ("check", "plan", "preview", "export", "toolkit", "facts", "people", "status", "report"):
            more = ("build", "--out", "page") if command == "toolkit" else ()
            said = amplify(command, *more, *where)
            assert (said.code, "AMPLIFY_NOW" in said.words) == (2, True), (command, said.words)


def test_nobodys_home(amplify: Amplify, full_house: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user id that has no name and no home, as in some containers, on a terminal that can do nothing."""
    for name in ("HOME", "LOGNAME", "USER", "LNAME", "USERNAME", "AMPLIFY_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(RuntimeError):
        Path.home()
    for words in every_line(full_house, tmp_path / "out"):
        said = amplify(*words)
        assert said.code == USUAL.get(words[0], 0), (words, said.words)
        if "--json" in words:
            json.loads(said.out)
    assert "user 54321" in amplify("history", "-w", full_house.root).words
    from amplify.ledger.machine_record import state_folder
    from amplify.platforms.credentials import credentials_file

    for name in ("AMPLIFY_STATE", "XDG_STATE_HOME", "AMPLIFY_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    assert state_folder() == Path("/.local/state/amplify")
    assert credentials_file() == Path("/.config/amplify/credentials.yaml")


@pytest.mark.parametrize("encoding", ["cp1251", "iso8859-1", "ascii"])
def test_a_locale_of_eight_bits(amplify: Amplify, full_house: Files, tmp_path: Path, encoding: str) -> None:
    """People get the letters that their locale has, and numbers of the others; programs get UTF-8."""
    printed = tmp_path / "printed"
    people = b""
    for words in every_line(full_house, tmp_path / "out"):
        flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC
        with (
            descriptor_is(1, os.open(printed, flags), encoding),
            descriptor_is(2, os.open(os.devnull, flags), encoding),
        ):
            said = amplify(*words)
        assert said.code == USUAL.get(words[0], 0), words
        if "--json" in words:
            json.loads(printed.read_text("utf-8"))
        elif words[:3] == ["export", "--format", "csv"]:
            assert "Ганна, Žemaitė, 안나 🔥" in printed.read_text("utf-8")
        elif words[0] == "preview" and "--out" not in words:
            people = printed.read_bytes()
    assert "Ганна, Žemaitė".encode(encoding, "backslashreplace") in people
