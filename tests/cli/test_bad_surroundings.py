"""A broken ledger, a database that does not answer, a clock that makes no sense: a sentence each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engine.files import Files

from cli.conftest import Amplify, OnStage, Said

READERS = (["plan"], ["status"], ["report"], ["queue"], ["publish"], ["measure"], ["settle", "a", "--not-sent"])


def all_say(amplify: Amplify, files: Files, code: int, needle: str) -> list[Said]:
    said = [amplify(*words, "-w", files.root) for words in READERS]
    for words, one in zip(READERS, said, strict=True):
        assert one.code == code, (words, one.words)
        assert needle in one.words, (words, one.words)
        assert one.out == ""
    return said


@pytest.mark.parametrize("url", ["nonsense", "postgresql://h:port/n", "mysql://localhost/n", "sqlite"])
def test_a_database_address_that_is_none(
    amplify: Amplify, busy: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", url)
    all_say(amplify, busy, 2, "AMPLIFY_DATABASE_URL")
    for words in ("backup", "restore"):
        said = amplify(words, tmp_path / "kept.tar", "-w", busy.root)
        assert (said.code, "AMPLIFY_DATABASE_URL" in said.words) == (2, True)


def test_a_database_that_does_not_answer(amplify: Amplify, busy: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", "postgresql://amplify:Canary-5519@127.0.0.1:1/n")
    for one in all_say(amplify, busy, 3, "cannot be opened"):
        assert "Canary-5519" not in one.words


def test_an_option_the_database_does_not_know(amplify: Amplify, busy: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", "postgresql://127.0.0.1:1/n?bogus=1")
    all_say(amplify, busy, 3, "cannot be opened")


@pytest.mark.parametrize("content", [b"", b"not a ledger", b"SQLite format 3\0" + b"\x07" * 4096])
def test_a_corrupt_ledger(amplify: Amplify, busy: Files, content: bytes) -> None:
    file = busy.root / ".amplify" / "ledger.sqlite"
    file.parent.mkdir()
    file.write_bytes(content)
    if not content:  # an empty file is a new ledger
        assert amplify("status", "-w", busy.root).code == 0
        return
    all_say(amplify, busy, 3, "cannot be opened")
    assert file.read_bytes() == content


def test_something_in_the_ledgers_place(amplify: Amplify, busy: Files) -> None:
    (busy.root / ".amplify").write_text("a file where a folder should be")
    all_say(amplify, busy, 3, "cannot be opened")


def as_nobody(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as a user who owns nothing."""
    become = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
    return subprocess.run(
        [*become, sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


@pytest.mark.skipif(os.getuid() != 0 or shutil.which("setpriv") is None, reason="needs to become somebody else")
@pytest.mark.parametrize("opened", [True, False], ids=["with a ledger", "without"])
def test_a_folder_that_may_not_be_written(amplify: Amplify, busy: Files, opened: bool) -> None:
    """As somebody who may read everything and write nothing."""
    if as_nobody("import amplify").returncode != 0:
        pytest.skip("nobody cannot run this Python")
    if opened:
        assert amplify("queue", "-w", busy.root).code == 0
    shared = Path("/tmp", f"readable-{os.getpid()}")  # nobody can enter pytest's own folders
    shutil.copytree(busy.root, shared)
    try:
        subprocess.run(["chmod", "-R", "a=rX", str(shared)], check=True)
        for words in READERS:
            done = as_nobody("from amplify.cli.entry import main; main()", *words, "-w", str(shared))
            said = " ".join(f"{done.stdout} {done.stderr}".split())
            if not opened or words[0] in ("queue", "publish"):
                assert done.returncode == 3, (words, said)
                assert "cannot be" in said
            else:  # what is there may be looked at
                assert done.returncode in (0, 2, 3), (words, said)
            assert "Traceback" not in said
            assert "did not expect" not in said
    finally:
        shutil.rmtree(shared)


@pytest.mark.parametrize("now", ["yesterday", "2027-05-21", "2027-05-21T10:00:00", "2027-02-30T10:00:00+00:00"])
def test_a_moment_that_is_none(amplify: Amplify, busy: Files, monkeypatch: pytest.MonkeyPatch, now: str) -> None:
    monkeypatch.setenv("AMPLIFY_NOW", now)
    for command in ("plan", "status", "check"):
        said = amplify(command, "-w", busy.root)
        assert said.code == 2, said.words
        assert "AMPLIFY_NOW" in said.words


def test_publishing_ignores_another_moment(
    amplify: Amplify, busy: Files, on_stage: OnStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPLIFY_NOW", "2031-01-01T00:00:00+00:00")
    assert "nothing is due" in amplify("plan", "-w", busy.root).out
    assert amplify("publish", "-w", busy.root).out.count("sent") == 9


def test_a_ledger_of_another_workspace(amplify: Amplify, busy: Files) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    busy.write("config/workspace.yaml", {"id": "another", "name": "Another"})
    for command in ("queue", "publish"):
        said = amplify(command, "-w", busy.root)
        assert (said.code, "give each its own ledger" in said.words) == (2, True)


def test_the_platforms_are_down(amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
    """Nobody answers: deliveries wait, nothing is lost, and whoever started the pass is told that it could not go."""
    busy.we_are(on_stage.partner, server="http://127.0.0.1:1")
    said = amplify("publish", "-w", busy.root)
    assert said.code == 3
    assert "try_later" in said.out
    assert "It is tried again by itself" in " ".join(said.words.split())
    import json

    status = json.loads(amplify("status", "-w", busy.root, "--json").out)
    assert status["counts"] == {"waiting": 12}
    assert all(row["why"] for row in status["coming"] if "try" in str(row["why"]))


def test_a_reader_that_goes_away(busy: Files) -> None:
    from cli.conftest import spawn

    process = spawn("schema")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) in (0, 1)
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
