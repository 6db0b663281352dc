"""Version of a workspace's files: a digest that is the same on every machine, and the commit that is checked out."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amplify.workspace.file_types import ACCOUNTS
from amplify.workspace.files import files_below
from amplify.workspace.fingerprint import FOLDERS

_TEXT_BYTES: Final = 4_000_000
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class FilesVersion:
    """Version of the shared files."""

    digest: str
    """Of names and contents; of pictures and videos, of names and sizes."""
    commit: str | None
    """The commit that is checked out; None outside git."""


def read_version(root: Path, accounts: Iterable[str] = ()) -> FilesVersion:
    """Read the version of the files at `root`. Of the accounts' file, which is this machine's own, only which
    `accounts` it has: a machine that lacks one would take its deliveries back."""
    digest = hashlib.sha256("\n".join(sorted(accounts)).encode())
    for folder in FOLDERS:
        for path in files_below(root, folder)[0]:
            if path != ACCOUNTS.path and not path.endswith(".example.yaml"):
                digest.update(f"{path}\0{_content(root / path)}\n".encode("utf-8", "surrogateescape"))
    return FilesVersion(digest.hexdigest(), _commit(root))


def _content(path: Path) -> str:
    try:
        size = path.stat().st_size
        if path.suffix in (".yaml", ".md", ".vtt") and size <= _TEXT_BYTES:
            return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f"error {error.errno}"
    return str(size)


def _git_folder(root: Path) -> Path | None:
    """The folder that git keeps, of the nearest repository above; also of a linked working tree."""
    for above in (root.resolve(), *root.resolve().parents):
        found = above / ".git"
        if found.is_dir():
            return found
        if found.is_file():
            named = _line(found)
            return (above / named.removeprefix("gitdir: ")) if named.startswith("gitdir:") else None
    return None


def _commit(root: Path) -> str | None:
    """The commit that is checked out, read from git's own files: git itself need not be there."""
    folder = _git_folder(root)
    if folder is None:
        return None
    head = _line(folder / "HEAD")
    if not head.startswith("ref:"):
        return head if _COMMIT.fullmatch(head) else None
    name = head.removeprefix("ref:").strip()
    common = folder / _line(folder / "commondir") if (folder / "commondir").is_file() else folder
    for place in (folder, common):
        if ".." not in name and _COMMIT.fullmatch(found := _line(place / name)):
            return found
    try:
        packed = (common / "packed-refs").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    return next((line[: -1 - len(name)] for line in packed if line.endswith(f" {name}")), None)


def _line(path: Path) -> str:
    try:
        with path.open("r", encoding="utf-8", errors="surrogateescape") as file:
            return file.readline(4096).rstrip("\r\n")  # a folder's name may end in a blank
    except OSError:
        return ""


def descends_from(root: Path, commit: str, older: str) -> bool | None:
    """Whether `commit` has `older` in its history; None where nobody can tell: no git, or a commit that it lacks."""
    if commit == older:
        return True
    git = shutil.which("git")
    if git is None or not (_COMMIT.fullmatch(commit) and _COMMIT.fullmatch(older)):
        return None
    try:
        done = subprocess.run(  # noqa: S603 - both commits are hexadecimal digits
            [git, "-C", os.fspath(root), "merge-base", "--is-ancestor", older, commit],
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {0: True, 1: False}.get(done.returncode)
