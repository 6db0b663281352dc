"""Lays a report out as a document: which numbers stand in which table, under which sentence."""

from __future__ import annotations

from collections.abc import Iterable

from amplify.pages.formatting import NOTHING, counted, instant, number, span
from amplify.report import summary
from amplify.report.document import Cell, Column, Document, Section, Table
from amplify.report.methodology import method
from amplify.report.not_published import closed, down, gaps, not_out
from amplify.report.report_model import Counts, Dimension, Group, Report, Sum, Tally
from amplify.report.table_cells import LINKED, columns, link_cell, more, numbers, post_cell

TOP = 10
"""Posts listed for one platform."""

TITLES = {
    "campaign": "By campaign",
    "platform": "By platform",
    "partner": "By partner",
    "language": "By language",
    "hashtag": "By hashtag",
    "kind": "By kind of post",
}
_NOTES = {
    "platform": "Platforms stand side by side in alphabetical order. They count differently; their numbers are not "
    "comparable with each other.",
    "hashtag": "A post with several hashtags stands in several rows, so the rows do not add up to the whole.",
}
_PLOTS = {"language": ("language",), "kind": ("kind",)}
_SUMS = ("likes", "reposts", "replies", "quotes", "bookmarks", "views", "interactions")


def document(report: Report) -> Document:
    """The same for every format."""
    sections = [Section("summary", "In short", summary.sentences(report))]
    if report.counts.planned:
        sections += _timing(report)
        sections += [_dimension(dimension, report.counts) for dimension in report.dimensions if dimension.groups]
        sections += [*_marks(report), *_posts(report), *not_out(report), *down(report), *closed(report)]
        sections.append(gaps(report))
    sections.append(Section("method", "Method", method(report)))
    sections += _appendix(report)
    return Document(
        over=report.names.workspace or "Campaigns",
        title="Engagement report",
        period=summary.when(report),
        made=summary.made(report),
        tiles=summary.tiles(report),
        sections=tuple(sections),
    )


_COUNTS = ["planned", "sent", "missed", "refused", "unsure", "waiting", "held", "cancelled", "cut", "removed", "gone"]
_ALWAYS = frozenset({"planned", "sent", "missed", "refused"})


def _dimension(dimension: Dimension, whole: Counts) -> Section:
    title = TITLES[dimension.id]
    name = title.removeprefix("By ").removesuffix(" of post").capitalize()
    # Columns that would hold nothing but zeros only hide the others.
    shown = [count for count in _COUNTS if count in _ALWAYS or getattr(whole, count)]
    return Section(
        dimension.id,
        title,
        (_NOTES[dimension.id],) if dimension.id in _NOTES else (),
        _PLOTS.get(dimension.id, ()),
        (
            Table(
                "Deliveries",
                columns(name, *(count.capitalize() for count in shown)),
                tuple(
                    (Cell(group.name), *numbers(*(getattr(group.counts, count) for count in shown)))
                    for group in dimension.groups
                ),
            ),
            _engagement(name, dimension.groups),
        ),
    )


def _engagement(name: str, groups: Iterable[Group]) -> Table:
    return Table(
        "Interactions (not deduplicated)",
        columns(name, "Messages", "Read", *(label.capitalize() for label in _SUMS)),
        tuple((Cell(group.name), *_tally_cells(group.tally)) for group in groups),
    )


def _tally_cells(tally: Tally) -> tuple[Cell, ...]:
    sums: tuple[Sum, ...] = tuple(getattr(tally, name) for name in _SUMS)
    return (*numbers(tally.messages, tally.read), *(_sum(added, tally.read) for added in sums))


def _sum(added: Sum, of: int) -> Cell:
    partial = added.total is not None and added.readings < of
    return Cell(number(added.total), note=f"{number(added.readings)} of {number(of)}" if partial else "")


def _timing(report: Report) -> list[Section]:
    late = report.lateness
    if late is None:
        return []
    took = f"{span(late.median)} in the middle, {span(late.p95)} or less for 95 in 100, {span(late.most)} at most"
    if late.most < 1:
        took = "less than a second"
    deliveries = counted(late.deliveries, "delivery", "deliveries")
    said = f"From the due time to the moment a platform took it: {took}, over {deliveries}."
    table = Table(
        "How late deliveries went out",
        columns("After the due time", "Deliveries"),
        tuple((Cell(word), *numbers(fallen)) for word, fallen in late.bins),
        plot="lateness",
    )
    return [Section("timing", "On time", (said,), ("days", "lateness"), (table,))]


def _marks(report: Report) -> list[Section]:
    if not any(line.due for line in report.mark_lines):
        return []
    rows = tuple(
        (
            Cell(report.platform_name(line.platform)),
            Cell(line.mark),
            *numbers(line.due, line.read, line.missing),
            Cell(NOTHING if line.age is None else span(line.age)),
            Cell(number(line.interactions.total)),
        )
        for line in report.mark_lines
    )
    heads = columns("Platform", "Mark", "Due", "Read", "Missing", "Real age", "Interactions", text=2)
    said = (
        "Every message is read at fixed ages. A younger message has fewer marks behind it, so the plots show an "
        "average a message; each platform has its own scale."
    )
    note = "Real age: the middle one of the ages at which a mark was really read."
    return [Section("marks", "At each mark", (said,), ("marks",), (Table("Readings by mark", heads, rows, note),))]


def _posts(report: Report) -> list[Section]:
    tables = []
    for platform in report.platforms:
        lines = [line for line in report.posts if line.platform == platform]
        if not lines:
            continue
        more = len(lines) - TOP
        tables.append(
            Table(
                report.platform_name(platform),
                columns("Post", "Variant", "Language", "Sent", "Read", *(n.capitalize() for n in _SUMS), text=3),
                tuple(
                    (
                        Cell(line.post, code=True),
                        Cell(line.variant),
                        Cell(line.lang),
                        *numbers(line.sent),
                        *_tally_cells(line.tally)[1:],
                    )
                    for line in lines[:TOP]
                ),
                f"The {TOP} with most interactions; {number(more)} more in `report --json`." if more > 0 else "",
            )
        )
    said = "Within each platform, what readers answered to. Variants of a post say the same in other words."
    return [Section("posts", "Posts and variants", (said,), (), tuple(tables))] if tables else []


def _appendix(report: Report) -> list[Section]:
    rows = tuple(
        (
            Cell(instant(part.sent_at)),
            post_cell(line.post, line.variant),
            Cell(line.account, code=True),
            Cell(f"{part.number + 1} of {len(line.parts)}" if len(line.parts) > 1 else "1"),
            Cell(number(part.readings[-1].interactions if part.readings else None)),
            Cell("taken down") if part.removed_at else link_cell(part.url),
        )
        for line in report.deliveries
        for part in line.parts
        if part.sent_at
    )
    if not rows:
        return []
    heads = (*columns("Out (UTC)", "Post", "Account", "Message", text=4), Column("Interactions", number=True))
    heads = (*heads, Column("Link"))
    table = Table("Messages that went out, by due time", heads, rows[:LINKED], more(len(rows), LINKED))
    return [Section("sent", "Appendix: what was sent", (), (), (table,), appendix=True)]
