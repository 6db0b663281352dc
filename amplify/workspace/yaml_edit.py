"""Edits a list file (`config/queue.yaml`, `config/people.yaml` …) by splicing: new text is put in, or a value replaced,
exactly where the parser's marks say. Every other byte stays: comments, order, quoting, indentation, line endings."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import Any, Final

from amplify.model.errors import ProblemsFound, WrongUse
from amplify.model.problem import Problem, Severity
from amplify.workspace.atomic_write import only_writer, write_whole
from amplify.workspace.file_types import QUEUE, ListFile
from amplify.workspace.files import YAML_BYTES, UnreadableFile, read_bytes, read_text
from amplify.workspace.parse_when import day_of
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.validate import SourceNode, read_word
from amplify.workspace.yaml_reader import Loc, YamlDocument, read_yaml
from amplify.workspace.yaml_scalars import NotANumber, plain_scalar

Plain = dict[str, Any]
Node = Any
"""A node of PyYAML's tree: its `id`, its value, where it starts and ends."""
Changes = Mapping[tuple[str, ...], Any]
"""Path of keys below the entry → its new value; a list is added to the one that is there. Days are dates."""

_BOM: Final = "\ufeff"
_HEADER: Final = "# yaml-language-server: $schema=schema/queue.json\n# What goes out when, where, by whom.\nentries:\n"
_PLAIN = re.compile(r"[\w./+][\w./+:@ -]*", re.ASCII)
_BREAK = re.compile(r"\r\n|\r|\n")
_COMMENT = re.compile(r"(?:[ \t]*+(?:\r\n|\r|\n))*+([ ]++)#[^\r\n]*+(?:\r\n|\r|\n)?")
"""The next comment of its own line that is indented."""
_BLOCK_HEADER = re.compile(r"([|>][1-9]?)[+-]?")
_AFTER: Final[Mapping[str, str]] = {"state_since": "state", "withdrawn": "review"}
"""New key → the one behind which it is written, where that is there."""


def append_entries(root: Path, entries: Sequence[Plain]) -> tuple[str, ...]:
    """Add entries at the end of the queue; nothing else in the file changes. Gives their ids.

    An entry without an id gets one from its first post and its day. Waits for other writers, and replaces the
    file at once. The entries must be good: whoever calls has checked. Raises ProblemsFound where the file cannot
    be read, WrongUse where a given id is taken.
    """
    with only_writer(root, PurePath(QUEUE.path).stem):
        mark, text = _source(root, QUEUE) if (root / QUEUE.path).exists() else ("", _HEADER)
        before = _entries(_document(text, QUEUE, "mend it first, then add"), QUEUE)
        named = _named(entries, {entry.get("id") for entry in before if isinstance(entry, dict)})
        # A blank line between entries can be content of a block scalar above it: then there is none.
        # Behind `? entries` no list opens up: the last way stays between the brackets.
        for blocks, spaced in dict.fromkeys(((True, _spaced(text, QUEUE)), (True, False), (None, False))):
            try:
                added = _with_items(text, (QUEUE.key,), named, as_blocks=blocks, spaced=spaced)
            except KeyError:
                continue
            if _says(added, QUEUE, [*before, *named]):
                break
        else:
            raise ProblemsFound(
                f"{QUEUE.path} is written in a way that cannot be added to: write `{QUEUE.key}:` as a list of `-`"
            )
        write_whole(root / QUEUE.path, mark + added)
    return tuple(entry["id"] for entry in named)


def change_entry(root: Path, file: ListFile, id: str, changes: Changes) -> None:
    """Write new values into the entry `id`, and leave the rest of the file alone.

    Waits for other writers, and replaces the file at once. Raises WrongUse where there is no such entry, or where it
    would no longer be a good one; ProblemsFound where the file cannot be read.
    """
    with only_writer(root, PurePath(file.path).stem):
        mark, text = _source(root, file)
        before = _entries(_document(text, file, "mend it first"), file)
        number = _number(before, file, id)
        wanted = copy.deepcopy(before)
        try:
            for path, value in changes.items():
                _apply(wanted[number], path, value)
                text = _changed(text, (file.key, number, *path), value)
        except (KeyError, TypeError, AttributeError):  # somewhere on the way stands no mapping
            raise _by_hand(file, id) from None
        document = _says(text, file, wanted)
        if document is None:
            raise _by_hand(file, id)
        word, problems = read_word(file.entry, SourceNode(document, (file.key, number)))
        if word is None:
            raise WrongUse(f"`{id}` stays as it is: " + "; ".join(problem.message for problem in problems))
        write_whole(root / file.path, mark + text)


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """`wanted` as an id that is not taken yet: `-2`, `-3` … at its end where it is."""
    names = set(taken)
    base = re.sub(r"[^a-z0-9_-]+", "-", wanted.lower()).strip("-_")[:60] or "entry"
    name, number = base, 1
    while name in names:
        number += 1
        name = f"{base[: 63 - len(str(number))]}-{number}"
    return name


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


# ---- what the file says


def _source(root: Path, file: ListFile) -> tuple[str, str]:
    """The byte order mark, if any, and the file's text with its own line endings, which `read_text` would change."""
    try:
        read_text(root, file.path, YAML_BYTES)
        raw = read_bytes(root, file.path, YAML_BYTES).decode()
    except UnreadableFile as unreadable:
        raise ProblemsFound(f"{unreadable.problem.place}: {unreadable.problem.message}") from None
    return (_BOM, raw[1:]) if raw.startswith(_BOM) else ("", raw)


def _read(text: str, file: ListFile) -> tuple[YamlDocument | None, Sequence[Problem]]:
    document, problems = read_yaml(_BREAK.sub("\n", text), file.path)
    return document, [one for one in problems if one.severity is Severity.ERROR]


def _document(text: str, file: ListFile, advice: str) -> YamlDocument:
    document, problems = _read(text, file)
    if document is None or problems:
        raise ProblemsFound(f"{problems[0].place}: {problems[0].message}; {advice}")
    return document


def _entries(document: YamlDocument, file: ListFile) -> list[Any]:
    plain = document.plain
    entries = plain.get(file.key) if isinstance(plain, dict) else None
    if entries is None and isinstance(plain, dict) and set(plain) <= {file.key}:
        return []
    if not isinstance(entries, list):
        raise ProblemsFound(f"{document.start}: {file.path} has no list of `{file.key}:`; mend it first")
    return entries


def _says(text: str, file: ListFile, expected: list[Any]) -> YamlDocument | None:
    """The parsed document, if its list equals what is expected."""
    document, problems = _read(text, file)
    plain = document.plain if document is not None and not problems else None
    return document if isinstance(plain, dict) and plain.get(file.key) == expected else None


def _number(entries: list[Any], file: ListFile, id: str) -> int:
    ids = [entry.get("id") if isinstance(entry, dict) else None for entry in entries]
    if id not in ids:
        raise WrongUse(f"{file.path} has no `{id}`" + did_you_mean(id, [str(one) for one in ids if one is not None]))
    return ids.index(id)


def _by_hand(file: ListFile, id: str) -> ProblemsFound:
    return ProblemsFound(f"{file.path} is written in a way that cannot be changed: change `{id}` by hand")


def _apply(entry: Plain, path: tuple[str, ...], value: Any) -> None:
    """The same change on plain values: the expected result of the edit."""
    for key in path[:-1]:
        entry = entry[key]
    said = _as_read(value)
    entry[path[-1]] = [*(entry.get(path[-1]) or ()), *said] if isinstance(said, list) else said


def _as_read(value: Any) -> Any:
    """Values as our YAML reader gives them: dates are texts."""
    if isinstance(value, Mapping):
        return {key: _as_read(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_read(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


# ---- where it stands in the text


def _node(text: str, loc: Loc) -> Node:
    """Raises KeyError where nothing stands at `loc`, or where an edit on the way has left no YAML."""
    import yaml

    try:
        found: Node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as broken:
        raise KeyError(loc) from broken
    for key in loc:
        found = found.value[key] if isinstance(key, int) else _values(found)[key]
    return found


def _values(mapping: Node) -> dict[str, Node]:
    return {key.value: value for key, value in mapping.value}


def _start(node: Node) -> int:
    return int(node.start_mark.index)  # in characters


def _end(text: str, node: Node) -> int:
    """The offset behind a node's last character: the parser ends a block where the next thing begins, comments and
    all.
    """
    if node.id != "scalar" and not node.flow_style and node.value:
        return _end(text, _last(node))
    start, end = _start(node), int(node.end_mark.index)
    header = _BLOCK_HEADER.match(text, start) if node.id == "scalar" and node.style in ("|", ">") else None
    if header is not None and "+" not in header[0]:  # blank lines below it are no part of it
        end = start + len(text[start:end].rstrip(" \t\r\n"))
    return end


def _last(collection: Node) -> Node:
    last = collection.value[-1]
    return last[1] if collection.id == "mapping" else last


def _line_below(text: str, at: int) -> int:
    """Where the line after `at` begins: there already, behind a block scalar."""
    if at and text[at - 1] in "\r\n":
        return at
    found = _BREAK.search(text, at)
    return found.end() if found else len(text)


def _below_comments(text: str, at: int, column: int) -> int:
    """Below comments that are indented like the list: an entry that is commented out stays where it was."""
    while (found := _COMMENT.match(text, at)) and len(found[1]) >= column:
        at = found.end()
    return at


def _spaced(text: str, file: ListFile) -> bool:
    """Whether a blank line stands between entries; where there are fewer than two, one is put there."""
    entries = _values(_node(text, ())).get(file.key)
    if entries is None or entries.id != "sequence" or len(entries.value) < 2:
        return True
    above = _BREAK.split(text[: _start(entries.value[-1])])[:-1]
    while above and above[-1].lstrip().startswith("#"):
        above.pop()
    return not above or not above[-1].strip()


# ---- what is put in


def _changed(text: str, loc: Loc, value: Any) -> str:
    if not isinstance(value, list | tuple):
        return _with_value(text, loc, _written(value))
    parent = _node(text, loc[:-1])
    if loc[-1] not in _values(parent) and not parent.flow_style:
        text = _with_value(text, loc, "")
    return _with_items(text, loc, value)


def _with_value(text: str, loc: Loc, written: str) -> str:
    """The text with the key at the end of `loc` set to `written`, whether it was there or not."""
    parent, key = _node(text, loc[:-1]), str(loc[-1])
    values = _values(parent)
    if key in values:
        start, end = _start(values[key]), _end(text, values[key])
        end = start + len(text[start:end].rstrip("\r\n"))  # the last line of a block scalar keeps its end
        return text[:start] + (" " if start == end else "") + written + text[end:]
    said = f"{key}: {written}".rstrip(" ")
    if parent.flow_style:
        at = _end(text, _last(parent)) if values else _start(parent) + 1
        return text[:at] + (", " if values else "") + said + text[at:]
    before = values.get(_AFTER.get(key, ""), _last(parent))
    return _with_lines(text, _line_below(text, _end(text, before)), [" " * parent.start_mark.column + said])


def _with_items(text: str, loc: Loc, items: Sequence[Any], as_blocks: bool | None = None, spaced: bool = False) -> str:
    """The list at `loc` has `items` at its end. `as_blocks`: a line for each key; None: as its last item has it."""
    parent = _node(text, loc[:-1])
    there = _values(parent).get(str(loc[-1]))
    flow = ", ".join(map(_written, items))
    if there is not None and there.id == "sequence" and there.value:
        last, column = there.value[-1], there.start_mark.column
        if there.flow_style:
            return text[: _end(text, last)] + f", {flow}" + text[_end(text, last) :]
        blocks = last.id == "mapping" and not last.flow_style if as_blocks is None else as_blocks
        at = _below_comments(text, _line_below(text, _end(text, last)), column)
        return _with_lines(text, at, [*([""] if spaced else []), *_lines(items, column, blocks, spaced)])
    if there is not None and there.id == "sequence":
        inside = _start(there) + 1
        # A comment may stand between the brackets.
        if parent.flow_style or as_blocks is None or text[inside : _end(text, there) - 1].strip():
            return text[:inside] + flow + text[inside:]
    if there is None or parent.flow_style:
        return _with_value(text, loc, f"[{flow}]")
    bare = text[: _start(there)].rstrip(" \t")  # `[]` or `null` opens up
    column = parent.start_mark.column + 2
    # Behind a bare `key:` no tab may stand.
    opened = bare + re.sub(r"\A *+\t[ \t]*+(?=#)", "  ", text[_end(text, there) :])
    at = _below_comments(opened, _line_below(opened, len(bare)), column)
    return _with_lines(opened, at, _lines(items, column, bool(as_blocks), spaced))


def _with_lines(text: str, at: int, lines: Sequence[str]) -> str:
    newline = next((found for found in ("\r\n", "\r") if found in text), "\n")
    before = text[:at]
    if before and before[-1] not in "\r\n":
        before = _without_last_break(before) + newline
    return before + "".join(line + newline for line in lines) + text[at:]


def _without_last_break(text: str) -> str:
    """A block scalar that ends the text without a line break says so before it gets one."""
    last = _node(text, ())
    while last.id != "scalar" and not last.flow_style and last.value:
        last = _last(last)
    if last.id != "scalar" or last.style not in ("|", ">"):
        return text
    return text[: _start(last)] + _BLOCK_HEADER.sub(r"\1-", text[_start(last) :], count=1)


def _lines(items: Sequence[Any], column: int, as_blocks: bool, spaced: bool) -> list[str]:
    indent = " " * column
    lines: list[str] = []
    for number, item in enumerate(items):
        if spaced and number:
            lines.append("")
        if as_blocks and isinstance(item, Mapping):
            said = [f"{_written(key)}: {_written(value)}" for key, value in item.items()]
            lines += [f"{indent}- {said[0]}", *(f"{indent}  {line}" for line in said[1:])]
        else:
            lines.append(f"{indent}- {_written(item)}")
    return lines


def _written(value: Any) -> str:
    """On one line, as flow YAML that our reader and editors read alike."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_written(key)}: {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) and _stays_text(value) else json.dumps(value, ensure_ascii=False)


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
