"""The next due rows of accounts whose first ones turned out to be held, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from amplify.ledger.bulk import BulkSelect
from amplify.ledger.database import Ledger
from amplify.ledger.rows.claimed_delivery import FOUND, LISTED, due_delivery_from
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.ledger.rows.first_rows import ASKED, NAMED, WAITS

# SQLite goes through the index account by account, and need not sort.
_LITE: Final = BulkSelect(
    f"""
    WITH v AS {{rows}}
    SELECT {LISTED} FROM delivery
    WHERE account IN (SELECT value FROM json_each((SELECT names FROM v))) AND {WAITS.format(**ASKED)}
    ORDER BY account, look_at, due_at, id LIMIT (SELECT most FROM v)
    """,  # noqa: S608 - our own words, no value among them
    FOUND,
    names="json",
    now="timestamp",
    until="timestamp",
    most="integer",
)
# PostgreSQL does so only where it is told to: with the query above it reads all rows of every account, and sorts them,
# for each page.
_GREAT: Final = f"""
    SELECT {LISTED} FROM unnest(%(names)s::text[]) WITH ORDINALITY AS v (account, turn) CROSS JOIN LATERAL (
      SELECT * FROM delivery
      WHERE delivery.account = v.account AND {WAITS.format(**NAMED)}
      ORDER BY look_at, due_at, id LIMIT %(most)s
    ) AS delivery
    ORDER BY v.turn LIMIT %(most)s
    """  # noqa: S608 - our own words, no value among them


def next_due_rows(
    ledger: Ledger, connection: Connection, accounts: Sequence[str], now: datetime, until: datetime, most: int
) -> list[DueDelivery]:
    """Find at most `most` rows of these accounts that are due at `now`, or will be by `until` (campaign time): account
    by account, each in its own order. The last account may have more."""
    names = list(accounts)
    if ledger.sqlite:
        return [due_delivery_from(row) for row in _LITE.run(connection, [(names, now, until, most)])]
    bounds = {"names": names, "now": now, "until": until, "most": most}
    return [due_delivery_from(row) for row in connection.exec_driver_sql(_GREAT, bounds)]
