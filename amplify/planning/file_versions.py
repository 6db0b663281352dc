"""Whose files the ledger was filled from: files that are older, or went another way, change nothing in it.

Several machines may share a ledger, each with a copy of its own. The ledger keeps the version of the files that were
queued last, and the versions before it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from amplify.ledger.database import LedgerConnection, find_metas, get_meta, set_meta
from amplify.planning.last_queue import machine_name
from amplify.workspace.file_version import FilesVersion, descends_from

_LAST: Final = "files last"
_PAST: Final = "files before"
_MACHINE: Final = "files of "
_KEPT: Final = 500
_GONE: Final = timedelta(days=3)
"""A machine that has not queued for so long is no longer counted: each does so once a day at least."""


@dataclass(frozen=True, slots=True)
class QueuedFiles:
    """The files that a machine queued, or would have."""

    machine: str
    digest: str
    commit: str | None
    at: str
    """Real time."""
    why: str = ""
    """Why they changed nothing; empty where they were queued."""


def judge_files(connection: LedgerConnection, root: Path, version: FilesVersion) -> str:
    """Why these files must change nothing in the ledger; empty where they may: they are what was queued last, they come
    after it, or nobody else queues here.

    They come after it where git finds the commit of the last ones in their history, or where this machine had queued
    the last ones itself before it changed them. They are older where git finds their commit in the history of the last
    ones, or where they were queued before. Else they went another way, and a person decides.
    """
    last = _read(connection, _LAST)
    if last is None or last.digest == version.digest or last.machine == machine_name(root):
        return ""
    if version.commit and last.commit and version.commit != last.commit:
        if descends_from(root, version.commit, last.commit):
            return ""
        older = bool(descends_from(root, last.commit, version.commit))
    else:
        older = False
    own = _read(connection, f"{_MACHINE}{machine_name(root)}")
    if not older and own is not None and not own.why and own.digest == last.digest:
        return ""
    older = older or version.digest in json.loads(get_meta(connection, _PAST) or "[]")
    what = "these files are older than" if older else "these files differ from"
    return (
        f"{what} those that {last.machine} queued on {last.at[:16].replace('T', ' ')} UTC"
        f"{f' (commit {last.commit[:10]})' if last.commit else ''}: nothing was changed; bring them up to date "
        "(`git pull`), or, if these are the right ones, run `amplify queue --yes`"
    )


def note_files(connection: LedgerConnection, root: Path, version: FilesVersion, why: str, real: datetime) -> None:
    """Keep the version of this machine's files; where they were queued (`why` is empty), as the last one."""
    machine = machine_name(root)
    found = QueuedFiles(machine, version.digest, version.commit, real.isoformat(), why)
    value = json.dumps(asdict(found))
    set_meta(connection, f"{_MACHINE}{machine}", value)
    if why:
        return
    last = _read(connection, _LAST)
    if last is not None and last.digest != version.digest:
        past = [one for one in json.loads(get_meta(connection, _PAST) or "[]") if one != version.digest]
        set_meta(connection, _PAST, json.dumps([*past, last.digest][-_KEPT:]))
    set_meta(connection, _LAST, value)


def machines_apart(connection: LedgerConnection, real: datetime) -> list[QueuedFiles]:
    """Machines whose files are not those that were queued last, as each found when it last looked; by name."""
    last = _read(connection, _LAST)
    if last is None:
        return []
    found = [_from(value) for value in find_metas(connection, _MACHINE).values()]
    return [one for one in found if one.digest != last.digest and real - datetime.fromisoformat(one.at) < _GONE]


def last_files(connection: LedgerConnection) -> QueuedFiles | None:
    """The files that were queued last."""
    return _read(connection, _LAST)


def files_note(connection: LedgerConnection, root: Path) -> str:
    """Why this machine's files changed nothing when they were last looked at; empty where all is well."""
    found = _read(connection, f"{_MACHINE}{machine_name(root)}")
    return found.why if found is not None else ""


def _read(connection: LedgerConnection, key: str) -> QueuedFiles | None:
    value = get_meta(connection, key)
    return _from(value) if value else None


def _from(value: str) -> QueuedFiles:
    known: dict[str, Any] = json.loads(value)
    return QueuedFiles(**known)
