"""Backup: the ledger and what else is needed to go on, in one tar file that can be restored by hand.

    backup.json      what it is: made when, by which amplify, of which workspace
    ledger.sqlite    everything that happened and is still to come
    media/…          pictures as they were when they were queued
    accounts.yaml    which accounts we have: it is in no repository

Sessions and secrets are not in it: accounts sign in again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from amplify import __version__
from amplify.ledger import backup as copies
from amplify.model.errors import NeedsPerson, WrongUse

MANIFEST: Final = "backup.json"
LEDGER: Final = "ledger.sqlite"
ACCOUNTS: Final = "accounts.yaml"
PICTURE: Final = re.compile(r"[0-9a-f]{64}")
"""A frozen picture's name: the hash of its bytes. Cleaned copies beside it are made anew."""
NOTE: Final = "last-backup"
"""The file in `.amplify/` whose time is that of the last backup."""


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup that was written, and what it holds."""

    file: Path
    size: int
    """Bytes."""
    holds: copies.LedgerContents
    pictures: int
    accounts: bool


def write_backup(
    root: Path, ledger: Path, target: Path, progress: Callable[[int, int], None] | None = None
) -> BackupFile:
    """Write the backup of this workspace to `target`: a new file, or a folder that gets one. Others may go on
    publishing. `progress` is called with bytes done and bytes in all.

    Raises WrongUse where the file is there already, NeedsPerson where something cannot be read or written.
    """
    made = datetime.now(UTC)  # before the copy begins: whatever happens from now on may not be in it
    if target.is_dir():
        target = target / f"amplify-{made:%Y%m%dT%H%M%SZ}.tar"
    if target.exists():
        raise WrongUse(f"{target} is there already: backups are never overwritten, name another file")
    try:
        with tempfile.TemporaryDirectory(prefix=".amplify-backup-", dir=target.parent) as folder:
            return _write(root, ledger, target, Path(folder), made, progress or (lambda done, total: None))
    except OSError as error:
        raise NeedsPerson(f"the backup cannot be written ({error.strerror}: {error.filename or target})") from error


def _write(
    root: Path, ledger: Path, target: Path, folder: Path, made: datetime, told: Callable[[int, int], None]
) -> BackupFile:
    copied = folder / LEDGER
    copies.copy_ledger(ledger, copied)
    holds = copies.read_contents(copied)
    kept = root / ".amplify" / "media"
    pictures = sorted(path for path in kept.glob("*") if PICTURE.fullmatch(path.name)) if kept.is_dir() else []
    accounts = root / "config" / ACCOUNTS
    packed = [(copied, LEDGER), *((path, f"media/{path.name}") for path in pictures)]
    if accounts.is_file():
        packed.append((accounts, ACCOUNTS))
    about = {
        "format": 1,
        "amplify": __version__,
        "made": made.isoformat(),
        "workspace": holds.workspace,
        "revision": holds.revision,
        "deliveries": holds.deliveries,
        "pictures": len(pictures),
        "ledger_sha256": file_sha256(copied),
    }
    (folder / MANIFEST).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    packed.insert(0, (folder / MANIFEST, MANIFEST))
    total = sum(path.stat().st_size for path, _ in packed)
    done = 0
    whole = folder / "whole.tar"
    with os.fdopen(os.open(whole, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            for path, name in packed:
                tar.add(path, name, recursive=False, filter=_nobody)
                done += path.stat().st_size
                told(done, total)
        out.flush()
        os.fsync(out.fileno())
    _name(whole, target)
    with suppress(OSError):
        (root / ".amplify" / NOTE).touch(mode=0o600)
    return BackupFile(target, target.stat().st_size, holds, len(pictures), accounts.is_file())


def _nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Tar filter: no user names of this machine, and readable by the owner only."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def _name(whole: Path, target: Path) -> None:
    """Rename the finished file to its target, never over another file."""
    try:
        os.link(whole, target)
    except FileExistsError:
        raise WrongUse(f"{target} is there already: backups are never overwritten, name another file") from None
    except OSError:  # a drive without links
        if target.exists():
            raise WrongUse(f"{target} is there already: backups are never overwritten, name another file") from None
        whole.rename(target)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
