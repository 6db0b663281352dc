"""What one statement costs that takes due rows and looks at nothing else: a measure for a claim on this machine."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, text

from amplify.ledger.database import Ledger
from bench.stock import NOW

_TAKE: Final = text("""
UPDATE delivery SET state = 'claimed', owner = 'bare' WHERE id IN (
  SELECT id FROM delivery WHERE state = 'waiting' AND look_at <= :now ORDER BY look_at, id LIMIT :most
) RETURNING id, account, message, subjects""")


def take(ledger: Ledger, connection: Connection, most: int) -> list[Row[Any]]:
    """Take at most so many of the rows that have been due for longest."""
    now: Any = NOW.replace(tzinfo=None).isoformat(" ", "microseconds") if ledger.sqlite else NOW
    return list(connection.execute(_TAKE, {"now": now, "most": most}).all())
