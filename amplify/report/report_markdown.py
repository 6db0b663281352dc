"""A report as Markdown (GitHub's tables): for a pipe, a wiki, an e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from amplify.report.document import Cell, Section, Table
from amplify.report.report_model import Report
from amplify.report.sections import lay_out_report


def as_markdown(report: Report) -> str:
    """The whole report without its plots."""
    page = lay_out_report(report)
    lines = [
        f"# {escape_markdown(page.over)}: {page.title.lower()}",
        "",
        f"**{page.period}** · made on {page.made}",
        "",
    ]
    for section in page.sections:
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def escape_markdown(text: str) -> str:
    """Text that Markdown leaves as it is."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"([\\`*\[\]<>|~&])", r"\\\1", text)
    return re.sub(r"(?<!\w)(_)|(_)(?!\w)", r"\\_", text)


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    yield ""
    for sentence in section.sentences:
        yield sentence
        yield ""
    for table in section.tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"### {escape_markdown(table.caption)}"
    yield ""
    yield f"| {' | '.join(column.label for column in table.columns)} |"
    yield f"| {' | '.join('---:' if column.number else '---' for column in table.columns)} |"
    for row in table.rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""
    if table.note:
        yield f"*{table.note}*"
        yield ""


def _cell(cell: Cell) -> str:
    text = re.sub(r"\\`([^`\\]+)\\`", r"`\1`", escape_markdown(cell.text))
    if cell.href:
        text = f"[{text}]({quote(cell.href, safe=':/?#@!$&*+,;=%~-._')})"
    return f"{text} ({escape_markdown(cell.note)})" if cell.note else text
