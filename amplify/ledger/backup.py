"""Online backup of a SQLite ledger: copied while it is in use, checked for integrity, and put back."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from amplify.ledger.private_file import make_private, open_private
from amplify.model.errors import NeedsPerson, WrongUse

Progress = Callable[[int, int], None]
"""Progress callback: pages done, pages in all."""

_PAGES: Final = 1024
"""Pages copied at a time, 4 MB: writers go on in between."""
_PATIENCE: Final = 2.0
"""Seconds to wait for others to let go of a ledger before it counts as in use."""
_NEWEST: Final = "SELECT max(at) FROM (SELECT max(real_at) AS at FROM move UNION SELECT max(real_began) FROM attempt)"
_VIRTUAL: Final = re.compile(r"\s*CREATE\s+VIRTUAL\b", re.IGNORECASE)
_HEAD: Final = "SELECT number || ':' || digest FROM deed ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class LedgerContents:
    """What a ledger holds, read from its file without changing it."""

    revision: str
    workspace: str | None
    deliveries: int
    waiting: int
    sent: int
    newest: datetime | None
    """Real time of its last entry."""
    history: str | None = None
    """The tip of its audit log's hash chain (`17:3f2a…`): a log that is cut off at its end looks whole without it."""
    identity: str | None = None
    """What it calls itself."""


def copy_ledger(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Copy a ledger to a new file that only its owner can read; others may go on writing. Raises NeedsPerson where
    either cannot be used, or the copy is not sound."""
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    os.close(descriptor)
    with _speaking(source), _open(source) as old, closing(sqlite3.connect(target)) as new:
        _pour(old, new, progress)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    check_integrity(target)


def check_integrity(path: Path) -> None:
    """Raises NeedsPerson where SQLite finds the file damaged."""
    with _speaking(path), _open(path) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise NeedsPerson(f"{path.name} is damaged: {found.splitlines()[0]}")


def read_contents(path: Path) -> LedgerContents:
    """Read what a ledger's file holds. Raises NeedsPerson where it is none, or damaged."""
    with _speaking(path), _open(path) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        workspace = connection.execute("SELECT value FROM meta WHERE key = 'workspace'").fetchone()
        counts = dict(connection.execute("SELECT state, count(*) FROM delivery GROUP BY state").fetchall())
        (newest,) = connection.execute(_NEWEST).fetchone()
        identity = connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
        deeds = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'deed'").fetchone()
        head = connection.execute(_HEAD).fetchone() if deeds else None
        return LedgerContents(
            revision=str(revision),
            workspace=workspace[0] if workspace else None,
            deliveries=sum(counts.values()),
            waiting=counts.get("waiting", 0),
            sent=counts.get("sent", 0),
            newest=datetime.fromisoformat(newest).replace(tzinfo=UTC) if newest else None,
            history=head[0] if head else None,
            identity=identity[0] if identity else None,
        )


def find_active(path: Path) -> list[str]:
    """What in a ledger's file would act by itself once it is used: triggers, views, virtual tables, computed columns.
    No ledger of ours has any."""
    with _speaking(path), _open(path) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        found = [
            f"{kind} {name}"
            for kind, name, text in connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
            if kind not in ("table", "index") or _VIRTUAL.match(str(text or ""))
        ]
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = connection.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (name,)).fetchall()
            found += [f"computed column {name}.{column}" for column, hidden in columns if hidden]
    return [" ".join(str(one).split())[:80] for one in found]


_SOUND: Final = {
    "DATETIME": "typeof({0}) = 'text' AND datetime({0}) IS NOT NULL AND {0} GLOB '????-??-?? ??:??:??*'",
    "JSON": "typeof({0}) = 'text' AND json_valid({0})",
    "INTEGER": "typeof({0}) = 'integer'",
    "VARCHAR": "typeof({0}) = 'text'",
}
"""Declared type → what a value must be: SQLite keeps whatever it is given, and readers stop at the rest."""


def find_unsound(path: Path) -> list[str]:
    """Columns that hold values which are not of their kind: `delivery.due_at`."""
    found = []
    with _speaking(path), _open(path) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for name, kind in connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall():
                sound = _SOUND.get(str(kind).partition("(")[0].upper())
                if sound is None:
                    continue
                column, rows = _quoted(name), _quoted(table)
                wrong = f"{column} IS NOT NULL AND NOT ({sound.format(column)})"
                if connection.execute(f"SELECT 1 FROM {rows} WHERE {wrong} LIMIT 1").fetchone():  # noqa: S608 - names are quoted
                    found.append(f"{table}.{name}")
    return [" ".join(one.split())[:80] for one in found]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def in_use(path: Path) -> bool:
    """Whether any other process has this ledger open. Leaves its writes in the one file where none has."""
    with _speaking(path), _open(path) as connection:
        try:
            # Only who is alone with a file may take it out of WAL.
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                return True
            raise
        connection.execute("PRAGMA journal_mode=WAL")
    return False


@contextmanager
def lock_writers(path: Path) -> Iterator[None]:
    """Context: keep all writers out of the ledger at `path`, with the file lock that every writer takes first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(open_private(path.with_suffix(".lock")), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield  # closing the file lets go of the lock


def put_in_place(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Overwrite the ledger at `target` with the content of `source`, atomically and in the file itself: whoever opens
    it meanwhile sees one or the other."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_private(target)
    with _speaking(target), _open(source) as new, closing(sqlite3.connect(target, timeout=_PATIENCE)) as old:
        _pour(new, old, progress)
        old.execute("PRAGMA journal_mode=WAL")
    check_integrity(target)


def _pour(source: sqlite3.Connection, target: sqlite3.Connection, told: Progress | None) -> None:
    def on_step(status: int, remaining: int, total: int) -> None:
        if told is not None:
            told(total - remaining, total)

    source.backup(target, pages=_PAGES, progress=on_step)


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise WrongUse(f"there is no ledger at {path}")
    with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection:
        yield connection


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    """Context: turn SQLite's errors into NeedsPerson, with a sentence."""
    try:
        yield
    # TypeError: a table without the row that each ledger has; ValueError: no date where one belongs
    except (sqlite3.Error, TypeError, ValueError, AttributeError) as error:
        raise NeedsPerson(f"{path} cannot be used as a ledger: {error}") from error
