"""The summary at the top of a report: a paragraph and the key numbers."""

from __future__ import annotations

from amplify.pages import formatting
from amplify.report.document import Tile
from amplify.report.report_model import Report

_NAMES = ("likes", "reposts", "replies", "quotes", "bookmarks")


def summary_tiles(report: Report) -> tuple[Tile, ...]:
    """The six key numbers; none for a report about nothing."""
    if not report.counts.planned:
        return ()
    c, t = report.counts, report.tally
    not_out = c.missed + c.refused
    down = c.removed + c.gone
    return (
        Tile(formatting.number(c.planned), "planned", "deliveries"),
        Tile(
            formatting.number(c.sent),
            "sent",
            formatting.counted(c.cut, "cut short", "cut short") if c.cut else "deliveries",
        ),
        Tile(formatting.number(not_out), "missed or refused", "reasons below" if not_out else "deliveries"),
        Tile(formatting.number(down), "taken down", "by us or by others" if down else "deliveries"),
        Tile(formatting.number(t.interactions.total), "interactions", "not deduplicated"),
        Tile(
            formatting.number(len(report.gaps)),
            "missing readings",
            "listed below" if report.gaps else "at the marks due",
        ),
    )


def period_sentence(report: Report) -> str:
    """The period, spelled out; for a whole ledger, from its first due day to its last."""
    if report.start is None and report.end is None and report.first_due and report.last_due:
        return formatting.days(report.first_due.date(), report.last_due.date())
    return formatting.period(report.start, report.end)


REHEARSED = "This is a rehearsal: nothing of it was published, and its engagement is invented."


def summary_sentences(report: Report) -> tuple[str, ...]:
    """The summary: what happened, in a paragraph; a second one on what is not known."""
    rehearsed = (REHEARSED,) if report.rehearsal else ()
    if not report.counts.planned:
        span_of = (
            "The ledger is empty"
            if report.start is None and report.end is None
            else (f"The ledger holds no delivery due in this period ({formatting.period(report.start, report.end)})")
        )
        return (
            *rehearsed,
            (
                f"{span_of}: nothing was planned, nothing went out, and there is nothing to read. `amplify plan` shows "
                "what the queue would write down."
            ),
        )
    return (*rehearsed, " ".join(_happened(report)), *_unknown(report), *_unlisted(report))


def _unlisted(report: Report) -> tuple[str, ...]:
    if not report.unnamed:
        return ()
    many = formatting.counted(report.unnamed, "delivery is", "deliveries are")
    return (f"{_capital(many)} in these numbers and nowhere named, for the sake of somebody they speak of.",)


def _happened(report: Report) -> list[str]:
    c, t = report.counts, report.tally
    partners = len(report.dimension("partner").groups)
    names = [report.platform_name(platform) for platform in report.platforms]
    said = [
        (
            f"{_capital(formatting.counted(c.planned, 'delivery was', 'deliveries were'))} planned for "
            f"{formatting.counted(partners, 'partner')} on {formatting.listed(names)}; {_went_out(report)}."
        )
    ]
    rest = [
        f"{formatting.number(value)} {'was' if value == 1 else 'were'} {word}"
        for value, word in (
            (c.missed, "missed because the time for it had passed"),
            (c.refused, "refused by a platform"),
            (c.cancelled, "cancelled"),
        )
        if value
    ] + [
        f"{formatting.number(value)} {one if value == 1 else many}"
        for value, one, many in (
            (c.waiting - c.held, "is still to go out", "are still to go out"),
            (c.held, "is on hold", "are on hold"),
            (c.unsure, "may or may not be out", "may or may not be out"),
        )
        if value
    ]
    if rest:
        said.append(f"Of the others, {formatting.listed(rest)}.")
    down = [
        f"{formatting.number(value)} {'was' if value == 1 else 'were'} {word}"
        for value, word in ((c.cut, "cut short"), (c.removed, "taken down by us"), (c.gone, "deleted by others"))
        if value
    ]
    if down:
        said.append(f"Of those that went out, {formatting.listed(down)}.")
    late = report.lateness
    if late and late.most < 1:
        said.append("None of them went out more than a second after its due time.")
    elif late:
        said.append(
            f"Half of them went out within {formatting.span(max(late.median, 0))} of their due time, 95 in 100 within "
            f"{formatting.span(max(late.p95, 0))}."
        )
    if t.interactions.total is not None:
        parts = [f"{formatting.number(s.total)} {name}" for name in _NAMES if (s := getattr(t, name)).total is not None]
        said.append(
            f"By the latest reading of each of {formatting.counted(t.read, 'message')}, they drew "
            f"{formatting.number(t.interactions.total)} interactions (not deduplicated): {formatting.listed(parts)}."
        )
    if t.views.total is not None:
        said.append(
            f"Views are told for {formatting.number(t.views.readings)} of these messages: "
            f"{formatting.number(t.views.total)}."
        )
    return said


def _went_out(report: Report) -> str:
    c = report.counts
    if c.sent == c.planned:
        return "all of them went out" if c.sent > 1 else "it went out"
    return f"{formatting.number(c.sent)} went out" if c.sent else "none has gone out"


def _unknown(report: Report) -> tuple[str, ...]:
    t = report.tally
    said = []
    if t.messages and not t.read:
        said.append("Engagement has not been read yet: `amplify measure` does.")
    elif t.messages > t.read:
        said.append(
            f"{_capital(formatting.counted(t.messages - t.read, 'message has', 'messages have'))} no reading at all."
        )
    if report.gaps:
        said.append(
            f"{_capital(formatting.counted(len(report.gaps), 'reading is', 'readings are'))} missing "
            "at the marks that are "
            "over; every sum here is a sum of what was read, and the true numbers may be higher."
        )
    return (" ".join(said),) if said else ()


def made_sentence(report: Report) -> str:
    """When the report was made."""
    return f"{formatting.instant(report.now)} UTC"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
