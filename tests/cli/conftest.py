"""A small workspace on disk, the command line in this process, and in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from command_server import program
from engine.files import PLATFORMS, Files, handle, soon, variables
from ledger.databases import database, empty_database, migrated_file, migrated_postgres

from amplify.cli.main import main
from amplify.ledger.database import Ledger
from amplify.stage.process import Stage

__all__ = ["database", "empty_database", "migrated_file", "migrated_postgres"]

_numbers = iter(range(10**6))


@dataclass(frozen=True)
class Said:
    """What a command said, with the line breaks of an 80-column page taken out."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        return " ".join(f"{self.out} {self.err}".split())


Amplify = Callable[..., Said]


@pytest.fixture
def amplify(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Amplify:
    """Run a command in this process. None may ever show a traceback, or end in something unexpected."""
    monkeypatch.delenv("AMPLIFY_DATABASE_URL", raising=False)
    monkeypatch.delenv("AMPLIFY_NOW", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)

    opened: list[Ledger] = []
    open_ledger = Ledger.open

    def remembered(*given: Any, **more: Any) -> Ledger:
        opened.append(open_ledger(*given, **more))
        return opened[-1]

    monkeypatch.setattr(Ledger, "open", remembered)

    def run(*words: str | Path, expected: bool = True) -> Said:
        monkeypatch.setattr(sys, "argv", ["amplify", *map(str, words)])
        capfd.readouterr()
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:  # the end of a process closes them; this one goes on
            while opened:
                opened.pop().close()
        out, err = capfd.readouterr()
        said = Said(int(ended.value.code or 0), out, err)
        assert "Traceback" not in said.words
        assert not expected or "did not expect" not in said.words, said.words
        return said

    return run


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A workspace of one partner; nothing is queued yet. Rehearsal-only, and nobody's credentials are here."""
    house = Files(tmp_path / "house", f"union{os.getpid()}n{next(_numbers)}")
    house.we_are(house.partners[0])
    return house


@pytest.fixture
def busy(files: Files) -> Files:
    """Three posts that are due, and one that comes tomorrow."""
    name = files.partners[0]
    for number in range(3):
        files.post(f"due{number}", f"{name} says {number}")
        files.queue(f"due{number}", at=soon(-60 * (number + 1)))
    files.post("tomorrow", f"{name} says tomorrow")
    files.queue("tomorrow", at=soon(86_400))
    return files


class OnStage:
    """The partner's accounts on the stage, and the environment that holds their credentials."""

    def __init__(self, files: Files, stage: Stage) -> None:
        self.stage, self.partner = stage, files.partners[0]
        stage.control.clear_failures()
        stage.control.clock(datetime.now(UTC))
        files.we_are(self.partner, server=stage.url)
        self.environment: dict[str, str] = {}
        for platform in PLATFORMS:
            secrets = stage.control.account(platform, handle(self.partner, platform), self.partner)
            self.environment |= variables(self.partner, platform, secrets)

    def texts(self) -> list[str]:
        own = {handle(self.partner, platform) for platform in PLATFORMS}
        return [post["text"] for post in self.stage.control.posts() if post["handle"] in own]


@pytest.fixture
def on_stage(busy: Files, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> OnStage:
    there = OnStage(busy, stage)
    for name, value in there.environment.items():
        monkeypatch.setenv(name, value)
    return there


def spawn(*words: str | Path, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> Process:
    """A real `amplify` process, from its first import on."""
    return _popen([sys.executable, "-c", "from amplify.cli.entry import main; main()"], words, environment, cwd)


def apart(*words: str | Path, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> Said:
    """What a command says in a process of its own, which need not import anything."""
    return ended(_popen([str(program())], words, environment, cwd))


def _popen(
    start: list[str], words: Sequence[str | Path], environment: Mapping[str, str] | None, cwd: Path | None
) -> Process:
    ours = {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "AMPLIFY_CREDENTIALS": os.devnull + "/none",
        "PYTHONPATH": str(Path(__file__).parents[2]),  # this very tree, wherever the process stands
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "200",
    }
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return subprocess.Popen(
        [*start, *map(str, words)],
        env=kept | ours | dict(environment or {}),
        cwd=cwd,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


Process = subprocess.Popen[str]


def ended(process: Process, seconds: float = 60) -> Said:
    """What it said once it ended by itself."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"it did not end within {seconds:.0f} s; it said:\n{out}{err}") from None
    return Said(process.returncode, out, err)
