"""Rows of a spreadsheet as texts: from CSV, and from the workbooks of Excel (.xlsx) and LibreOffice (.ods)."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any, Final

WORKBOOKS: Final = (".xlsx", ".ods")
"""Endings of workbooks; everything else is read as CSV."""
_UNPACKED_MOST: Final = 100_000_000
"""Bytes of a workbook when it is unpacked: the file is a ZIP archive, and a small one can hold terabytes."""
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

    Raises UnreadableSheet for a file that is none, is locked with a password, or is too large.
    """
    import python_calamine

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
        if unpacked > _UNPACKED_MOST:
            raise UnreadableSheet("FILE-SIZE", f"this workbook holds more than {_UNPACKED_MOST // 1_000_000} MB")
        with python_calamine.CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            sheets = [
                (one.name, book.get_sheet_by_name(one.name).to_python(skip_empty_area=False))
                for one in book.sheets_metadata
                if one.typ == python_calamine.SheetTypeEnum.WorkSheet
                and one.visible == python_calamine.SheetVisibleEnum.Visible
            ]
    except (zipfile.BadZipFile, python_calamine.CalamineError, NotImplementedError, ValueError):
        sentence = (
            "this is no workbook that can be opened: take its password off, or save it anew as .xlsx, .ods or CSV"
        )
        raise UnreadableSheet("SHEET-FILE", sentence) from None
    filled = [(name, rows) for name, values in sheets if (rows := _filled(values))]
    return (filled[0][1], [name for name, _ in filled[1:]]) if filled else ((), ())


def _filled(values: Sequence[Sequence[Any]]) -> list[Row]:
    rows = ((number, [_as_text(cell) for cell in row]) for number, row in enumerate(values, start=1))
    return [(number, row) for number, row in rows if any(row)]


def _as_text(cell: Any) -> str:
    """A cell as somebody would type it: days and times as we write them, whole numbers without a point."""
    if isinstance(cell, datetime):
        return cell.isoformat(sep="T", timespec="minutes" if not cell.second else "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().replace("\r\n", "\n").replace("\r", "\n")
