"""Atomic file writes, and a lock for one writer at a time."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Replace the file atomically: a reader sees the old text or the new one, never half of it."""
    target = path.resolve()  # a link stays a link
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@contextmanager
def only_writer(root: Path, name: str) -> Iterator[None]:
    """Hold the lock `.amplify/NAME.lock` of this workspace; waits until nobody else does."""
    folder = root / ".amplify"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(lock, "a+b") as file:
        _lock(file.fileno())
        yield  # closing the file lets go of the lock


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
