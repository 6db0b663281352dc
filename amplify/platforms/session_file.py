"""Keeps a login session between runs: a file only its owner can read, changed under a lock that all processes share."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SessionFile:
    """The kept session of one account on one server. Without a folder it lives in memory."""

    def __init__(self, folder: Path | None, account: str, server: str, handle: str) -> None:
        self._path = folder / f"{account.replace('/', '--')}.session" if folder else None
        self._whose = {"server": server, "handle": handle}
        self._kept: str | None = None
        self._lock = threading.Lock()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock: one process, and one thread in it, logs in or refreshes at a time; the others then read the
        result.
        """
        with self._lock:
            if self._path is None:
                yield
                return
            import fcntl

            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
            finally:
                os.close(lock)

    def read(self) -> str | None:
        """The session, or None where there is none for this server and handle."""
        if self._path is None:
            return self._kept
        try:
            content = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(content, dict) or any(content.get(key) != value for key, value in self._whose.items()):
            return None
        session = content.get("session")
        return session if isinstance(session, str) else None

    def write(self, session: str) -> None:
        """Store the session atomically: a concurrent reader sees the old one."""
        if self._path is None:
            self._kept = session
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".session-")  # created 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                json.dump({**self._whose, "session": session}, opened)
            os.replace(name, self._path)
        except BaseException:
            os.unlink(name)
            raise

    def forget(self) -> None:
        """Delete the session: it no longer works."""
        self._kept = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)
