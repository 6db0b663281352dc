"""Lays a report out as a document: which numbers stand in which table, under which sentence."""

from __future__ import annotations

from collections.abc import Iterable

from amplify.pages import formatting
from amplify.pages.formatting import NOTHING
from amplify.report import summary
from amplify.report.document import (
    LINKED,
    Cell,
    Column,
    Document,
    Section,
    Table,
    column_heads,
    cut_note,
    link_cell,
    number_cells,
    post_cell,
    unlisted_sentence,
)
from amplify.report.methodology import method_paragraphs
from amplify.report.not_published import closed_sections, gap_section, not_out, taken_down_sections
from amplify.report.report_model import Counts, Dimension, Group, MessageTally, ReadingSum, Report

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
_HEADS = {
    "campaign": "Campaign",
    "platform": "Platform",
    "partner": "Partner",
    "language": "Language",
    "hashtag": "Hashtag",
    "kind": "Kind",
}
"""What the first column is called."""
_NOTES = {
    "platform": "Platforms stand side by side in alphabetical order. They count differently; their numbers are not "
    "comparable with each other.",
    "hashtag": "A post with several hashtags stands in several rows, so the rows do not add up to the whole.",
}
_PLOTS = {"language": ("language",), "kind": ("kind",)}
_SUMS = ("likes", "reposts", "replies", "quotes", "bookmarks", "views", "interactions")


def lay_out_report(report: Report) -> Document:
    """The report as a document, the same for every format."""
    sections = [Section("summary", "In short", summary.summary_sentences(report))]
    if report.counts.planned:
        sections += _timing(report)
        sections += [_dimension(dimension, report.counts) for dimension in report.dimensions if dimension.groups]
        sections += [
            *_marks(report),
            *_posts(report),
            *not_out(report),
            *taken_down_sections(report),
            *closed_sections(report),
        ]
        sections.append(gap_section(report))
    sections.append(Section("method", "Method", method_paragraphs(report)))
    sections += _appendix(report)
    return Document(
        over=report.names.workspace or "Campaigns",
        title="Engagement report" if not report.rehearsal else "Engagement report of a rehearsal",
        period=summary.period_sentence(report),
        made=summary.made_sentence(report),
        tiles=summary.summary_tiles(report),
        sections=tuple(sections),
        rehearsal=report.rehearsal,
    )


_COUNTS = ["planned", "sent", "missed", "refused", "unsure", "waiting", "held", "cancelled", "cut", "removed", "gone"]
_ALWAYS = frozenset({"planned", "sent", "missed", "refused"})


def _dimension(dimension: Dimension, whole: Counts) -> Section:
    title, name = TITLES[dimension.id], _HEADS[dimension.id]
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
                column_heads(name, *(count.capitalize() for count in shown)),
                tuple(
                    (Cell(group.name), *number_cells(*(getattr(group.counts, count) for count in shown)))
                    for group in dimension.groups
                ),
            ),
            _engagement(name, dimension.groups),
        ),
    )


def _engagement(name: str, groups: Iterable[Group]) -> Table:
    return Table(
        "Interactions (not deduplicated)",
        column_heads(name, "Messages", "Read", *(label.capitalize() for label in _SUMS)),
        tuple((Cell(group.name), *_tally_cells(group.tally)) for group in groups),
    )


def _tally_cells(tally: MessageTally) -> tuple[Cell, ...]:
    sums: tuple[ReadingSum, ...] = tuple(getattr(tally, name) for name in _SUMS)
    return (*number_cells(tally.messages, tally.read), *(_sum(added, tally.read) for added in sums))


def _sum(added: ReadingSum, of: int) -> Cell:
    partial = added.total is not None and added.readings < of
    return Cell(
        formatting.number(added.total),
        note=f"{formatting.number(added.readings)} of {formatting.number(of)}" if partial else "",
    )


def _timing(report: Report) -> list[Section]:
    late = report.lateness
    if late is None:
        return []
    middle, most_of_them, most = map(formatting.span, (late.median, late.p95, late.most))
    took = f"{middle} in the middle, {most_of_them} or less for 95 in 100, {most} at most"
    if late.most < 1:
        took = "less than a second"
    deliveries = formatting.counted(late.deliveries, "delivery", "deliveries")
    said = f"From the due time to the moment a platform took it: {took}, over {deliveries}."
    table = Table(
        "How late deliveries went out",
        column_heads("After the due time", "Deliveries"),
        tuple((Cell(word), *number_cells(fallen)) for word, fallen in late.bins),
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
            *number_cells(line.due, line.read, line.missing),
            Cell(NOTHING if line.age is None else formatting.span(line.age)),
            Cell(formatting.number(line.interactions.total)),
        )
        for line in report.mark_lines
    )
    heads = column_heads("Platform", "Mark", "Due", "Read", "Missing", "Real age", "Interactions", text=2)
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
                column_heads("Post", "Variant", "Language", "Sent", "Read", *(n.capitalize() for n in _SUMS), text=3),
                tuple(
                    (
                        Cell(line.post, code=True),
                        Cell(line.variant),
                        Cell(line.lang),
                        *number_cells(line.sent),
                        *_tally_cells(line.tally)[1:],
                    )
                    for line in lines[:TOP]
                ),
                f"The {TOP} with most interactions; {formatting.number(more)} more in `report --json`."
                if more > 0
                else "",
            )
        )
    said = "Within each platform, what readers answered to. Variants of a post say the same in other words."
    unlisted = sum(not line.named and line.kind != "boost" and line.sent_at is not None for line in report.deliveries)
    sentences = (said, *unlisted_sentence(unlisted))
    return [Section("posts", "Posts and variants", sentences, (), tuple(tables))] if tables else []


def _appendix(report: Report) -> list[Section]:
    rows = tuple(
        (
            Cell(formatting.instant(part.sent_at)),
            post_cell(line.post, line.variant),
            Cell(line.account, code=True),
            Cell(f"{part.number + 1} of {len(line.parts)}" if len(line.parts) > 1 else "1"),
            Cell(formatting.number(part.readings[-1].interactions if part.readings else None)),
            Cell("taken down") if part.removed_at else link_cell(part.url),
        )
        for line in report.deliveries
        for part in line.parts
        if part.sent_at and line.named
    )
    unlisted = sum(bool(part.sent_at) for line in report.deliveries if not line.named for part in line.parts)
    if not rows:
        return []
    heads = (*column_heads("Out (UTC)", "Post", "Account", "Message", text=4), Column("Interactions", number=True))
    heads = (*heads, Column("Link"))
    table = Table("Messages that went out, by due time", heads, rows[:LINKED], cut_note(len(rows), LINKED))
    return [Section("sent", "Appendix: what was sent", unlisted_sentence(unlisted), (), (table,), appendix=True)]
