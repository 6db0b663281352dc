"""Counts of deliveries by account and state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from amplify.ledger.tables import DELIVERY, READING


def count_deliveries_due_before(connection: Connection, end: datetime) -> int:
    """Count all deliveries that are due before `end` (UTC), whatever their state."""
    return connection.execute(select(func.count()).where(DELIVERY.c.due_at < end)).scalar_one()


def count_outcomes(connection: Connection, end: datetime) -> Mapping[tuple[str, str], int]:
    """Count deliveries due before `end` (UTC), by account and state."""
    found = (
        select(DELIVERY.c.account, DELIVERY.c.state, func.count())
        .where(DELIVERY.c.due_at < end)
        .group_by(DELIVERY.c.account, DELIVERY.c.state)
    )
    return {(account, state): count for account, state, count in connection.execute(found)}


def count_readings(connection: Connection) -> Mapping[str, int]:
    """Count readings of engagement, by account."""
    found = (
        select(DELIVERY.c.account, func.count(READING.c.id).label("readings"))
        .join(READING, READING.c.delivery == DELIVERY.c.id)
        .group_by(DELIVERY.c.account)
    )
    return {row.account: row.readings for row in connection.execute(found)}
