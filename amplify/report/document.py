"""A report as a document: sections of sentences, tables and plots. Every format renders the same one."""

from __future__ import annotations

from dataclasses import dataclass

from amplify.pages import formatting
from amplify.pages.formatting import NOTHING


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    text: str
    note: str = ""
    """Small print beside it: how many readings are behind a sum."""
    href: str | None = None
    """An http or https address of a published post."""
    code: bool = False
    """An id, as the workspace writes it."""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column."""

    label: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """What a reader must know to read it."""
    plot: str = ""
    """The plot that says the same: where it is drawn, the table is not needed."""

    @property
    def wordy(self) -> bool:
        """Whether it has more words than numbers: on a small screen its rows read better one below the other."""
        return len(self.columns) > 2 and sum(column.number for column in self.columns) <= 1


@dataclass(frozen=True, slots=True)
class Section:
    """A section: a heading with what belongs under it."""

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    """Paragraphs. Within them only `code` and a leading **word** are more than text."""
    plots: tuple[str, ...] = ()
    """Names of plots, drawn where the format can: `days`, `lateness`, `marks`, `language`, `kind`."""
    tables: tuple[Table, ...] = ()
    appendix: bool = False
    """Long lists that a glance does not need."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that stands out."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report, laid out."""

    over: str
    """Whose report."""
    title: str
    period: str
    made: str
    """When."""
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    rehearsal: bool = False


SHOWN = 60
"""Rows of a list on a page; the rest stands in the CSV."""


LINKED = 1000
"""Messages listed in the appendix: more make a page that nobody can open on a phone."""


def number_cells(*values: int) -> tuple[Cell, ...]:
    """A cell for each number."""
    return tuple(Cell(formatting.number(value)) for value in values)


def column_heads(*labels: str, text: int = 1) -> tuple[Column, ...]:
    """Column heads; from place `text` on they hold numbers."""
    return tuple(Column(label, number=place >= text) for place, label in enumerate(labels))


def cut_note(total: int, shown: int = SHOWN) -> str:
    """What a list that was cut says under itself."""
    return f"{formatting.number(total - shown)} more in the CSV." if total > shown else ""


def unlisted_sentence(many: int, what: tuple[str, str] = ("message is", "messages are")) -> tuple[str, ...]:
    """`4 messages are not listed here, …`; nothing where all are."""
    if not many:
        return ()
    return (f"{formatting.counted(many, *what)} not listed here, for the sake of somebody they name.",)


def post_cell(post: str, variant: str) -> Cell:
    """A post, and its variant where it is not the default one."""
    return Cell(post, note="" if variant == "default" else variant, code=True)


def link_cell(url: str | None) -> Cell:
    """Where people open it; only web addresses become links."""
    if url is None:
        return Cell(NOTHING)
    scheme, mark, rest = url.partition("://")
    return Cell(rest, href=url) if mark and scheme in ("http", "https") else Cell(url)
