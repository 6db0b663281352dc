"""Reads git's index: which files a repository tracks. Without git itself, since each command asks.

Only what is rare (a split or a sparse index) is left to `git ls-files`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SHA1, _SHA256 = 20, 32
_BEFORE_HASH: Final = 40
_MODE: Final = 24
_EXTENDED: Final = 0x4000
_NAME: Final = 0x0FFF
_LINK: Final = 0o120000
_OTHER_HASH: Final = re.compile(rb"objectformat\s*=\s*\"?sha256", re.IGNORECASE)
_PATIENCE: Final = 20.0


class UnreadableIndex(Exception):
    """The index cannot be understood, or the program `git` would be needed and is not there."""


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository around a folder."""

    top: Path
    """Where names in its index begin."""
    index: Path
    folder: Path
    """Its git directory: in a linked worktree or a submodule elsewhere than `.git`."""

    def signature(self) -> tuple[int, ...]:
        """What identifies this version of its index; empty where there is none."""
        try:
            now = self.index.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise UnreadableIndex(error.strerror) from error
        return (now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)


def repositories_around(folder: Path) -> Iterator[Repository]:
    """Every repository that `folder` lies in, from the inside out."""
    for top in (folder, *folder.parents):
        sign = top / ".git"
        if sign.is_file():
            try:
                said = sign.read_bytes()[:4096]
            except OSError as error:
                raise UnreadableIndex(error.strerror) from error
            if not said.startswith(b"gitdir:"):
                continue
            sign = top / os.fsdecode(said.removeprefix(b"gitdir: ").rstrip(b"\r\n"))
        if os.path.lexists(sign / "HEAD"):
            yield Repository(top, sign / "index", sign)


def tracked_names(repository: Repository) -> Iterator[tuple[bytes, bool]]:
    """Each name in the index, from the repository's top, and whether it is a symbolic link. Raises UnreadableIndex."""
    try:
        data = repository.index.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnreadableIndex(error.strerror) from error
    try:
        if data[:4] != b"DIRC":
            raise ValueError
        version, count = int.from_bytes(data[4:8]), int.from_bytes(data[8:12])
        width = _SHA256 if _is_sha256(repository.folder) else _SHA1
        names, end = _entries(data, version, count, width)
        extensions = set(_extensions(data, end, width))
    except (ValueError, IndexError):
        yield from _asked(repository)
        return
    if extensions & {b"link", b"sdir"}:
        yield from _asked(repository)
        return
    yield from names


def _entries(data: bytes, version: int, count: int, width: int) -> tuple[list[tuple[bytes, bool]], int]:
    """All names, and where they end. Raises ValueError where the index is none that we know."""
    if version not in (2, 3, 4):
        raise ValueError
    at, names, name = 12, [], b""
    for _ in range(count):
        flags_at = at + _BEFORE_HASH + width
        flags = data[flags_at] << 8 | data[flags_at + 1]
        begin = flags_at + (4 if flags & _EXTENDED else 2)
        kept = 0
        if version == 4:
            dropped, begin = _number(data, begin)
            kept = len(name) - dropped
            if kept < 0:
                raise ValueError
        end = data.index(b"\0", begin)
        name = name[:kept] + data[begin:end]
        if not name or (len(name) != flags & _NAME and flags & _NAME != _NAME):
            raise ValueError
        names.append((name, (data[at + _MODE + 2] << 8 | data[at + _MODE + 3]) & 0o170000 == _LINK))
        at = end + 1 if version == 4 else at + ((end - at + 8) & ~7)
    return names, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number as version 4 packs it, and where it ends."""
    byte = data[at]
    value = byte & 127
    while byte & 128:
        at += 1
        byte = data[at]
        value = (value + 1) << 7 | byte & 127
    return value, at + 1


def _extensions(data: bytes, at: int, width: int) -> Iterator[bytes]:
    while at + 8 <= len(data) - width:
        yield data[at : at + 4]
        at += 8 + int.from_bytes(data[at + 4 : at + 8])
    if at != len(data) - width:
        raise ValueError


def _is_sha256(folder: Path) -> bool:
    """Whether the repository names its objects by SHA-256. Linked worktrees have the settings of the first one."""
    try:
        common = folder / os.fsdecode((folder / "commondir").read_bytes().rstrip(b"\r\n"))
    except OSError:
        common = folder
    try:
        return _OTHER_HASH.search((common / "config").read_bytes()) is not None
    except OSError:
        return False


def _asked(repository: Repository) -> Iterator[tuple[bytes, bool]]:
    """The same from git. Names of its own environment would lead it elsewhere."""
    import subprocess

    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - no words of others
            ["git", "-C", str(repository.top), "ls-files", "-z", "--stage", "--full-name"],  # noqa: S607 - wherever it is
            env=kept,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreadableIndex("it is in a form that only git itself understands") from error
    for line in done.stdout.split(b"\0"):
        head, _, name = line.partition(b"\t")
        if name:
            yield name, head.startswith(b"120000")
