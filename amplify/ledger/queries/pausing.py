"""Pausing an account that cannot speak, outside a delivery of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from amplify.ledger.tables import ACCOUNT


def pause_account(
    connection: Connection, account: str, why: str, now: datetime, real_not_before: datetime | None
) -> None:
    """It pauses itself until it is mended, and is not asked again before `real_not_before` (real time; None: at the
    next pass). `now`: campaign time."""
    mine = update(ACCOUNT).where(ACCOUNT.c.id == account)
    connection.execute(mine.values(paused_at=now, paused_why=why, real_not_before=real_not_before))
