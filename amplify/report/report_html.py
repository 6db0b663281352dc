"""A report as one HTML file that asks nothing of the network: to look at, to print, to send."""

from __future__ import annotations

import re
from importlib.resources import files

from amplify.report.plots import plots
from amplify.report.report_model import Report
from amplify.report.sections import document


def as_html(report: Report) -> str:
    """The whole report with its plots, readable in light and dark and on paper. The same report gives the same page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup, escape

    def marked(sentence: str) -> Markup:
        safe = str(escape(sentence))
        safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
        return Markup(re.sub(r"^\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe))  # noqa: S704  # escaped above

    here = files("amplify.report")
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["marked"] = marked
    template = environment.from_string((here / "page.html.j2").read_text(encoding="utf-8"))
    page, drawn = document(report), plots(report)
    return template.render(
        page=page,
        drawn=drawn.keys(),
        drawings={
            section.id: [plot for name in section.plots for plot in drawn.get(name, ())] for section in page.sections
        },
        css=Markup((here / "page.css").read_text(encoding="utf-8").strip()),  # noqa: S704  # our own file
    )
