"""Writes a report's pages into a folder."""

from __future__ import annotations

from pathlib import Path

from amplify.report.report_csv import as_csv
from amplify.report.report_html import as_html
from amplify.report.report_markdown import as_markdown
from amplify.report.report_model import Report


def write_report(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write `report.md`, `report.csv` and `report.html`, in this order; the folder is made. Raises OSError.

    The CSV begins with a byte order mark here: spreadsheets need it to read other letters than Latin ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "report.md", folder / "report.csv", folder / "report.html")
    paths[0].write_text(as_markdown(report), encoding="utf-8", newline="")
    paths[1].write_text(as_csv(report), encoding="utf-8-sig", newline="")
    paths[2].write_text(as_html(report), encoding="utf-8", newline="")
    return paths
