"""Pause of an account whose credentials do not work, where no delivery of its own is being sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from amplify.ledger.tables import ACCOUNT


def pause_account(
    connection: Connection, account: str, why: str, now: datetime, real_not_before: datetime | None
) -> None:
    """Pause an account until somebody mends it; it is not probed again before `real_not_before` (real time; None: at
    the next pass). `now`: campaign time."""
    mine = update(ACCOUNT).where(ACCOUNT.c.id == account)
    connection.execute(mine.values(paused_at=now, paused_why=why, real_not_before=real_not_before))
