"""The output folder of a toolkit: every file written atomically, and nothing left of the build before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from amplify.model.errors import WrongUse

MANIFEST: Final = "manifest.json"
_MADE_BY: Final = "amplify toolkit"
_OURS: Final = frozenset({".html", ".ics", ".jpg", ".png", ".webp", ".zip"})


class OutputDir:
    """Writes below `folder`. Raises WrongUse where the folder holds something else, or cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = _manifest(folder)
        self.hashes: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self._say(dict.fromkeys(self._before), None)

    def put(self, path: str, data: bytes) -> str:
        """Write one file; its SHA-256. The same path twice is the same file."""
        target = self.folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.is_file() or target.read_bytes() != data:
                partial = target.with_name(f".{target.name}.{os.getpid()}")
                partial.write_bytes(data)
                partial.replace(target)
        except OSError as error:
            raise WrongUse(f"{target} cannot be written ({error.strerror}): give another --out") from error
        self.hashes[path] = hashlib.sha256(data).hexdigest()
        self.sizes[path] = len(data)
        return self.hashes[path]

    def finish(self, updated: datetime) -> tuple[str, ...]:
        """Write the manifest and delete what an older build left; what was deleted."""
        old = sorted(set(self._before) - self.hashes.keys())
        removed = tuple(path for path in old if self._remove(path))
        listed = {path: {"sha256": self.hashes[path], "bytes": self.sizes[path]} for path in sorted(self.hashes)}
        self._say(listed, updated)
        return removed

    def _say(self, files: Mapping[str, object], updated: datetime | None) -> None:
        """Write the manifest; `updated` is None while the site is being built."""
        said = {"made_by": _MADE_BY, "updated": updated.isoformat() if updated is not None else None, "files": files}
        self.put(MANIFEST, (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode())
        del self.hashes[MANIFEST], self.sizes[MANIFEST]

    def _remove(self, path: str) -> bool:
        inside = PurePosixPath(path)
        if inside.is_absolute() or ".." in inside.parts:
            return False  # a manifest that somebody changed must not lead out of the folder
        target = self.folder / path
        try:
            target.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise WrongUse(f"{target} is of an older build and cannot be removed ({error.strerror}): do so") from error
        for parent in list(inside.parents)[:-1]:
            folder = self.folder / parent
            if not any(folder.iterdir()):
                folder.rmdir()
        return True


def _manifest(folder: Path) -> Mapping[str, object]:
    """The manifest of the build before, by path."""
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise WrongUse(f"{folder} is a file: give --out the name of a folder")
    file = folder / MANIFEST
    if not file.is_file():
        if any(folder.iterdir()):
            raise WrongUse(f"{folder} holds something else than a toolkit: give --out an empty or a new folder")
        return {}
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if said["made_by"] != _MADE_BY:
            raise ValueError(said["made_by"])
        files: dict[str, object] = dict(said["files"])
        if said["updated"] is None:  # a build that was broken off: what it wrote stands in no list
            files |= {file.relative_to(folder).as_posix(): None for file in folder.rglob("*") if file.suffix in _OURS}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise WrongUse(f"{file} is not a toolkit's: give --out an empty or a new folder") from error
    return files
