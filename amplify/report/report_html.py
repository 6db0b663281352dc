"""A report as one HTML file that makes no network requests: to look at, to print, to send."""

from __future__ import annotations

from pathlib import Path

from amplify.pages.page_html import INLINE, PageFrame, rendered_page, style_sheet
from amplify.report.plots import draw_plots
from amplify.report.report_csv import as_csv
from amplify.report.report_markdown import as_markdown
from amplify.report.report_model import Report
from amplify.report.sections import lay_out_report


def as_html(report: Report) -> str:
    """The whole report with its plots, readable in light and dark and on paper. The same report gives the same page."""
    page, drawn = lay_out_report(report), draw_plots(report)
    return rendered_page(
        "amplify.report",
        "page.html.j2",
        PageFrame(style_sheet("amplify.report"), styles=INLINE),
        page=page,
        drawn=drawn.keys(),
        drawings={
            section.id: [plot for name in section.plots for plot in drawn.get(name, ())] for section in page.sections
        },
    )


def write_report(report: Report, folder: Path) -> tuple[Path, ...]:
    """`report.md`, `report.csv` and `report.html`, in this order; the folder is made. Raises OSError.

    The CSV begins with a byte order mark here: spreadsheets need it to read other letters than Latin ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "report.md", folder / "report.csv", folder / "report.html")
    paths[0].write_text(as_markdown(report), encoding="utf-8", newline="")
    paths[1].write_text(as_csv(report), encoding="utf-8-sig", newline="")
    paths[2].write_text(as_html(report), encoding="utf-8", newline="")
    return paths
