"""Reads workspace files as bytes and text. What cannot be read is a problem, never an exception."""

from __future__ import annotations

import mmap
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.rules.text.encoding_guess import guess_encoding

POST_BYTES = 256_000
"""Largest post: fifty pages of text; anything longer is the wrong file."""
YAML_BYTES = 4_000_000
"""Largest file of `config/`, and largest note beside a picture."""
PICTURE_BYTES = 20_000_000
"""Largest picture: four times what the most generous platform takes."""
VIDEO_BYTES = 512_000_000
"""Largest video: what the most generous platform takes."""

CAPTION_BYTES = 200_000
"""Largest file of captions: hours of speech."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = "\ufeff"
# Control characters, the line separators that only some programs break lines at, and characters that are none.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# What git writes where two versions disagree, and what `git diff --check` calls a left-over of it.
_CONFLICT = re.compile(r"^(?:[ \t]*+(?:<{7,}+|>{7,}+|\|{7,}+)(?=[ \t]|$)|={7}[ \t]*$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class UnreadableFile(Exception):
    """The file cannot be read as text; `problem` says why."""

    problem: Problem


def files_below(root: Path, folder: str) -> tuple[list[str], list[Problem]]:
    """All files below `root/folder`, sorted, as posix paths from `root`. Hidden ones and editors' backups are not ours.

    Linked folders are refused: they lead out of the workspace, or around in it.
    """
    found: list[str] = []
    problems: list[Problem] = []
    for path, entry in _entries(root, folder, problems):
        if entry.is_symlink() and os.path.isdir(entry.path):
            problems.append(
                _problem(path, "FILE-LINK", "this folder is a link: put the files themselves into the workspace")
            )
        else:
            found.append(path)
    return sorted(found), problems


def _entries(root: Path, folder: str, problems: list[Problem]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    waiting = [folder]
    while waiting:
        at = waiting.pop()
        try:
            with os.scandir(root / at) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(_problem(at, "FILE-READ", f"this folder cannot be opened: {_reason(error)}"))
            continue
        for entry in inside:
            path = f"{at}/{entry.name}"
            if entry.name.startswith(".") or entry.name.endswith("~"):
                continue
            try:
                path.encode()
            except UnicodeEncodeError:
                shown = path.encode("utf-8", "replace").decode()
                problems.append(_problem(shown, "FILE-NAME", "the name of this file is not UTF-8: rename it"))
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                yield path, entry


def read_bytes(root: Path, path: str, limit: int) -> bytes:
    """The bytes of a regular file inside the workspace, at most `limit`. Raises UnreadableFile."""
    with _opened(root, path, limit) as file:
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise _unread(path, error) from None
    if len(data) > limit:  # it grew while we looked
        raise UnreadableFile(_too_large(path, len(data), limit))
    if not data:
        raise UnreadableFile(_problem(path, "FILE-EMPTY", "this file is empty: fill it or delete it"))
    return data


@contextmanager
def map_file(root: Path, path: str, limit: int) -> Iterator[mmap.mmap]:
    """Map a file into memory, for files that are larger than memory is. Raises UnreadableFile."""
    with _opened(root, path, limit) as file:
        if not os.fstat(file.fileno()).st_size:
            raise UnreadableFile(_problem(path, "FILE-EMPTY", "this file is empty: fill it or delete it"))
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _opened(root: Path, path: str, limit: int) -> BinaryIO:
    try:
        full = root / path
        # Linked folders have been refused, so only the file itself can lead elsewhere.
        if full.is_symlink() and not full.resolve(strict=True).is_relative_to(root.resolve()):
            raise UnreadableFile(
                _problem(path, "FILE-LINK", "this is a link out of the workspace: put the file itself here")
            )
        status = full.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile(_problem(path, "FILE-READ", "this is not an ordinary file: remove it"))
        if status.st_size > limit:
            raise UnreadableFile(_too_large(path, status.st_size, limit))
        return full.open("rb")
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself, before Python 3.13
        raise _unread(path, error) from None


def _unread(path: str, error: Exception) -> UnreadableFile:
    return UnreadableFile(_problem(path, "FILE-READ", f"this file cannot be read: {_reason(error)}"))


def read_text(root: Path, path: str, limit: int) -> str:
    """A file as text: UTF-8, a byte order mark taken off, every line ending as `\\n`. Raises UnreadableFile."""
    return decode_text(read_bytes(root, path, limit), path)


def decode_text(data: bytes, path: str) -> str:
    """Bytes → text as `read_text` gives it. Raises UnreadableFile."""
    if data.startswith(_UTF16) or (b"\0" in data[:64] and guess_encoding(data) == "UTF-16"):
        raise UnreadableFile(
            _problem(path, "FILE-UTF8", "this file is saved as UTF-16: save it as UTF-8", line=1, column=1)
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = _end_of(before)
        guess = guess_encoding(data)
        looks = f", and looks like {guess}" if guess else ""
        raise UnreadableFile(
            _problem(
                path,
                "FILE-UTF8",
                f"this file is not UTF-8 (byte 0x{data[error.start]:02x} here){looks}: save it as UTF-8",
                line=line,
                column=column,
            )
        ) from None
    text = text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        line, column = _end_of(text[: forbidden.start()])
        raise UnreadableFile(
            _problem(
                path,
                "FILE-CHARACTER",
                f"an invisible character (U+{ord(forbidden[0]):04X}) stands here: delete it",
                line=line,
                column=column,
            )
        )
    if not text.strip():
        raise UnreadableFile(_problem(path, "FILE-EMPTY", "this file is empty: fill it or delete it"))
    if conflict := _CONFLICT.search(text):
        line, column = _end_of(text[: conflict.start()])
        raise UnreadableFile(_problem(path, "FILE-CONFLICT", _two_versions(conflict[0]), line=line, column=column))
    return text


def _two_versions(mark: str) -> str:
    advice = "keep the right one of the two, and delete the lines of `<<<<<<<`, `=======` and `>>>>>>>`"
    if "=" in mark:
        advice += "; if it is meant as a line, make it shorter or longer"
    return f"`{mark.strip()[:7]}`: two versions disagreed here, and git has left both in this file: {advice}"


def _end_of(text: str) -> tuple[int, int]:
    text = text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _problem(path: str, code: str, message: str, *, line: int = 0, column: int = 0) -> Problem:
    return Problem(SourceLocation(path, line, column), code, message, Severity.ERROR)


def _too_large(path: str, size: int, limit: int) -> Problem:
    return _problem(
        path, "FILE-SIZE", f"this file is {_bytes(size)} large, {_bytes(limit)} at most: is it the right file?"
    )


def _bytes(count: int) -> str:
    return f"{count / 1_000_000:.3g} MB" if count >= 1_000_000 else f"{count / 1000:.3g} kB"


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "it cannot be followed").lower()


def read_head(root: Path, path: str) -> bytes:
    """The beginning of a file that cannot be parsed, to find the ids in it. Empty where there is none."""
    try:
        full = (root / path).resolve(strict=True)
        if full.is_relative_to(root.resolve()) and full.is_file():
            with full.open("rb") as file:
                return file.read(POST_BYTES)
    except (OSError, RuntimeError):
        pass
    return b""
