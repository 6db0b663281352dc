"""A backup that a stranger packed: whatever is in it, the ledger in place stays, and the answer is one sentence."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine.files import Files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amplify.model.errors import AmplifyError
from amplify.operations.backup import write_backup
from amplify.operations.restore import restore_backup
from cli.conftest import Amplify

Contents = dict[str, bytes]


def pack(file: Path, contents: Contents) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, data in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return file


@pytest.fixture
def kept(amplify: Amplify, busy: Files, tmp_path: Path) -> Contents:
    """What a good backup of the workspace holds."""
    assert amplify("queue", "-w", busy.root).code == 0
    made = write_backup(busy.root, busy.root / ".amplify/ledger.sqlite", tmp_path / "good.tar")
    with tarfile.open(made.file) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]


def with_ledger(kept: Contents, folder: Path, change: Callable[[sqlite3.Connection], object], **said: Any) -> Contents:
    """The backup with its ledger changed, and a manifest that fits."""
    path = folder / "changed.sqlite"
    path.write_bytes(kept["ledger.sqlite"])
    with closing(sqlite3.connect(path)) as connection:
        change(connection)
        connection.commit()
    data = path.read_bytes()
    path.unlink()
    about = json.loads(kept["backup.json"]) | {"ledger_sha256": hashlib.sha256(data).hexdigest()} | said
    return kept | {"ledger.sqlite": data, "backup.json": json.dumps(about).encode()}


ACTS = [
    "CREATE TRIGGER lift AFTER INSERT ON stop BEGIN UPDATE stop SET real_ended = real_at; END",
    "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
    "CREATE VIEW extra AS SELECT * FROM meta",
    "ALTER TABLE meta RENAME TO kept; CREATE VIEW meta AS SELECT * FROM kept",
    "CREATE VIRTUAL TABLE words USING fts5(word)",
    "create  virtual\ttable t using rtree(a, b, c)",
    "CREATE TABLE t (a, b GENERATED ALWAYS AS (a + 1))",
]


@pytest.mark.parametrize("statement", ACTS)
def test_nothing_in_it_acts_by_itself(
    amplify: Amplify, busy: Files, kept: Contents, tmp_path: Path, statement: str
) -> None:
    def change(connection: sqlite3.Connection) -> None:
        if "INSTEAD OF" in statement:
            connection.execute("CREATE VIEW v AS SELECT 1 AS one")
        connection.executescript(statement)

    before = (busy.root / ".amplify/ledger.sqlite").read_bytes()
    file = pack(tmp_path / "acts.tar", with_ledger(kept, tmp_path, change))
    said = amplify("restore", file, "--older", "-w", busy.root)
    assert (said.code, said.out) == (2, "")
    assert "acts by itself" in said.words
    assert (busy.root / ".amplify/ledger.sqlite").read_bytes() == before


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(days=400), timedelta(days=2_000_000)])
def test_a_time_that_is_still_to_come(
    amplify: Amplify, busy: Files, kept: Contents, tmp_path: Path, ahead: timedelta
) -> None:
    """It would leave nothing in doubt, and what went out since would go out again."""
    later = (datetime.now(UTC) + ahead).isoformat()
    file = pack(tmp_path / "ahead.tar", with_ledger(kept, tmp_path, lambda _: None, made=later))
    said = amplify("restore", file, "--older", "-w", busy.root)
    assert (said.code, said.out, "still to come" in said.words) == (3, "", True)
    stamp = later.replace("T", " ").partition("+")[0]
    newer = with_ledger(kept, tmp_path, lambda one: one.execute("UPDATE move SET real_at = ?", (stamp,)))
    said = amplify("restore", pack(tmp_path / "newer.tar", newer), "--older", "-w", busy.root)
    assert (said.code, said.out, "still to come" in said.words) == (3, "", True)


def test_accounts_are_taken_by_a_person_only(amplify: Amplify, busy: Files, kept: Contents, tmp_path: Path) -> None:
    accounts = busy.root / "config/accounts.yaml"
    ours = accounts.read_text()
    foreign = b'{"partner": "us", "accounts": []}'
    file = pack(tmp_path / "foreign.tar", kept | {"accounts.yaml": foreign})
    for path in (busy.root / ".amplify").glob("ledger.sqlite*"):
        path.unlink()
    said = amplify("restore", file, "--accounts", "-w", busy.root)
    assert "the ledger is as it was" in said.words
    assert accounts.read_text() == ours
    accounts.unlink()
    for path in (busy.root / ".amplify").glob("ledger.sqlite*"):
        path.unlink()
    said = amplify("restore", file, "-w", busy.root)
    assert "--accounts" in said.words
    assert not accounts.exists()


def test_a_foreign_ledger_in_place_lifts_no_stop(amplify: Amplify, busy: Files, kept: Contents, tmp_path: Path) -> None:
    """Stops are taken over from the ledger in place: from another one they are not, so everything is stopped."""
    from amplify.ledger.database import Ledger

    assert amplify("stop", "--all", "--reason", "now", "-w", busy.root).code == 0
    file = busy.root / ".amplify/ledger.sqlite"
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    Ledger.open(f"sqlite:///{tmp_path}/foreign.sqlite").close()
    shutil.move(tmp_path / "foreign.sqlite", file)
    assert amplify("restore", pack(tmp_path / "good.tar2", kept), "--older", "-w", busy.root).code == 3
    assert "everything" in amplify("stop", "-w", busy.root).out


MANIFESTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("2027-05-17T03:00:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("format", "amplify", "made", "workspace", "revision", "deliveries", "pictures", "ledger_sha256")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_manifest_ends_in_a_sentence(busy: Files, kept: Contents, tmp_path: Path, data: st.DataObject) -> None:
    file = busy.root / ".amplify/ledger.sqlite"
    before = file.read_bytes()
    said: Any = json.loads(kept["backup.json"])
    kind = data.draw(st.sampled_from(["another value", "a key is missing", "something else", "bytes", "cut off"]))
    if kind == "another value":
        said[data.draw(st.sampled_from(("format", "made", "ledger_sha256")))] = data.draw(MANIFESTS)
    elif kind == "a key is missing":
        del said[data.draw(st.sampled_from(("format", "made", "ledger_sha256")))]
    elif kind == "something else":
        said = data.draw(MANIFESTS)
    raw = json.dumps(said).encode()
    if kind == "bytes":
        raw = data.draw(st.binary(max_size=200))
    elif kind == "cut off":
        raw = raw[: data.draw(st.integers(0, len(raw) - 1))]
    packed = pack(tmp_path / "fuzzed.tar", kept | {"backup.json": raw})
    with pytest.raises(AmplifyError) as caught:
        restore_backup(busy.root, file, packed, "desk", older=True)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == before


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_every_damage_ends_in_a_sentence_or_in_a_ledger(
    busy: Files, kept: Contents, tmp_path: Path, data: st.DataObject
) -> None:
    """Bytes changed in archives of every kind, and rows changed in the ledger."""
    file = busy.root / ".amplify/ledger.sqlite"
    how = data.draw(st.sampled_from(["w", "w:gz", "w:bz2", "w:xz"]))
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=how) as tar:
        for name, content in kept.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    raw = bytearray(held.getvalue())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    packed = tmp_path / "damaged.tar"
    packed.write_bytes(bytes(raw[: data.draw(st.integers(len(raw) // 2, len(raw)))]))
    with suppress(AmplifyError):
        restore_backup(busy.root, file, packed, "desk", older=True)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM delivery").fetchone() == (12,)


ROWS = [
    "UPDATE alembic_version SET version_num = 'none'",
    "UPDATE alembic_version SET version_num = ''",
    "DELETE FROM alembic_version",
    "DROP TABLE meta",
    "DROP TABLE delivery",
    "UPDATE move SET real_at = 'noon'",
    "UPDATE move SET real_at = 7",
    "UPDATE move SET real_at = x'00ff'",
    "UPDATE delivery SET due_at = 'noon'",
    "UPDATE meta SET value = x'00ff'",
    "ALTER TABLE delivery RENAME COLUMN due_at TO later",
]


@pytest.mark.parametrize("statement", ROWS)
def test_a_ledger_that_is_none_of_ours(
    amplify: Amplify, busy: Files, kept: Contents, tmp_path: Path, statement: str
) -> None:
    changed = with_ledger(kept, tmp_path, lambda connection: connection.execute(statement))
    said = amplify("restore", pack(tmp_path / "odd.tar", changed), "--older", "-w", busy.root)
    assert said.code in (0, 2, 3), said.words
    assert amplify("status", "-w", busy.root).code in (0, 3)
