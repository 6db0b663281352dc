"""The output folder of a toolkit: every file written atomically, and nothing left of the build before."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from amplify.model.errors import WrongUse, unwritable_output

MANIFEST: Final = "manifest.json"
_JOURNAL: Final = ".manifest-in-the-making"
"""What a build has written so far: one that was broken off stands in no manifest."""
_MADE_BY: Final = "amplify toolkit"


class OutputDir:
    """Writes below `folder`. It follows no link, overwrites and deletes only what a build has written, as it wrote it.

    Raises WrongUse where the folder holds something else, or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _refuse_link(folder)
        self._before = _manifest(folder)
        self.hashes: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self._say(self._before, None)

    def put(self, path: str, data: bytes) -> str:
        """Write one file; its SHA-256. The same path twice is the same file."""
        return self._write(path, hashlib.sha256(data).hexdigest(), len(data), lambda file: file.write(data))

    def put_file(self, path: str, source: Path) -> str:
        """Write one file as a copy of `source`, which may be larger than memory; its SHA-256."""
        try:
            with source.open("rb") as read:
                digest = hashlib.file_digest(read, "sha256").hexdigest()
                size = read.tell()
                read.seek(0)
                return self._write(path, digest, size, lambda file: shutil.copyfileobj(read, file, 1 << 20))
        except OSError as error:
            raise unwritable_output(self.folder / path, error) from error

    def _write(self, path: str, digest: str, size: int, write: Callable[[IO[bytes]], object]) -> str:
        target = self._place(path)
        try:
            there = _digest(target)
            if there != digest:
                if there is not None and path != MANIFEST and not self._wrote(path, there):
                    raise WrongUse(f"{target} is of no build of ours: move it away, or give another --out")
                self._note(path, digest)
                partial = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
                with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666), "wb") as file:
                    write(file)
                partial.replace(target)
        except OSError as error:
            raise unwritable_output(target, error) from error
        self.hashes[path] = digest
        self.sizes[path] = size
        return digest

    def finish(self, updated: datetime) -> tuple[str, ...]:
        """Write the manifest and delete what an older build left; what was deleted."""
        old = sorted(set(self._before) - self.hashes.keys())
        removed = tuple(path for path in old if self._remove(path))
        listed = {path: {"sha256": self.hashes[path], "bytes": self.sizes[path]} for path in sorted(self.hashes)}
        self._say(listed, updated)
        (self.folder / _JOURNAL).unlink(missing_ok=True)
        return removed

    def _say(self, files: Mapping[str, object], updated: datetime | None) -> None:
        """Write the manifest; `updated` is None while the site is being built."""
        said = {"made_by": _MADE_BY, "updated": updated.isoformat() if updated is not None else None, "files": files}
        self.put(MANIFEST, (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode())
        del self.hashes[MANIFEST], self.sizes[MANIFEST]

    def _place(self, path: str) -> Path:
        """Where a file lies. Raises WrongUse where a link would lead elsewhere."""
        target = self.folder / path
        try:
            for above in reversed(list(target.relative_to(self.folder).parents)):
                _refuse_link(self.folder / above)
                (self.folder / above).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable_output(target, error) from error
        _refuse_link(target)
        return target

    def _wrote(self, path: str, digest: str) -> bool:
        """Whether a build has written this file, with these bytes."""
        return self.hashes.get(path) == digest or digest in self._before.get(path, ())

    def _note(self, path: str, digest: str) -> None:
        if path != MANIFEST:
            flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW
            with os.fdopen(os.open(self.folder / _JOURNAL, flags, 0o666), "a", encoding="utf-8") as journal:
                journal.write(f"{json.dumps([path, digest])}\n")

    def _remove(self, path: str) -> bool:
        inside = PurePosixPath(path)
        if inside.is_absolute() or ".." in inside.parts:
            return False  # a manifest that somebody changed must not lead out of the folder
        target = self.folder / path
        if any((self.folder / above).is_symlink() for above in (inside, *inside.parents)):
            return False
        try:
            digest = _digest(target)
            if digest is None or not self._wrote(path, digest):
                return False  # somebody else's, or changed since
            target.unlink()
        except OSError as error:
            raise WrongUse(f"{target} is of an older build and cannot be removed ({error.strerror}): do so") from error
        for parent in list(inside.parents)[:-1]:
            folder = self.folder / parent
            if not any(folder.iterdir()):
                folder.rmdir()
        return True


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise WrongUse(f"{path} is a link, and nothing is written through one: name the folder itself, or remove it")


def _digest(path: Path) -> str | None:
    """The SHA-256 of the file there; None where there is none."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _manifest(folder: Path) -> dict[str, tuple[str, ...]]:
    """What builds before have written: path → the SHA-256 of what they wrote there."""
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise WrongUse(f"{folder} is a file: give --out the name of a folder")
    file, journal = folder / MANIFEST, folder / _JOURNAL
    _refuse_link(file)
    _refuse_link(journal)
    if not file.is_file():
        if any(folder.iterdir()):
            raise WrongUse(f"{folder} holds something else than a toolkit: give --out an empty or a new folder")
        return {}
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if said["made_by"] != _MADE_BY:
            raise ValueError(said["made_by"])
        files = {str(path): _hashes(one) for path, one in dict(said["files"]).items()}
        for line in journal.read_text(encoding="utf-8").splitlines() if journal.is_file() else ():
            path, digest = json.loads(line)
            files[path] = (*files.get(path, ()), digest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WrongUse(f"{file} is not a toolkit's: give --out an empty or a new folder") from error
    return files


def _hashes(said: Any) -> tuple[str, ...]:
    """The hashes of one path: of a finished build one, of one that was broken off those that it knew."""
    found = said.get("sha256", ()) if isinstance(said, dict) else said or ()
    return (found,) if isinstance(found, str) else tuple(str(one) for one in found)
