"""Reads queue entries from a spreadsheet (CSV): one row an entry.

Columns, in any order: `posts` and `when` (as in `amplify add --when`), and where wanted `id, partners, platforms,
lateness, note`. Separated by commas, semicolons or tabs; several posts, partners or platforms in one cell by `|` or
spaces. UTF-8, with a byte order mark or without.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any, Final

from amplify.model.errors import WrongUse
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.model.queue_entry import QueueEntry
from amplify.workspace.draft_entry import DraftEntry, entry_of, say_the_same, validate_draft
from amplify.workspace.files import YAML_BYTES, UnreadableFile, decode_text, read_bytes
from amplify.workspace.parse_when import parse_when
from amplify.workspace.parsed import ParsedWorkspace

COLUMNS: Final = ("id", "posts", "when", "partners", "platforms", "lateness", "note")
_NEEDED: Final = ("posts", "when")
_LISTS: Final = frozenset({"posts", "partners", "platforms"})
_LINE_MOST: Final = 50_000
"""Characters of a line. The parser has a limit for cells, too, and would not say which it met."""
_BETWEEN = re.compile(r"[\s|,;]+")


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
    try:
        text = decode_text(read_bytes(file.resolve().parent, file.name, YAML_BYTES), path)
    except UnreadableFile as unreadable:
        problem = unreadable.problem
        place = SourceLocation(path, problem.place.line, problem.place.column)
        return ImportedSheet((), (Problem(place, problem.code, problem.message),))
    return _Sheet(findings, path, now).read(text)


class _Sheet:
    def __init__(self, findings: ParsedWorkspace, path: str, now: datetime | None) -> None:
        self.findings, self.path, self.now = findings, path, now
        self.problems: list[Problem] = []
        self.entries: list[dict[str, Any]] = []
        self.cells: dict[str, int] = {}
        self.ids: dict[str, int] = {}
        self.words: list[tuple[int, QueueEntry]] = []

    def note(self, line: int, cell: int, code: str, message: str) -> None:
        self.problems.append(Problem(SourceLocation(self.path, line, cell), code, message))

    def read(self, text: str) -> ImportedSheet:
        lines = enumerate(text.split("\n"), start=1)
        if long := next((number for number, line in lines if len(line) > _LINE_MOST), None):
            self.note(
                long, 1, "SHEET-ROW", f"this line is longer than {_LINE_MOST:,} characters: is it the right file?"
            )
            return ImportedSheet((), tuple(self.problems))
        rows = self._rows(text)
        line, header = next(rows, (1, []))
        if self._header(line, header):
            for number, row in rows:
                self._row(number, row, len(header))
            if not self.entries and not self.problems:
                self.note(line, 1, "FILE-EMPTY", "below its header this file has no rows")
        return ImportedSheet(tuple(self.entries), tuple(sorted(self.problems)))

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, each with the line it begins on."""
        first = text.lstrip("\n").partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
        line = 1
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error:
                self.note(line, 1, "SHEET-ROW", "a quotation mark is not closed in this row, or stands inside a cell")
                return
            if any(cell.strip() for cell in row):
                yield line, [cell.strip() for cell in row]
            line = rows.line_num + 1

    def _header(self, line: int, header: list[str]) -> bool:
        for cell, written in enumerate(header, start=1):
            name = written.lower()
            if name in self.cells:
                self.note(line, cell, "SHEET-COLUMN", f"the column `{name}` is there twice: remove one")
            elif name in COLUMNS:
                self.cells[name] = cell
            else:
                close = get_close_matches(name, COLUMNS, n=1)
                hint = f"did you mean `{close[0]}`?" if close else "there are: " + ", ".join(COLUMNS)
                self.note(line, cell, "SHEET-COLUMN", f"unknown column `{written}`; {hint}")
        for name in _NEEDED:
            if name not in self.cells:
                self.note(line, 1, "SHEET-COLUMN", f"the first row names the columns; `{name}` is missing there")
        return all(name in self.cells for name in _NEEDED)

    def _row(self, line: int, row: list[str], width: int) -> None:
        for cell, value in enumerate(row[width:], start=width + 1):
            if value:
                self.note(
                    line, cell, "SHEET-ROW", f"`{value[:40]}` stands outside the columns: quote cells with commas"
                )
        said: dict[str, Any] = {}
        for name, cell in self.cells.items():
            value = row[cell - 1] if cell <= len(row) else ""
            said[name] = [word for word in _BETWEEN.split(value) if word] if name in _LISTS else value
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
