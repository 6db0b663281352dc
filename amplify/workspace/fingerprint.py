"""Detects whether files changed since the last pass, without reading them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

FOLDERS = ("config", "posts", "media", "statements")


def files_fingerprint(root: Path) -> str:
    """64 hex digits that change whenever a file under `config/`, `posts/`, `media/` or `statements/` is added, removed,
    renamed or saved (path, size in bytes, time of change in nanoseconds). What cannot be looked at counts too.
    """
    return folders_fingerprint(root, FOLDERS)


def folders_fingerprint(root: Path, folders: Iterable[str]) -> str:
    """The same for other folders of `root`."""
    digest = hashlib.sha256()
    start = len(os.fspath(root))
    waiting = [os.path.join(root, folder) for folder in reversed(tuple(folders))]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            digest.update(f"{folder[start:]}\0{error.errno}\n".encode("utf-8", "surrogateescape"))
            continue
        for entry in inside:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    continue
                status = entry.stat()
                line = f"{entry.path[start:]}\0{status.st_size}\0{status.st_mtime_ns}\n"
            except OSError as error:
                line = f"{entry.path[start:]}\0{error.errno}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
