"""Spreadsheets run what looks like a formula: cells from outside must not begin like one."""

from __future__ import annotations

import re
from typing import Final, TypeVar

# What spreadsheets take for the start of a formula, also behind blanks and in full width.
_FORMULA: Final = re.compile(r"^[\s\x00]*[=+\-@\t\r|%＝＋－＠]")

Value = TypeVar("Value", str, int, str | int | None)


def guarded(value: Value) -> Value | str:
    """The value of a cell; with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
