"""Prints a report on a terminal: the tables, without plots and without the long list of what was sent."""

from __future__ import annotations

from rich import box
from rich.console import Group, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from amplify.cli import output
from amplify.pages.formatting import NOTHING
from amplify.report.document import Cell, Table
from amplify.report.report_model import Report
from amplify.report.sections import lay_out_report

INDENT = (0, 0, 0, 2)


def print_report(report: Report) -> None:
    """Print the report to standard output."""
    page, screen = lay_out_report(report), output.console()
    screen.print(Text(f"{page.over}: {page.title.lower()}", style="bold"))
    screen.print(Text(f"{page.period} · made on {page.made}", style="dim"))
    for section in page.sections:
        if section.appendix:
            continue
        screen.print()
        screen.print(Text(section.title, style="bold cyan"))
        for sentence in section.sentences:
            screen.print(Padding(Text(_plain(sentence)), INDENT))
        for table in section.tables:
            screen.print(Padding(_table(table, screen.width - 2), (1, 0, 0, 2)))
            if table.note:
                screen.print(Padding(Text(_plain(table.note), style="dim"), INDENT))
    screen.print()
    screen.print(Text("amplify report --out FOLDER writes it with plots, the list of links and a CSV.", style="dim"))


def _plain(sentence: str) -> str:
    return sentence.replace("**", "").replace("`", "")


def _table(table: Table, width: int) -> RenderableType:
    """Print a table as a grid; where that is too wide, the numbers of each row in a line with their names: no digit is
    ever cut.
    """
    if not table.wordy and _least(table) > width:
        return _lines(table)
    grid = Grid(title=table.caption, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    grid.padding = (0, 1, 0, 0)
    for column in table.columns:
        justify: JustifyMethod = "right" if column.number else "left"
        grid.add_column(column.label, justify=justify, overflow="fold", no_wrap=column.number)
    for row in table.rows:
        grid.add_row(*(_text(cell, "\n", "") for cell in row))
    return grid


def _lines(table: Table) -> RenderableType:
    lines: list[RenderableType] = [Text(table.caption, style="bold")]
    for row in table.rows:
        told = [
            Text(f"{c.label.lower()} ") + _text(cell, " (", ")") for c, cell in zip(table.columns, row, strict=True)
        ]
        lines += [_text(row[0], " (", ")"), Padding(Text(", ").join(told[1:]), INDENT)]
    return Group(*lines)


def _text(cell: Cell, before: str, after: str) -> Text:
    text = Text(cell.text, style="dim" if cell.text in ("0", NOTHING) else "")
    return text.append(f"{before}{cell.note}{after}", style="dim") if cell.note else text


def _least(table: Table) -> int:
    """The least width of a table's grid: whole numbers and heads; names may fold to 14."""
    widths = []
    for place, column in enumerate(table.columns):
        cells = [max(len(row[place].text), len(row[place].note)) for row in table.rows]
        natural = max(len(column.label), *cells)
        widths.append(natural if column.number else min(natural, 14))
    return sum(widths) + 2 * len(widths)
