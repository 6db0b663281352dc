"""Reads a workbook (.xlsx, .ods) from standard input, and writes its rows as JSON: a process that may run out of
memory.

`python -m amplify.workspace.workbook_process`: exit code 0 with rows, or with `null` for what is no workbook.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final

_UNPACKED_MOST: Final = 100_000_000
"""Bytes of a workbook when it is unpacked: the file is a ZIP archive, and a small one can hold terabytes."""
_MEMORY_MOST: Final = 2_000_000_000
LOCKED: Final = "this is no workbook that can be opened: take its password off, or save it anew as .xlsx, .ods or CSV"
TOO_LARGE: Final = (
    "this workbook takes too much memory or time: delete what stands far to the right or far below, or save it as CSV"
)


def read_workbook(data: bytes) -> dict[str, Any] | None:
    """The rows of the first visible sheet with something in it, and the names of the others. None: no workbook."""
    import python_calamine

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
        if unpacked > _UNPACKED_MOST:
            raise MemoryError
        with python_calamine.CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            sheets = [
                (one.name, _filled(book.get_sheet_by_name(one.name).to_python(skip_empty_area=False)))
                for one in book.sheets_metadata
                if one.typ == python_calamine.SheetTypeEnum.WorkSheet
                and one.visible == python_calamine.SheetVisibleEnum.Visible
            ]
    except (zipfile.BadZipFile, python_calamine.CalamineError, NotImplementedError, ValueError, OSError, EOFError):
        return None
    filled = [(name, rows) for name, rows in sheets if rows]
    return {"rows": filled[0][1] if filled else [], "further": [name for name, _ in filled[1:]]}


def _filled(values: Sequence[Sequence[Any]]) -> list[tuple[int, list[str]]]:
    rows = ((number, [_as_text(cell) for cell in row]) for number, row in enumerate(values, start=1))
    return [(number, row) for number, row in rows if any(row)]


def _as_text(cell: Any) -> str:
    """A cell as somebody would type it: days and times as we write them, whole numbers without a point."""
    if isinstance(cell, datetime):
        return cell.isoformat(sep="T", timespec="seconds" if cell.second else "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().replace("\r\n", "\n").replace("\r", "\n")


def _bound_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MOST, _MEMORY_MOST))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        pass  # not everywhere


if __name__ == "__main__":
    _bound_memory()
    json.dump(read_workbook(sys.stdin.buffer.read()), sys.stdout)
