"""A stop reaches the ledger that publishes, or says that nothing is held: wherever one has logged in."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from counterparts.postgres import Cluster
from engine.files import Files
from sqlalchemy import create_engine, inspect

from amplify.ledger.database import Ledger
from amplify.ledger.machine_record import state_folder
from cli.conftest import Amplify, OnStage, Said

EMERGENCY = (
    ("stop", "--all", "--reason", "now"),
    ("resume", "--all", "--reason", "later"),
    ("takedown", "--entry", "due0", "--reason", "now", "--yes"),
    ("approve", "--all", "--yes"),
    ("settle", "abc", "--not-sent"),
)
KINDS = [one[0] for one in EMERGENCY]


@pytest.fixture
def shared(postgres_cluster: Cluster) -> str:
    """The address of a database with nothing in it."""
    return postgres_cluster.new_database()


def ledger_file(files: Files) -> Path:
    return files.root / ".amplify" / "ledger.sqlite"


def local_file(files: Files, url: str) -> None:
    """Name the ledger in the local file, whose head it is."""
    path = files.root / "config/accounts.yaml"
    path.write_text(f'{{"ledger": "{url}",' + path.read_text("utf-8").removeprefix("{"), "utf-8")


def says(said: Said, *words: str) -> None:
    flat = "".join(said.words.split())  # paths are broken anywhere
    for one in words:
        assert "".join(one.split()) in flat, said.words


@pytest.mark.parametrize("words", EMERGENCY, ids=KINDS)
def test_none_of_them_makes_a_ledger(amplify: Amplify, busy: Files, words: tuple[str, ...]) -> None:
    said = amplify(*words, "-w", busy.root)
    assert said.code in (2, 3)
    says(said, "there is no ledger", str(ledger_file(busy)))
    assert not ledger_file(busy).exists()
    assert not ledger_file(busy).parent.exists()
    if words[0] == "stop":
        assert said.code == 3
        assert said.err.startswith("amplify: NOTHING IS HELD")


@pytest.mark.parametrize("words", EMERGENCY, ids=KINDS)
def test_none_of_them_makes_tables(
    shared: str, amplify: Amplify, busy: Files, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", shared)
    said = amplify(*words, "-w", busy.root)
    assert said.code in (2, 3)
    says(said, "there is no ledger")
    engine = create_engine(shared)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


@pytest.mark.parametrize("words", [*EMERGENCY, ("queue",), ("publish",), ("status",), ("run", "--drain")])
def test_who_logs_in_without_the_services_variable(
    amplify: Amplify, busy: Files, shared: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with monkeypatch.context() as service:
        service.setenv("AMPLIFY_DATABASE_URL", shared)
        assert amplify("queue", "-w", busy.root).code == 0
    said = amplify(*words, "-w", busy.root)
    assert said.code == 3
    says(said, "PostgreSQL", str(ledger_file(busy)), "amplify confirm")
    assert "NOTHING IS HELD" in said.err or words[0] != "stop"
    assert not ledger_file(busy).exists()


def test_also_where_an_empty_ledger_lies_there_already(
    amplify: Amplify, busy: Files, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert amplify("plan", "-w", busy.root).code == 0  # leaves a file
    assert ledger_file(busy).exists()
    with monkeypatch.context() as service:
        service.setenv("AMPLIFY_DATABASE_URL", shared)
        assert amplify("queue", "-w", busy.root).code == 0
    said = amplify("stop", "--all", "--reason", "now", "-w", busy.root)
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("amplify: NOTHING IS HELD")
    says(said, "PostgreSQL", str(ledger_file(busy)))


@pytest.mark.parametrize("broken", [False, True], ids=["sound", "broken files"])
def test_the_local_file_leads_everybody_to_the_same(
    amplify: Amplify, busy: Files, shared: str, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    local_file(busy, shared)
    with monkeypatch.context() as service:
        service.setenv("AMPLIFY_DATABASE_URL", shared)
        assert amplify("queue", "-w", busy.root).code == 0
    if broken:
        busy.root.joinpath("config/campaigns/free.yaml").write_text("[", "utf-8")
        path = busy.root / "config/accounts.yaml"
        path.write_text(f"{path.read_text('utf-8')}\n]{{", "utf-8")
    said = amplify("stop", "--all", "--reason", "now", "-w", busy.root)
    assert said.code == 0, said.words
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", shared)
    assert "everything" in amplify("stop", "-w", busy.root).out


def test_a_password_in_the_local_file_is_a_problem_with_its_place(amplify: Amplify, busy: Files) -> None:
    local_file(busy, "postgresql://amplify:Canary-5519@127.0.0.1:1/n")
    said = amplify("check", "-w", busy.root)
    assert said.code == 1
    says(said, "config/accounts.yaml:1:", "~/.pgpass")
    for words in (["check"], ["status"], ["stop", "--all", "--reason", "x"], ["doctor"], ["publish"]):
        assert "Canary-5519" not in amplify(*words, "-w", busy.root).words


def test_a_change_is_confirmed_once(
    amplify: Amplify, busy: Files, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", shared)
    assert amplify("queue", "-w", busy.root).code == 3
    asked = amplify("confirm", "-w", busy.root)
    assert asked.code == 3  # nobody is here to be asked
    says(asked, "PostgreSQL", str(ledger_file(busy)))
    assert amplify("queue", "-w", busy.root).code == 3
    assert amplify("confirm", "--yes", "-w", busy.root).code == 0
    assert amplify("queue", "-w", busy.root).code == 0
    monkeypatch.delenv("AMPLIFY_DATABASE_URL")
    assert amplify("queue", "-w", busy.root).code == 3
    assert amplify("confirm", "--yes", "-w", busy.root).code == 0
    assert "confirm" in amplify("history", "-w", busy.root).out
    assert "all accounts are confirmed" in amplify("confirm", "-w", busy.root).out.replace("\n", " ")


def test_another_ledger_in_its_place_lifts_no_stop(amplify: Amplify, busy: Files, tmp_path: Path) -> None:
    """Whoever can write the file cannot make it the one that we left."""
    assert amplify("queue", "-w", busy.root).code == 0
    assert amplify("stop", "--all", "--reason", "now", "-w", busy.root).code == 0
    Ledger.open(f"sqlite:///{tmp_path}/foreign.sqlite").close()
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):
        ledger_file(busy).with_name(name).unlink(missing_ok=True)
    shutil.move(tmp_path / "foreign.sqlite", ledger_file(busy))
    for words in (["publish"], ["queue"], ["status"], ["stop", "--all", "--reason", "now"], ["run", "--drain"]):
        said = amplify(*words, "-w", busy.root)
        assert (said.code, said.out) == (3, ""), said.words
        says(said, "is not the ledger that this workspace published from", "amplify confirm")


def test_a_ledger_that_is_gone_is_not_begun_anew(amplify: Amplify, busy: Files) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    shutil.rmtree(busy.root / ".amplify")
    for words in (["publish"], ["queue"], ["status"], *EMERGENCY):
        said = amplify(*words, "-w", busy.root)
        assert (said.code, said.out) == (3, ""), said.words
        says(said, "gone from there")
        assert not ledger_file(busy).exists()
    assert amplify("doctor", "-w", busy.root).code == 3
    assert amplify("confirm", "--yes", "-w", busy.root).code == 0
    assert amplify("queue", "-w", busy.root).code == 0


def test_a_rehearsals_ledger_may_be_looked_at(
    amplify: Amplify, busy: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", f"sqlite:///{tmp_path}/rehearsed.sqlite")
    Ledger.open(f"sqlite:///{tmp_path}/rehearsed.sqlite").close()
    assert amplify("status", "-w", busy.root).code == 0
    assert amplify("publish", "-w", busy.root).code == 3
    monkeypatch.delenv("AMPLIFY_DATABASE_URL")
    assert amplify("queue", "-w", busy.root).code == 0


def test_what_is_remembered_cannot_be_read_by_others(
    amplify: Amplify, busy: Files, on_stage: OnStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere"
    monkeypatch.setenv("AMPLIFY_STATE", str(folder))
    before = os.umask(0)
    try:
        assert amplify("publish", "-w", busy.root).code == 0
    finally:
        os.umask(before)
    assert len(on_stage.texts()) == 9
    kept = [folder, *folder.rglob("*")]
    assert state_folder() == folder
    assert len(kept) >= 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)
