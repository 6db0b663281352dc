"""File lock for writers on SQLite, whose own lock lets a busy writer starve the other processes for seconds."""

from __future__ import annotations

import fcntl
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO

from amplify.model.errors import NeedsPerson


class FileLock:
    """Mutual exclusion of writers, among threads and among processes, by a lock on a file."""

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
            return self._path.open("a")
        except OSError as error:
            raise NeedsPerson(f"the ledger cannot be written ({error.strerror}: {self._path})") from error

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
