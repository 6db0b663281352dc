"""Changing a delivery's state: guarded in the UPDATE itself, and logged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from amplify.ledger.tables import DELIVERY, MOVE
from amplify.model.delivery import MOVES, State


def move(
    connection: Connection,
    delivery: str,
    before: State,
    after: State,
    *,
    at: datetime,
    real_at: datetime,
    by: str,
    why: str | None = None,
    fence: str | None = None,
    **values: Any,
) -> bool:
    """Move one row from `before` to `after`. False where it no longer stands there, or `fence` no longer owns it.

    `values` are further columns to set. The owner and the lease are dropped unless they are given.
    """
    if after not in MOVES[before]:
        raise ValueError(f"no delivery goes from {before} to {after}")
    values = {"owner": None, "lease_until": None, **values}
    guard = update(DELIVERY).where(DELIVERY.c.id == delivery, DELIVERY.c.state == before.value)
    if fence is not None:
        guard = guard.where(DELIVERY.c.owner == fence)
    if connection.execute(guard.values(state=after.value, why=why, **values)).rowcount != 1:
        return False
    log(connection, [(delivery, before, after, why)], at=at, real_at=real_at, by=by)
    return True


def log(
    connection: Connection,
    moves: Iterable[tuple[str, State | None, State, str | None]],
    *,
    at: datetime,
    real_at: datetime,
    by: str,
) -> None:
    """Append to the log of moves: (delivery, before, after, why)."""
    rows = [
        {
            "delivery": delivery,
            "at": at,
            "real_at": real_at,
            "before": before.value if before else None,
            "after": after.value,
            "by": by,
            "why": why,
        }
        for delivery, before, after, why in moves
    ]
    if rows:
        connection.execute(insert(MOVE), rows)
