"""The ledger's file on SQLite: its owner's alone, and one writer at a time."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO

from amplify.model.errors import NeedsPerson


def make_private(path: Path) -> None:
    """Create a ledger's file for its owner alone, or close it to others with what lies beside it. SQLite gives its
    other files the same rights."""
    if not path.exists():
        os.close(open_private(path))
    for end in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + end)
        with suppress(FileNotFoundError, PermissionError):
            if beside.stat().st_mode & 0o077:
                beside.chmod(0o600)


def open_private(path: Path) -> int:
    """Open a file for appending, made for its owner alone."""
    return os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)


class FileLock:
    """One writer at a time, among threads and among processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = Lock()
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            if self._file is None:
                self._file = self._open()
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def _open(self) -> IO[str]:
        try:
            return os.fdopen(open_private(self._path), "a")
        except OSError as error:
            raise NeedsPerson(f"the ledger cannot be written ({error.strerror}: {self._path})") from error

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
