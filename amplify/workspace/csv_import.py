"""Reads queue entries from a spreadsheet (CSV, .xlsx, .ods): one row an entry.

Columns, in any order: `posts` and `when` (as in `amplify add --when`), and where wanted `id, partners, platforms,
lateness, note`. CSV is UTF-8, separated by commas, semicolons or tabs. Several posts, partners or platforms in one cell
stand between `|` or spaces; a post may be called by its file, a partner by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from amplify.model.errors import WrongUse
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.model.queue_entry import QueueEntry
from amplify.workspace.draft_entry import DraftEntry, entry_of, say_the_same, validate_draft
from amplify.workspace.files import YAML_BYTES, UnreadableFile, decode_text, read_bytes
from amplify.workspace.parse_when import parse_when
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.sheet_rows import WORKBOOKS, Row, UnreadableSheet, csv_rows, workbook_rows

COLUMNS: Final = ("id", "posts", "when", "partners", "platforms", "lateness", "note")
_NEEDED: Final = ("posts", "when")
_LISTS: Final = frozenset({"posts", "partners", "platforms"})
_BETWEEN = re.compile(r"[\s|,;]+")
_BARS = re.compile(r"[|;\n]")


@dataclass(frozen=True, slots=True)
class ImportedSheet:
    """The entries and problems of a spreadsheet."""

    entries: tuple[dict[str, Any], ...]
    """As they stand in the file; not to be used while a problem is an error."""
    problems: tuple[Problem, ...]
    """Column: the number of the cell in its row, from 1."""

    @property
    def good(self) -> bool:
        """Whether the entries may be added."""
        return all(problem.severity is Severity.WARNING for problem in self.problems)


def read_sheet(findings: ParsedWorkspace, file: Path, now: datetime | None = None) -> ImportedSheet:
    """Read a spreadsheet, and compare each row with the workspace, and with the present where it is given."""
    path = file.as_posix()
    sheet = _Sheet(findings, path, now)
    try:
        data = read_bytes(file.resolve().parent, file.name, YAML_BYTES)
        if file.suffix.lower() in WORKBOOKS:
            rows, further = workbook_rows(data)
            if further:
                sheet.warn("SHEET-FILE", f"only the first sheet is read, not `{'`, `'.join(further)[:200]}`")
            return sheet.read(iter(rows))
        return sheet.read(csv_rows(decode_text(data, path)))
    except UnreadableFile as unreadable:
        problem = unreadable.problem
        place = SourceLocation(path, problem.place.line, problem.place.column)
        return ImportedSheet((), (Problem(place, problem.code, problem.message),))
    except UnreadableSheet as broken:
        sheet.note(broken.line, 1, broken.code, str(broken))
        return ImportedSheet((), tuple(sorted(sheet.problems)))


class _Sheet:
    def __init__(self, findings: ParsedWorkspace, path: str, now: datetime | None) -> None:
        self.findings, self.path, self.now = findings, path, now
        self.problems: list[Problem] = []
        self.entries: list[dict[str, Any]] = []
        self.cells: dict[str, int] = {}
        self.unknown: set[int] = set()
        """Columns that have been told already."""
        self.ids: dict[str, int] = {}
        self.names: dict[str, Mapping[str, str]] = {}
        self.words: list[tuple[int, QueueEntry]] = []

    def note(self, line: int, cell: int, code: str, message: str) -> None:
        self.problems.append(Problem(SourceLocation(self.path, line, cell), code, message))

    def warn(self, code: str, message: str) -> None:
        self.problems.append(Problem(SourceLocation(self.path, 1, 1), code, message, Severity.WARNING))

    def read(self, rows: Iterator[Row]) -> ImportedSheet:
        line, header = next(rows, (1, []))
        if self._header(line, header):
            try:
                for number, row in rows:
                    self._row(number, row)
            except UnreadableSheet as broken:
                self.note(broken.line, 1, broken.code, str(broken))
            if not self.entries and all(one.severity is Severity.WARNING for one in self.problems):
                self.note(line, 1, "FILE-EMPTY", "below its header this file has no rows")
        return ImportedSheet(tuple(self.entries), tuple(sorted(self.problems)))

    def _header(self, line: int, header: list[str]) -> bool:
        for cell, written in enumerate(header, start=1):
            name = written.lower()
            if not name:  # spreadsheets save empty columns, too; what stands in one is told with its row
                continue
            if name in self.cells:
                self.note(line, cell, "SHEET-COLUMN", f"the column `{name}` is there twice: remove one")
            elif name in COLUMNS:
                self.cells[name] = cell
            else:
                close = get_close_matches(name, COLUMNS, n=1)
                hint = f"did you mean `{close[0]}`?" if close else "there are: " + ", ".join(COLUMNS)
                self.unknown.add(cell)
                self.note(line, cell, "SHEET-COLUMN", f"unknown column `{written}`; {hint}")
        for name in _NEEDED:
            if name not in self.cells:
                self.note(line, 1, "SHEET-COLUMN", f"the first row names the columns; `{name}` is missing there")
        return all(name in self.cells for name in _NEEDED)

    def _row(self, line: int, row: list[str]) -> None:
        named = self.cells.values()
        for cell, value in enumerate(row, start=1):
            if value and cell not in named and cell not in self.unknown:
                sentence = f"`{value[:40]}` stands in a column without a name: name it, or quote cells with commas"
                self.note(line, cell, "SHEET-ROW", sentence)
        said: dict[str, Any] = {}
        for name, cell in self.cells.items():
            value = row[cell - 1] if cell <= len(row) else ""
            said[name] = list(_ids(value, self._called(name))) if name in _LISTS else value
        for name in _NEEDED:
            if not said[name]:
                self.note(line, self.cells[name], "KEY-MISSING", f"`{name}` is empty in this row")
        try:
            said["when"] = parse_when(said["when"]) if said["when"] else _SOME_TIME
        except WrongUse as wrong:
            self.note(line, self.cells["when"], "SHEET-WHEN", str(wrong))
            said["when"] = _SOME_TIME
        said["posts"] = said["posts"] or ["none"]
        self._take(line, entry_of(**said))

    def _called(self, column: str) -> Mapping[str, str]:
        """What people call the things of a column → their ids: ids in any case, names, files of posts."""
        if column not in self.names:
            if column == "posts":
                named = ((one.word.id, _paths(one.word.place.path)) for one in self.findings.posts)
            elif column == "partners":
                named = ((one.word.id, one.word.name.values()) for one in self.findings.partners)
            else:
                named = ((one, ()) for one in self.findings.platforms)
            self.names[column] = _by_name(named)
        return self.names[column]

    def _take(self, line: int, plain: dict[str, Any]) -> None:
        told = {problem.place for problem in self.problems}
        now = self.now if plain["when"] is not _SOME_TIME else None
        judged = validate_draft(self.findings, DraftEntry(plain, SourceLocation(self.path, line, 1), self.cells), now)
        self.problems += [problem for problem in judged.problems if problem.place not in told]
        name = plain.get("id")
        if name in self.ids:
            self.note(
                line, self.cells["id"], "ID-DUPLICATE", f"queue entry `{name}` stands on line {self.ids[name]} already"
            )
        elif name is not None:
            self.ids[name] = line
        if plain["when"] is _SOME_TIME:
            return
        twin = next((at for at, other in self.words if judged.entry and say_the_same(other, judged.entry)), None)
        if twin is not None:
            self.note(
                line, self.cells["posts"], "ID-DUPLICATE", f"line {twin} says the same already: remove one of them"
            )
        if judged.entry is not None:
            self.words.append((line, judged.entry))
        self.entries.append(plain)


_SOME_TIME: Final = {"at": "2000-01-01T00:00:00Z"}
"""Stands in for a time that cannot be read, so that the rest of the row is still looked at."""


def _paths(path: str) -> Iterable[str]:
    below = path.removeprefix("posts/")
    return (path, below, below.rpartition("/")[2])


def _by_name(named: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, str]:
    """Folded name → id. An id always means itself; a name that several have means none of them."""
    ids: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    for id, names in named:
        ids[id.casefold()] = id
        for name in names:
            others.setdefault(_folded(name), set()).add(id)
    return {name: min(found) for name, found in others.items() if len(found) == 1} | ids


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _ids(cell: str, called: Mapping[str, str]) -> Iterator[str]:
    """The ids in a cell. Names may have blanks and commas in them: a piece between bars that is one is taken whole."""
    for piece in (cell,) if _folded(cell) in called else _BARS.split(cell):
        if whole := called.get(_folded(piece)):
            yield whole
            continue
        comma = [part for part in piece.split(",") if part.strip()]
        for part in comma if all(_folded(one) in called for one in comma) else _BETWEEN.split(piece):
            if part:
                yield called.get(_folded(part), part.lower() if part.lower() == "all" else part)
