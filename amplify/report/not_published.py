"""Report sections on what was not published, taken down, stopped, or not read."""

from __future__ import annotations

from collections import Counter

from amplify.pages import formatting
from amplify.pages.formatting import NOTHING
from amplify.report.document import (
    SHOWN,
    Cell,
    Section,
    Table,
    column_heads,
    cut_note,
    number_cells,
    post_cell,
    unlisted_sentence,
)
from amplify.report.report_model import EndedDelivery, Report
from amplify.report.unnamed import UNNAMED

FEW = 10
"""Up to this many endings need no table of reasons."""


def _endings(report: Report, *states: str) -> tuple[tuple[EndedDelivery, ...], int]:
    """Those that may be listed, and the number of the others."""
    found = tuple(ending for ending in report.endings if ending.state in states)
    listed = tuple(ending for ending in found if ending.post)
    return listed, len(found) - len(listed)


def not_out(report: Report) -> list[Section]:
    """Missed, refused, unsure, held and cancelled deliveries, with reasons."""
    endings, unlisted = _endings(report, "missed", "refused", "unsure", "held", "cancelled")
    if not endings and not unlisted:
        said = "Nothing was missed, refused, held back or cancelled."
        return [Section("not-out", "What did not go out", (said,))]
    tables = []
    if len(endings) > FEW:
        reasons = Counter((ending.state, ending.why or NOTHING) for ending in endings)
        tables.append(
            Table(
                "Reasons",
                column_heads("State", "Reason", "Deliveries", text=2),
                tuple((Cell(state), Cell(why), *number_cells(n)) for (state, why), n in reasons.most_common()),
            )
        )
    if endings:
        tables.append(
            Table(
                "One by one",
                column_heads("State", "Post", "Account", "Due (UTC)", "Reason", text=5),
                tuple(
                    (
                        Cell(ending.state),
                        post_cell(ending.post, ending.variant),
                        Cell(ending.account, code=True),
                        Cell(formatting.instant(ending.due_at) if ending.due_at else NOTHING),
                        Cell(ending.why or NOTHING),
                    )
                    for ending in endings[:SHOWN]
                ),
                cut_note(len(endings)),
            )
        )
    sentences = ("Nothing is skipped silently, and nothing is sent after its time.", *unlisted_sentence(unlisted))
    return [Section("not-out", "What did not go out", sentences, (), tuple(tables))]


def taken_down_sections(report: Report) -> list[Section]:
    """Deliveries that were removed, deleted by others, or cut short."""
    endings, unlisted = _endings(report, "cut", "removed", "gone")
    if not endings and not unlisted:
        return [Section("down", "Removals", ("Nothing was taken down, by us or by others.",))]
    rows = tuple(
        (
            Cell({"cut": "cut short", "removed": "removed by us", "gone": "deleted by others"}[ending.state]),
            post_cell(ending.post, ending.variant),
            Cell(ending.account, code=True),
            Cell(formatting.instant(ending.at) if ending.at else NOTHING),
            Cell(ending.why or NOTHING),
        )
        for ending in endings[:SHOWN]
    )
    heads = column_heads("What", "Post", "Account", "When (UTC)", "Reason", text=5)
    said = ("What they had drawn until then is in the sums.", *unlisted_sentence(unlisted))
    tables = (Table("Taken down", heads, rows, cut_note(len(endings))),) if rows else ()
    return [Section("down", "Removals", said, (), tables)]


def closed_sections(report: Report) -> list[Section]:
    """Stops in force, and accounts that could not publish."""
    if not report.closed:
        return [Section("stops", "Stops", ("Nothing of this period was under a stop when the report was made.",))]
    rows = tuple(
        (
            Cell(shut.kind),
            Cell(shut.subject, code=True) if shut.subject else Cell(UNNAMED),
            Cell(shut.why or (NOTHING if shut.subject else "the reason stands in `amplify status`")),
            *number_cells(shut.waiting),
        )
        for shut in report.closed
    )
    table = Table("Closed when the report was made", column_heads("What", "Which", "Reason", "Waiting", text=3), rows)
    return [
        Section("stops", "Stops", ("What could not be spoken of, and accounts that could not speak.",), (), (table,))
    ]


def gap_section(report: Report) -> Section:
    """Readings that were due and are not there."""
    if not report.gaps:
        said = "No reading is missing." if any(line.due for line in report.mark_lines) else "No mark is over yet."
        return Section("gaps", "Gaps", (said,))
    gaps = [gap for gap in report.gaps if gap.post]
    tables = (
        Table(
            "How many",
            column_heads("Platform", "Mark", "Due", "Missing", text=2),
            tuple(
                (Cell(report.platform_name(line.platform)), Cell(line.mark), *number_cells(line.due, line.missing))
                for line in report.mark_lines
                if line.missing
            ),
        ),
        Table(
            "Which",
            column_heads("Mark", "Post", "Account", "Message", "Out (UTC)", "Can still be read", text=6),
            tuple(
                (
                    Cell(gap.mark),
                    Cell(gap.post, code=True),
                    Cell(gap.account, code=True),
                    Cell(str(gap.part + 1)),
                    Cell(formatting.instant(gap.sent_at) if gap.sent_at else NOTHING),
                    Cell("no" if gap.lost else "yes"),
                )
                for gap in gaps[:SHOWN]
            ),
            cut_note(len(gaps)),
        ),
    )
    said = (
        "Messages that were old enough for a mark and have no reading at it: not read is not 0. `amplify measure` "
        "reads the latest mark of each that is over; an older one is lost."
    )
    unlisted = unlisted_sentence(len(report.gaps) - len(gaps), ("reading is", "readings are"))
    return Section("gaps", "Gaps", (said, *unlisted), (), tables if gaps else tables[:1])
