"""What this machine remembers of a workspace: its ledger, and where its accounts speak. It lies outside the folder, so
that nothing that others push can reach it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from amplify.model.errors import NeedsPerson
from amplify.model.home_folder import home_folder

VARIABLE: Final = "AMPLIFY_STATE"


@dataclass(frozen=True, slots=True)
class KnownLedger:
    """The ledger that this workspace published from last."""

    address: str
    """Without its password."""
    identity: str | None = None
    """What it calls itself; None: it is still to be made."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """Where an account speaks, as a person has confirmed it."""

    server: str | None
    handle: str
    credential: str


@dataclass(frozen=True, slots=True)
class MachineRecord:
    """Everything that this machine remembers of one workspace."""

    ledger: KnownLedger | None = None
    accounts: Mapping[str, KnownAccount] = field(default_factory=dict)
    clean_index: tuple[int, ...] = ()
    """What identifies git's index as it was when nothing local was found in it."""


def state_folder() -> Path:
    """`AMPLIFY_STATE`, or `amplify` in the user's folder for state (`XDG_STATE_HOME`, else `~/.local/state`)."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else home_folder() / ".local" / "state") / "amplify"


def read_record(root: Path) -> MachineRecord:
    """What is remembered of the workspace in `root`; an empty record where that is nothing. Raises NeedsPerson where it
    cannot be read."""
    path = _path(root)
    try:
        said = json.loads(path.read_text("utf-8"))
        if said["inode"] != os.stat(root).st_ino:  # another folder of that name
            return MachineRecord()
        ledger = said["ledger"]
        return MachineRecord(
            ledger=KnownLedger(**ledger) if ledger else None,
            accounts={name: KnownAccount(**one) for name, one in said["accounts"].items()},
            clean_index=tuple(said["clean_index"]),
        )
    except (FileNotFoundError, NotADirectoryError):
        return MachineRecord()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise NeedsPerson(
            f"what this machine remembers of the workspace cannot be read ({why}: {path}): mend or delete that file, "
            "then `amplify confirm`"
        ) from None


def change_record(root: Path, change: Callable[[MachineRecord], MachineRecord]) -> MachineRecord:
    """Change what is remembered; one process at a time. Raises NeedsPerson where it cannot be written."""
    path = _path(root)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = read_record(root)
            after = change(before)
            if after != before:
                _write(path, {"root": str(root), "inode": os.stat(root).st_ino, **asdict(after)})
            return after
        finally:
            os.close(lock)
    except OSError as error:
        raise NeedsPerson(
            f"this machine cannot remember which ledger and servers are ours ({error.strerror}: {error.filename}): "
            f"give this user the right to write there, or name another folder with {VARIABLE}"
        ) from error


def remember_ledger(root: Path, known: KnownLedger) -> None:
    """Remember this ledger in place of any other."""
    change_record(root, lambda record: replace(record, ledger=known))


def remember_accounts(root: Path, known: Mapping[str, KnownAccount]) -> None:
    """Remember these accounts beside those that are known."""
    change_record(root, lambda record: replace(record, accounts={**record.accounts, **known}))


def _path(root: Path) -> Path:
    return state_folder() / f"{hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:24]}.json"


def _write(path: Path, said: Mapping[str, Any]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".record-")  # created 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump(said, opened, indent=1)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
