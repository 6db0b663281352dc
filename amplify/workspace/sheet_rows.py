"""Rows of a spreadsheet as texts: from CSV, and from the workbooks of Excel (.xlsx) and LibreOffice (.ods)."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Final

WORKBOOKS: Final = (".xlsx", ".ods")
"""Endings of workbooks; everything else is read as CSV."""
_SECONDS_MOST: Final = 60
_LINE_MOST: Final = 50_000
"""Characters of a line. The parser has a limit for cells, too, and would not say which it met."""
_SEPARATOR = re.compile(r'\ufeff?"?sep=(?P<sign>[^"])"?[,;\t]*', re.IGNORECASE)
"""The first line that Excel writes and takes to say what stands between cells."""

Row = tuple[int, list[str]]
"""The line on which it begins, and its cells without blanks around them."""


class UnreadableSheet(Exception):
    """Reading cannot go on; `str()` is the sentence, `line` counts from 1."""

    def __init__(self, code: str, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.code, self.line = code, line


def csv_rows(text: str) -> Iterator[Row]:
    """The rows of a CSV that are not blank. Raises UnreadableSheet, after the rows before the mistake."""
    lines = text.split("\n")
    if long := next((number for number, line in enumerate(lines, start=1) if len(line) > _LINE_MOST), None):
        sentence = f"this line is longer than {_LINE_MOST:,} characters: is it the right file?"
        raise UnreadableSheet("SHEET-ROW", sentence, long)
    skipped = next((number for number, line in enumerate(lines) if line.strip()), 0)
    said = _SEPARATOR.fullmatch(lines[skipped])
    if said is not None:
        skipped += 1
    delimiter = said["sign"] if said is not None else max(",;\t", key=lines[skipped].count)
    rows = csv.reader(StringIO("\n".join(lines[skipped:]), newline=""), delimiter=delimiter, strict=True)
    line = skipped + 1
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            sentence = "a quotation mark is not closed in this row, or stands inside a cell"
            raise UnreadableSheet("SHEET-ROW", sentence, line) from None
        if any(cell.strip() for cell in row):
            yield line, [cell.strip() for cell in row]
        line = skipped + rows.line_num + 1


def workbook_rows(data: bytes) -> tuple[Sequence[Row], Sequence[str]]:
    """The rows of a workbook's first sheet with something in it, and the names of further such sheets.

    Read in a process of its own: one stray cell in the last corner makes the library ask for more memory than there is,
    and its process ends. Raises UnreadableSheet for a file that is none, is locked with a password, or is too large.
    """
    from amplify.workspace.workbook_process import LOCKED, TOO_LARGE

    command = (sys.executable, "-P", "-m", "amplify.workspace.workbook_process")
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS_MOST, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired:
        raise UnreadableSheet("FILE-SIZE", TOO_LARGE) from None
    if done.returncode:
        raise UnreadableSheet("FILE-SIZE", TOO_LARGE)
    said = json.loads(done.stdout)
    if said is None:
        raise UnreadableSheet("SHEET-FILE", LOCKED)
    return [(line, row) for line, row in said["rows"]], said["further"]
