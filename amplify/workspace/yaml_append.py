"""Adding to `config/queue.yaml` without disturbing it: comments, order and quoting stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from amplify.model.errors import ProblemsFound, WrongUse
from amplify.workspace.atomic_write import only_writer, write_whole
from amplify.workspace.file_types import QUEUE
from amplify.workspace.files import YAML_BYTES, UnreadableFile, read_bytes, read_text
from amplify.workspace.parse_when import day_of
from amplify.workspace.yaml_reader import YamlDocument, read_yaml
from amplify.workspace.yaml_rewrite import rewritten
from amplify.workspace.yaml_scalars import NotANumber, plain_scalar

Plain = dict[str, Any]

_HEADER: Final = "# yaml-language-server: $schema=schema/queue.json\n# What goes out when, where, by whom.\nentries:\n"
_PLAIN = re.compile(r"[\w./+][\w./+:@ -]*", re.ASCII)


def append_entries(root: Path, entries: Sequence[Plain]) -> tuple[str, ...]:
    """Add entries at the end of the queue, as lines; nothing else in the file changes. Gives their ids.

    An entry without an id gets one from its first post and its day. Waits for other writers, and replaces the
    file at once. The entries must be good: whoever calls has checked. Raises ProblemsFound where the file cannot
    be read, WrongUse where a given id is taken.
    """
    with only_writer(root, "queue"):
        path = root / QUEUE.path
        text = _text(root) if path.exists() else _HEADER
        document = _document(text) if path.exists() else None
        before = _entries(document) if document else []
        named = _named(entries, {entry.get("id") for entry in before if isinstance(entry, dict)})
        write_whole(path, _appended(text, document, before, named))
    return tuple(entry["id"] for entry in named)


def _named(entries: Sequence[Plain], taken: set[Any]) -> list[Plain]:
    given = [entry["id"] for entry in entries if "id" in entry]
    for name in given:
        if name in taken or given.count(name) > 1:
            raise WrongUse(f"the queue has an entry `{name}` already: choose another id")
    taken = {*taken, *given}
    named = []
    for entry in entries:
        name = entry.get("id") or free_id(f"{entry['posts'][0]}-{day_of(entry['when'])}", taken)
        taken.add(name)
        named.append({"id": name, **{key: value for key, value in entry.items() if key != "id"}})
    return named


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """`wanted` as an id that is not taken yet: `-2`, `-3` … at its end where it is."""
    names = set(taken)
    base = re.sub(r"[^a-z0-9_-]+", "-", wanted.lower()).strip("-_")[:60] or "entry"
    name, number = base, 1
    while name in names:
        number += 1
        name = f"{base[: 63 - len(str(number))]}-{number}"
    return name


def _text(root: Path) -> str:
    # Not `read_text`: line endings and a byte order mark stay as they are.
    try:
        read_text(root, QUEUE.path, YAML_BYTES)
        return read_bytes(root, QUEUE.path, YAML_BYTES).decode()
    except UnreadableFile as unreadable:
        raise ProblemsFound(f"{unreadable.problem.place}: {unreadable.problem.message}") from None


def _document(text: str) -> YamlDocument:
    document, problems = read_yaml(_normal(text), QUEUE.path)
    if document is None or problems:
        problem = problems[0]
        raise ProblemsFound(f"{problem.place}: {problem.message}; mend it first, then add")
    return document


def _normal(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _entries(document: YamlDocument) -> list[Any]:
    plain = document.plain
    entries = plain.get(QUEUE.key) if isinstance(plain, dict) else None
    if entries is None and isinstance(plain, dict) and set(plain) <= {QUEUE.key}:
        return []
    if not isinstance(entries, list):
        raise ProblemsFound(f"{document.start}: {QUEUE.path} has no list of `{QUEUE.key}:`; mend it first, then add")
    return entries


def _appended(text: str, document: YamlDocument | None, before: list[Any], entries: Sequence[Plain]) -> str:
    """The file's new text. Lines are added at its end; only where that cannot be (a list in brackets, something
    below the list) is the file written anew, comments and all."""
    expected = [*before, *entries]
    newline = "\r\n" if "\r\n" in text else "\n"
    indent, spaced = _manner(text, document, before)
    start = text if text.endswith(("\n", "\r")) else text + newline
    lines: list[str] = []
    for number, entry in enumerate(entries):
        if spaced and (before or number):
            lines.append("")
        lines += _lines(entry, indent)
    added = start + "".join(line + newline for line in lines)
    if _says(added, expected):
        return added
    again = rewritten(text, QUEUE.key, entries)
    if _says(again, expected):
        return again
    raise ProblemsFound(
        f"{QUEUE.path} is written in a way that cannot be added to: write `{QUEUE.key}:` as a list of `-`"
    )


def _says(text: str, expected: list[Any]) -> bool:
    document, problems = read_yaml(_normal(text), QUEUE.path)
    plain = document.plain if document else None
    return not problems and isinstance(plain, dict) and plain.get(QUEUE.key) == expected


def _manner(text: str, document: YamlDocument | None, before: list[Any]) -> tuple[str, bool]:
    """How the file is written: the indentation of its `-`, and whether a blank line stands between entries."""
    if document is None or not before:
        return "  ", True
    lines = _normal(text).split("\n")
    last = document.place((QUEUE.key, len(before) - 1)).line - 1
    dash = re.match(r"[ ]*(?=-)", lines[last])
    above = last - 1
    while above > 0 and lines[above].lstrip().startswith("#"):
        above -= 1
    spaced = len(before) < 2 or not lines[above].strip()
    return (dash[0] if dash else "  "), spaced


def _lines(entry: Plain, indent: str) -> list[str]:
    lines = [f"{key}: {_value(value)}" for key, value in entry.items()]
    return [f"{indent}- {lines[0]}"] + [f"{indent}  {line}" for line in lines[1:]]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, str) and not _stays_text(value):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _stays_text(value: str) -> bool:
    """Whether a text can stand without quotes, in brackets too, for YAML 1.2 and for editors that read 1.1."""
    if _PLAIN.fullmatch(value) is None or ": " in value or value.endswith((":", " ")) or " #" in value:
        return False
    if value.lower() in ("y", "n", "yes", "no", "on", "off") or re.fullmatch(r"[\d:.+_-]+", value):
        return False
    try:
        return isinstance(plain_scalar(value), str)
    except NotANumber:
        return False
