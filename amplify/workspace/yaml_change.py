"""Changing one entry of a list file (`config/people.yaml` …): comments, order and quoting stay as they are."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, Final

from amplify.model.errors import ProblemsFound, WrongUse
from amplify.workspace.atomic_write import only_writer, write_whole
from amplify.workspace.file_types import ListFile
from amplify.workspace.files import YAML_BYTES, UnreadableFile, read_bytes, read_text
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.validate import SourceNode, read_word
from amplify.workspace.yaml_reader import YamlDocument, read_yaml

Changes = Mapping[tuple[str, ...], Any]
"""Path of keys below the entry → its new value; a list is added to the one that is there. Days are dates."""

_AFTER: Final[Mapping[str, str]] = {"state_since": "state", "withdrawn": "review"}
"""New key → the one behind which it is written, where that is there."""


def change_entry(root: Path, file: ListFile, id: str, changes: Changes) -> None:
    """Write new values into the entry `id`, and leave the rest of the file alone.

    Waits for other writers, and replaces the file at once. Raises WrongUse where there is no such entry, or where it
    would no longer be a good one; ProblemsFound where the file cannot be read.
    """
    with only_writer(root, file.key):
        try:
            text = read_text(root, file.path, YAML_BYTES)
            raw = read_bytes(root, file.path, YAML_BYTES).decode()
        except UnreadableFile as unreadable:
            raise ProblemsFound(f"{unreadable.problem.place}: {unreadable.problem.message}") from None
        before = _plain(text, file)
        number = _number(before, file, id)
        wanted = copy.deepcopy(before)
        _apply(wanted[file.key][number], changes, plain=True)
        rewritten = _changed(text, file, number, changes)
        changed, document = rewritten, _read(rewritten, file, wanted)
        spliced = _spliced(text, rewritten, file, number)
        if spliced is not None and (read := _read(spliced, file, wanted)) is not None:
            changed, document = spliced, read
        if document is None:
            raise ProblemsFound(f"{file.path} is written in a way that cannot be changed: change `{id}` by hand")
        word, problems = read_word(file.entry, SourceNode(document, (file.key, number)))
        if word is None:
            raise WrongUse(f"`{id}` stays as it is: " + "; ".join(problem.message for problem in problems))
        mark = "\ufeff" if raw.startswith("\ufeff") else ""
        write_whole(root / file.path, mark + (changed.replace("\n", "\r\n") if "\r\n" in raw else changed))


def _plain(text: str, file: ListFile) -> Any:
    document, problems = read_yaml(text, file.path)
    if document is None or problems:
        raise ProblemsFound(f"{problems[0].place}: {problems[0].message}; mend it first")
    return document.plain


def _read(text: str, file: ListFile, wanted: Any) -> YamlDocument | None:
    """The document, if it says exactly what it should."""
    document, problems = read_yaml(text, file.path)
    return document if document is not None and not problems and document.plain == wanted else None


def _spliced(text: str, rewritten: str, file: ListFile, number: int) -> str | None:
    """The old file with this entry's lines as they were written anew: the others stay to the letter."""
    before, after = _lines_of(text, file, number), _lines_of(rewritten, file, number)
    if before is None or after is None:
        return None
    old, new = text.split("\n"), rewritten.split("\n")
    return "\n".join([*old[: before[0]], *new[after[0] : after[1]], *old[before[1] :]])


def _lines_of(text: str, file: ListFile, number: int) -> tuple[int, int] | None:
    """The lines of an entry, up to the next one; None where entries share lines."""
    document, _ = read_yaml(text, file.path)
    entries = document.plain.get(file.key) if document is not None else None
    if document is None or not isinstance(entries, list):
        return None
    starts = [document.place((file.key, at)).line - 1 for at in range(len(entries))]
    if len(set(starts)) < len(starts):
        return None
    return starts[number], starts[number + 1] if number + 1 < len(starts) else text.count("\n") + 1


def _number(plain: Any, file: ListFile, id: str) -> int:
    entries = plain.get(file.key) if isinstance(plain, dict) else None
    if not isinstance(entries, list):
        raise ProblemsFound(f"{file.path} has no list of `{file.key}:`; mend it first")
    ids = [entry.get("id") for entry in entries if isinstance(entry, dict)]
    if id not in ids:
        raise WrongUse(f"{file.path} has no `{id}`" + did_you_mean(id, [str(one) for one in ids]))
    return next(at for at, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("id") == id)


def _apply(entry: Any, changes: Changes, plain: bool) -> None:
    for path, value in changes.items():
        inner = entry
        for key in path[:-1]:
            inner = inner[key]
        if isinstance(value, Sequence) and not isinstance(value, str):
            said = [_said(one, plain) for one in value]
            if inner.get(path[-1]):
                inner[path[-1]].extend(said)
            else:
                inner[path[-1]] = said
        else:
            _set(inner, path[-1], _said(value, plain))


def _set(inner: Any, key: str, value: Any) -> None:
    behind = _AFTER.get(key)
    if key not in inner and behind in inner and hasattr(inner, "insert"):
        inner.insert(list(inner).index(behind) + 1, key, value)
    else:
        inner[key] = value


def _said(value: Any, plain: bool) -> Any:
    """As it stands in the file: our reader takes days as texts, the writer of the file as days."""
    if isinstance(value, Mapping):
        return {key: _said(inner, plain) for key, inner in value.items()}
    return value.isoformat() if plain and isinstance(value, date) else value


def _changed(text: str, file: ListFile, number: int, changes: Changes) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.brace_single_entry_mapping_in_flow_sequence = True  # `[{start: …}]` stays as it is
    yaml.indent(mapping=2, sequence=4 if _indented(text, file) else 2, offset=2 if _indented(text, file) else 0)
    try:
        whole = yaml.load(text)
        _apply(whole[file.key][number], changes, plain=False)
        out = StringIO()
        yaml.dump(whole, out)
    except (YAMLError, AttributeError, TypeError, KeyError) as error:  # what it says is for programmers
        raise ProblemsFound(f"{file.path} cannot be changed by a program: change it by hand") from error
    return out.getvalue()


def _indented(text: str, file: ListFile) -> bool:
    """Whether the `-` of the list stand to the right of its key."""
    lines = text.split("\n")
    below = lines[next((at for at, line in enumerate(lines) if line.startswith(f"{file.key}:")), 0) + 1 :]
    return not next((line for line in below if line.lstrip().startswith("- ")), "  - ").startswith("- ")
