"""Readings of engagement: which parts are due for one, and their append-only table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select, true

from amplify.ledger.rows.transitions import Transition, transition_row
from amplify.ledger.tables import DELIVERY, PART, READING
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState
from amplify.model.platform import Engagement

OUT = (DeliveryState.SENT.value, DeliveryState.CUT.value)
_FORGOTTEN: Final = timedelta(days=30)
"""How long a reading that was missed may still be made up for; after that it stays a gap."""


@dataclass(frozen=True, slots=True)
class DueReading:
    """One part whose engagement is to be read now."""

    delivery: str
    part: int
    account: str
    platform: str
    remote_id: str
    mark: str
    """The nominal age: `1h`, `24h`, `7d`, or `asked`."""


def mark_name(age: timedelta) -> str:
    """Format an age as `1h`, `24h`, `7d`: days from two days on, else hours, minutes, seconds."""
    seconds = int(age.total_seconds())
    for unit, size, least in (("d", 86400, 2 * 86400), ("h", 3600, 3600), ("m", 60, 60)):
        if seconds >= least and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def due_readings(
    connection: Connection, now: datetime, marks: Sequence[timedelta], everything: bool = False
) -> list[DueReading]:
    """Find parts that have reached one of the ages `marks` and were not read at it.

    An age that passed unread while nothing ran is a gap: only the latest one is read now, and none that has been over
    for a month. With `everything`, all parts that are out, marked `asked`.
    """
    lately = _lately(now - max(marks) - _FORGOTTEN) if not everything else true()
    rows = connection.execute(
        select(
            PART.c.delivery, PART.c.number, PART.c.remote_id, PART.c.sent_at, DELIVERY.c.account, DELIVERY.c.platform
        )
        .join(DELIVERY, DELIVERY.c.id == PART.c.delivery)
        .where(
            DELIVERY.c.state.in_(OUT),
            PART.c.remote_id.is_not(None),
            PART.c.removed_at.is_(None),
            DELIVERY.c.boost_of.is_(None),
            DELIVERY.c.kind != "boost",
            lately,
        )
        .order_by(PART.c.delivery, PART.c.number)
    ).all()
    read = _read_marks(connection, lately)
    due = []
    for delivery, part, remote, sent_at, account, platform in rows:
        if everything:
            due.append(DueReading(delivery, part, account, platform, remote, "asked"))
            continue
        over = [mark_name(age) for age in sorted(marks) if sent_at + age <= now]
        if over and over[-1] not in read[delivery, part]:
            due.append(DueReading(delivery, part, account, platform, remote, over[-1]))
    return due


def next_reading(connection: Connection, now: datetime, marks: Sequence[timedelta]) -> datetime | None:
    """When the next part reaches one of the ages `marks` (UTC, campaign time)."""
    rows = connection.execute(
        select(PART.c.sent_at)
        .join(DELIVERY, DELIVERY.c.id == PART.c.delivery)
        .where(
            DELIVERY.c.state.in_(OUT),
            PART.c.remote_id.is_not(None),
            DELIVERY.c.kind != "boost",
            _lately(now - max(marks)),
        )
    ).scalars()
    times = [sent_at + age for sent_at in rows for age in marks if sent_at + age > now]
    return min(times, default=None)


def _lately(since: datetime) -> ColumnElement[bool]:
    """SQL condition: the delivery went out since then. A thread that was cut never went out as a whole."""
    return (DELIVERY.c.sent_at > since) | ((DELIVERY.c.state == DeliveryState.CUT.value) & (DELIVERY.c.due_at > since))


def _read_marks(connection: Connection, lately: ColumnElement[bool]) -> Mapping[tuple[str, int], set[str]]:
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    columns = select(READING.c.delivery, READING.c.part, READING.c.mark)
    for delivery, part, mark in connection.execute(
        columns.join(DELIVERY, DELIVERY.c.id == READING.c.delivery).where(lately)
    ):
        found[delivery, part].add(mark)
    return found


def write_readings(
    connection: Connection,
    read: Sequence[tuple[DueReading, Engagement | None]],
    stamp: Timestamp,
) -> int:
    """Append readings and return their number. None for a part: others deleted it, so the delivery is `gone`."""
    rows = [
        {"delivery": due.delivery, "part": due.part, "at": stamp.at, "mark": due.mark, **asdict(reading)}
        for due, reading in read
        if reading is not None
    ]
    if rows:
        connection.execute(insert(READING), rows)
    for due, reading in read:
        if reading is None:
            connection.execute(
                PART.update()
                .where(PART.c.delivery == due.delivery, PART.c.number == due.part)
                .values(removed_at=stamp.at)
            )
            for state in (DeliveryState.SENT, DeliveryState.CUT):
                move = Transition(due.delivery, state, DeliveryState.GONE, "deleted by others")
                transition_row(connection, move, stamp, "measure")
    return len(rows)
