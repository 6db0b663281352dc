"""Cells and columns that several tables share."""

from __future__ import annotations

from amplify.pages import formatting
from amplify.pages.formatting import NOTHING
from amplify.report.document import Cell, Column

SHOWN = 60
"""Rows of a list on a page; the rest stands in the CSV."""


LINKED = 1000
"""Messages listed in the appendix: more make a page that nobody can open on a phone."""


def number_cells(*values: int) -> tuple[Cell, ...]:
    """A cell for each number."""
    return tuple(Cell(formatting.number(value)) for value in values)


def column_heads(*labels: str, text: int = 1) -> tuple[Column, ...]:
    """Column heads; from index `text` on they hold numbers."""
    return tuple(Column(label, number=place >= text) for place, label in enumerate(labels))


def cut_note(total: int, shown: int = SHOWN) -> str:
    """The note under a list that was shortened."""
    return f"{formatting.number(total - shown)} more in the CSV." if total > shown else ""


def post_cell(post: str, variant: str) -> Cell:
    """A post, and its variant where it is not the default one."""
    return Cell(post, note="" if variant == "default" else variant, code=True)


def link_cell(url: str | None) -> Cell:
    """The address where people open it; only web addresses become links."""
    if url is None:
        return Cell(NOTHING)
    scheme, mark, rest = url.partition("://")
    return Cell(rest, href=url) if mark and scheme in ("http", "https") else Cell(url)
