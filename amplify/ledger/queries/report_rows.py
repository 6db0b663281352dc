"""Rows for a report: what it needs of the ledger and nothing more, so no texts, no keys, nobody's name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from amplify.ledger.database import get_meta
from amplify.ledger.holds.gates import read_gates
from amplify.ledger.holds.stops import Stop, held_by, in_force
from amplify.ledger.queries.ledger_status import REHEARSED
from amplify.ledger.rows.claimed_delivery import COLUMNS, candidate_in
from amplify.ledger.tables import ACCOUNT, ATTEMPT, DELIVERY, MOVE, PART, READING
from amplify.model.delivery import DeliveryState
from amplify.model.gate import Gate

ReportRow = Row[Any]
"""One row of an answer: values by the names of their columns, as attributes."""
Key = tuple[str, int]
"""Key of a part: delivery, number."""


@dataclass(frozen=True, slots=True)
class ReportRows:
    """The ledger's rows of one period."""

    deliveries: tuple[ReportRow, ...]
    """By due time, then id."""
    parts: Mapping[str, tuple[ReportRow, ...]]
    readings: Mapping[Key, tuple[ReportRow, ...]]
    """Oldest first, as the platforms said it."""
    ended: Mapping[str, tuple[datetime, str | None]]
    """Delivery → when and why its last transition was made."""
    attempts: Mapping[str, int]
    gates: Mapping[tuple[str, str], Gate]
    """By kind and subject."""
    paused: Mapping[str, str | None]
    """Account → why."""
    stops: tuple[Stop, ...] = ()
    """In force."""
    stopped: frozenset[str] = frozenset()
    """Deliveries that a person's stop in force means, by their words too."""
    rehearsal: bool = False
    """The ledger is a rehearsal's."""
    boosts: tuple[ReportRow, ...] = ()
    """Our own boosts that went out in the period or after it, with their receipts."""


def read_report_rows(connection: Connection, start: datetime | None, end: datetime | None) -> ReportRows:
    """Read everything about deliveries due from `start` up to, not including, `end`."""
    due: list[ColumnElement[bool]] = []
    if start is not None:
        due.append(DELIVERY.c.due_at >= start)
    if end is not None:
        due.append(DELIVERY.c.due_at < end)
    period = and_(True, *due)
    d, stops = DELIVERY.c, in_force(connection)
    wanted: Select[Any] = select(
        *(d.id, d.entry, d.post, d.variant, d.campaign, d.partner, d.platform, d.account, d.occurrence),
        *(d.kind, d.lang, d.hashtags, d.subjects, d.state, d.why, d.cause, d.due_at, d.sent_at),
    )
    return ReportRows(
        deliveries=tuple(connection.execute(wanted.where(period).order_by(d.due_at, d.id))),
        parts=_parts(connection, period),
        readings=_readings(connection, period),
        ended=_ended(connection, period),
        attempts=_attempts(connection, period),
        gates=read_gates(connection),
        paused={
            row.id: row.paused_why
            for row in connection.execute(select(ACCOUNT).where(ACCOUNT.c.paused_at.is_not(None)))
        },
        stops=tuple(stops),
        stopped=_stopped(connection, period, [stop for stop in stops if stop.names_somebody]),
        rehearsal=get_meta(connection, REHEARSED) is not None,
        boosts=_boosts(connection, start),
    )


def _stopped(connection: Connection, period: ColumnElement[bool], stops: Sequence[Stop]) -> frozenset[str]:
    if not stops:
        return frozenset()
    rows = connection.execute(select(*COLUMNS).where(period)).mappings()
    return frozenset(held_by(connection, stops, [candidate_in(row) for row in rows]))


def _parts(connection: Connection, period: ColumnElement[bool]) -> dict[str, tuple[ReportRow, ...]]:
    p = PART.c
    found: defaultdict[str, list[ReportRow]] = defaultdict(list)
    wanted: Select[Any] = select(p.delivery, p.number, p.remote_id, p.url, p.sent_at, p.removed_at)
    for row in connection.execute(
        wanted.join(DELIVERY, DELIVERY.c.id == p.delivery).where(period).order_by(p.delivery, p.number)
    ):
        found[row.delivery].append(row)
    return {id: tuple(parts) for id, parts in found.items()}


def _boosts(connection: Connection, start: datetime | None) -> tuple[ReportRow, ...]:
    d, p = DELIVERY.c, PART.c
    wanted: Select[Any] = select(d.account, d.platform, d.boost_of, p.remote_id, p.url, p.sent_at, p.removed_at)
    later = [p.sent_at >= start] if start is not None else []  # a boost comes after what it repeats
    return tuple(
        connection.execute(
            wanted.join(DELIVERY, d.id == p.delivery).where(d.kind == "boost", p.sent_at.is_not(None), *later)
        )
    )


def _readings(connection: Connection, period: ColumnElement[bool]) -> dict[Key, tuple[ReportRow, ...]]:
    r = READING.c
    found: defaultdict[Key, list[ReportRow]] = defaultdict(list)
    for row in connection.execute(
        select(READING)
        .join(DELIVERY, DELIVERY.c.id == r.delivery)
        .where(period)
        .order_by(r.delivery, r.part, r.at, r.id)
    ):
        found[row.delivery, row.part].append(row)
    return {key: tuple(readings) for key, readings in found.items()}


def _ended(connection: Connection, period: ColumnElement[bool]) -> dict[str, tuple[datetime, str | None]]:
    """Read the transition that says why each delivery ended: for a takedown the order, not its execution."""
    found: dict[str, tuple[datetime, str | None]] = {}
    for row in connection.execute(
        select(DELIVERY.c.id, MOVE.c.at, MOVE.c.after, MOVE.c.why)
        .join(DELIVERY, DELIVERY.c.folio == MOVE.c.folio)
        .where(period, DELIVERY.c.state.not_in((DeliveryState.SENT, DeliveryState.CLAIMED, DeliveryState.SENDING)))
        .order_by(MOVE.c.id)
    ):
        why = row.why
        if row.after == DeliveryState.REMOVED and why is None and row.id in found:
            why = found[row.id][1]
        found[row.id] = (row.at, why)
    return found


def _attempts(connection: Connection, period: ColumnElement[bool]) -> Counter[str]:
    found: Counter[str] = Counter()
    for outcome, tries in connection.execute(
        select(ATTEMPT.c.outcome, func.count())
        .join(DELIVERY, DELIVERY.c.folio == ATTEMPT.c.folio)
        .where(period)
        .group_by(ATTEMPT.c.outcome)
    ):
        found[outcome or "never came back"] += tries
    return found
