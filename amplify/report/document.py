"""A report as a document: sections of sentences, tables and plots. Every format renders the same one."""

from __future__ import annotations

from dataclasses import dataclass


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
