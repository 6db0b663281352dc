"""CSV for spreadsheets and programs, safe from formula injection: no cell begins like a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

Value = str | int | None

# What spreadsheets take for the start of a formula, also behind blanks and in full width.
_FORMULA: Final = re.compile(r"^[\s\x00]*[=+\-@\t\r|%＝＋－＠]")


def table_as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Value]]) -> str:
    """The table as CSV: a header, then the rows; a column that a row lacks is an empty cell. Lines end with CR LF (RFC
    4180).

    A text that a spreadsheet would take for a formula has an apostrophe before it, which is no part of the text.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _guarded(value) for name, value in row.items()})
    return file.getvalue()


def _guarded(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
