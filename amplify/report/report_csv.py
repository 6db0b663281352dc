"""A report as CSV: one row for each message and reading, for spreadsheets and programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from amplify.pages.csv_cells import Value, table_as_csv
from amplify.report.report_model import DeliveryLine, PartLine, ReadingLine, Report

COLUMNS = (
    *("delivery", "entry", "post", "variant", "campaign", "partner", "platform", "account", "occurrence", "kind"),
    *("lang", "hashtags", "state", "why", "due_at", "sent_at", "part", "part_sent_at", "url", "remote_id"),
    *("removed_at", "mark", "missing", "read_at", "latest"),
    *("likes", "reposts", "replies", "quotes", "bookmarks", "views", "interactions"),
    *("unnamed", "rehearsal"),
)
"""In this order for ever; new ones are added at the end."""
_COUNTED = frozenset(
    {
        *("platform", "lang", "state", "mark", "missing", "latest"),
        *("likes", "reposts", "replies", "quotes", "bookmarks", "views", "interactions"),
    }
)
"""What is told of a delivery that must not be named."""


def as_csv(report: Report) -> str:
    """The report's rows: a message with three readings has three, with a missing reading one more, and without any just
    one.

    An empty cell is unknown, never 0. `missing` is `yes` where `mark` is over and was not read; `latest` is `yes` at
    the reading that sums take. Instants are ISO 8601 in UTC. Lines end with CR LF (RFC 4180). A text that a
    spreadsheet would take for a formula has an apostrophe before it. What must not be named stands at the end, with
    its numbers and nothing else: `unnamed` is `yes`. `rehearsal` is `yes` where nothing was really published.
    """
    lines = sorted(report.deliveries, key=lambda line: line.named, reverse=True)
    shared: dict[str, Value] = {"rehearsal": "yes" if report.rehearsal else "no"}
    return table_as_csv(COLUMNS, (_told(row, line.named) | shared for line in lines for row in _delivery(line)))


def _told(row: dict[str, Value], named: bool) -> dict[str, Value]:
    if named:
        return row | {"unnamed": "no"}
    return {key: value for key, value in row.items() if key in _COUNTED} | {"unnamed": "yes"}


def _delivery(line: DeliveryLine) -> Iterator[dict[str, Value]]:
    known: dict[str, Value] = {
        "delivery": line.id,
        "entry": line.entry,
        "post": line.post,
        "variant": line.variant,
        "campaign": line.campaign,
        "partner": line.partner,
        "platform": line.platform,
        "account": line.account,
        "occurrence": line.occurrence,
        "kind": line.kind,
        "lang": line.lang,
        "hashtags": " ".join(f"#{tag}" for tag in line.hashtags),
        "state": line.state,
        "why": line.why,
        "due_at": _instant(line.due_at),
        "sent_at": _instant(line.sent_at),
    }
    if not line.parts:
        yield known
    for part in line.parts:
        for row in _part(part):
            yield known | row


def _part(part: PartLine) -> Iterator[dict[str, Value]]:
    known: dict[str, Value] = {
        "part": part.number,
        "part_sent_at": _instant(part.sent_at),
        "url": part.url,
        "remote_id": part.remote_id,
        "removed_at": _instant(part.removed_at),
    }
    if not part.readings and not part.gaps:
        yield known
    for place, reading in enumerate(part.readings, start=1):
        yield known | _reading(reading) | {"latest": "yes" if place == len(part.readings) else "no"}
    for mark in part.gaps:
        yield known | {"mark": mark, "missing": "yes"}


def _reading(reading: ReadingLine) -> dict[str, Value]:
    return {
        "mark": reading.mark,
        "missing": "no",
        "read_at": _instant(reading.at),
        "likes": reading.likes,
        "reposts": reading.reposts,
        "replies": reading.replies,
        "quotes": reading.quotes,
        "bookmarks": reading.bookmarks,
        "views": reading.views,
        "interactions": reading.interactions,
    }


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
