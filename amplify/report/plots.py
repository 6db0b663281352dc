"""Draws a report's plots as SVG that takes colours and fonts from the page around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import TYPE_CHECKING

from amplify.pages import formatting
from amplify.pages.formatting import short_day
from amplify.report.report_model import Dimension, Report, ReportDay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Stand-ins that matplotlib can parse; the page's own colours replace them, in light, in dark and on paper.
_INK, _SOFT, _GRID = "#0b0b01", "#0b0b02", "#0b0b03"
_SERIES = tuple(f"#0b0b1{n}" for n in range(6))
_VARIABLES = {
    _INK: "var(--ink)",
    _SOFT: "var(--soft)",
    _GRID: "var(--line)",
    **{colour: f"var(--series-{n})" for n, colour in enumerate(_SERIES)},
}

WEEKS_FROM = 45
"""More days than this are drawn as weeks."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, and its text alternative."""

    title: str
    note: str
    alt: str
    svg: str
    legend: tuple[tuple[int, str], ...] = ()
    """Colour numbers and what they mean."""
    narrow: str = ""
    """The same for small screens, where it would be too small to read."""


def draw_plots(report: Report) -> Mapping[str, Sequence[Plot]]:
    """Drawings by the names that sections use; a name without numbers behind it is absent."""
    drawn = {
        "days": _days(report),
        "lateness": _lateness(report),
        "marks": _marks(report),
        "language": _dimension(report, "language", "Interactions by language"),
        "kind": _dimension(report, "kind", "Interactions by kind of post"),
    }
    return {name: some for name, some in drawn.items() if some}


def _days(report: Report) -> list[Plot]:
    if not report.days:
        return []
    weekly = len(report.days) > WEEKS_FROM
    bins = _weeks(report.days) if weekly else {day.day: Counter(day.sent) for day in report.days}
    platforms = report.platforms
    svgs = []
    for width, most in ((6.2, 12), (3.6, 5)):
        with _axes(f"days{width}", width, 2.4) as (axes, svg):
            below = [0] * len(bins)
            for n, platform in enumerate(platforms):
                heights = [sent[platform] for sent in bins.values()]
                axes.bar(range(len(bins)), heights, 0.72, bottom=below, color=_colour(n))
                below = [under + height for under, height in zip(below, heights, strict=True)]
            step = -(-len(bins) // most)
            places = range(0, len(bins), step)
            axes.set_xticks(list(places), [short_day(list(bins)[place]) for place in places])
            axes.set_xlim(-0.6, max(len(bins), 3) - 0.4)
            _whole_numbers(axes, max(below))
        svgs.append(svg.getvalue())
    said = "; ".join(f"{short_day(day)}: {sum(sent.values())}" for day, sent in bins.items())
    return [
        Plot(
            f"Deliveries a {'week' if weekly else 'day'}",
            "UTC days" if not weekly else "UTC weeks, named by their Monday",
            f"Bars of deliveries sent. {said}.",
            svgs[0],
            tuple((n % len(_SERIES), report.platform_name(platform)) for n, platform in enumerate(platforms)),
            svgs[1],
        )
    ]


def _weeks(days: Sequence[ReportDay]) -> dict[date, Counter[str]]:
    weeks: dict[date, Counter[str]] = {}
    for day in days:
        weeks.setdefault(day.day - timedelta(days=day.day.weekday()), Counter()).update(day.sent)
    return weeks


def _lateness(report: Report) -> list[Plot]:
    if report.lateness is None:
        return []
    bins = report.lateness.bins
    with _axes("lateness", 3.4, 2.2) as (axes, svg):
        _bars_across(axes, [word for word, _ in bins], [n for _, n in bins], [formatting.number(n) for _, n in bins])
    said = ", ".join(f"{word}: {n}" for word, n in bins)
    return [
        Plot("How late they went out", "deliveries, by the time after they were due", f"Bars. {said}.", svg.getvalue())
    ]


def _marks(report: Report) -> list[Plot]:
    found = []
    for n, platform in enumerate(report.platforms):
        lines = [line for line in report.mark_lines if line.platform == platform and line.interactions.readings]
        if not lines:
            continue
        means = [(line.interactions.total or 0) / line.interactions.readings for line in lines]
        labels = [f"{line.mark}\n{formatting.number(line.interactions.readings)} read" for line in lines]
        with _axes(f"marks{n}", 2.9, 2.1) as (axes, svg):
            axes.bar(range(len(lines)), means, 0.6, color=_colour(n))
            axes.set_xticks(range(len(lines)), labels)
            axes.set_xlim(-0.7, max(len(lines), 3) - 0.3)
            for place, mean in enumerate(means):
                axes.annotate(
                    f"{mean:,.1f}", (place, mean), (0, 3), textcoords="offset points", ha="center", color=_INK, size=9
                )
            axes.set_ylim(0, max(*means, 0.1) * 1.18)
            axes.yaxis.set_visible(False)
        name = report.platform_name(platform)
        said = ", ".join(f"at {line.mark} {mean:.1f}" for line, mean in zip(lines, means, strict=True))
        found.append(Plot(name, "interactions a message, own scale", f"{name}: {said} a message.", svg.getvalue()))
    return found


def _dimension(report: Report, id: str, title: str) -> list[Plot]:
    dimension: Dimension = report.dimension(id)
    known = [group for group in dimension.groups if group.tally.interactions.total is not None]
    if not known:
        return []
    totals = [group.tally.interactions.total or 0 for group in known]
    with _axes(id, 4.4, 0.5 + 0.3 * len(known)) as (axes, svg):
        _bars_across(axes, [group.name for group in known], totals, [formatting.number(total) for total in totals])
    said = ", ".join(f"{group.name}: {formatting.number(total)}" for group, total in zip(known, totals, strict=True))
    return [Plot(title, "latest reading of each message, not deduplicated", f"Bars. {said}.", svg.getvalue())]


def _bars_across(axes: Axes, names: Sequence[str], values: Sequence[int], labels: Sequence[str]) -> None:
    bars = axes.barh(range(len(names)), values, 0.62, color=_SERIES[0])
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.bar_label(bars, labels, padding=4, color=_INK, size=9)
    axes.set_xlim(0, max(*values, 1) * 1.16)
    axes.xaxis.set_visible(False)
    axes.spines["left"].set_visible(True)
    axes.spines["bottom"].set_visible(False)


def _whole_numbers(axes: Axes, most: int) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_ylim(0, max(most, 1) * 1.08)
    axes.grid(axis="y", color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)


def _colour(n: int) -> str:
    return _SERIES[n % len(_SERIES)]


@contextmanager
def _axes(name: str, width: float, height: float) -> Iterator[tuple[Axes, StringIO]]:
    """One panel, `width` × `height` inches; the SVG is in the StringIO once the block has ended."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # Letters stay letters; a dollar sign in a name is no formula.
    with rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": name,
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "text.parse_math": False,
        }
    ):
        figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03))
        axes = figure.add_subplot()
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        for spine in axes.spines.values():
            spine.set_color(_GRID)
        axes.tick_params(length=0, colors=_SOFT, labelcolor=_SOFT, pad=5)
        drawn, svg = StringIO(), StringIO()
        yield axes, svg
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    svg.write(_at_home(drawn.getvalue(), name))


def _at_home(svg: str, name: str) -> str:
    """The SVG fitted for a page: no prolog, no metadata, ids of its own, the page's colours and font."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    prefix = re.sub(r"\W", "", name)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    svg = svg.replace("url(#", f"url(#{prefix}-")
    for stand_in, variable in _VARIABLES.items():
        svg = svg.replace(stand_in, variable)
    svg = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--font)", svg)
    return re.sub(r"\n\s*", "\n", svg).strip()
