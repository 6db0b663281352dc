"""What stands behind rows that turned out to be held: the lines of their accounts, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, or_, select

from amplify.ledger.candidate import Candidate
from amplify.ledger.claimed import COLUMNS, LISTED, candidate
from amplify.ledger.columns import Utc
from amplify.ledger.heads import WAITS
from amplify.ledger.store import Ledger
from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import State

_now, _until = bindparam("now", type_=Utc), bindparam("until", type_=Utc)
_LITE = (  # in the order of the index
    select(*COLUMNS)
    .where(
        DELIVERY.c.account.in_(bindparam("names", expanding=True)),
        DELIVERY.c.state == State.WAITING.value,
        DELIVERY.c.look_at <= _until,
        or_(DELIVERY.c.look_at <= _now, DELIVERY.c.due_at > _now),
        DELIVERY.c.late_at > _now,
    )
    .order_by(DELIVERY.c.account, DELIVERY.c.look_at, DELIVERY.c.due_at, DELIVERY.c.id)
    .limit(bindparam("most"))
)
# PostgreSQL goes through the index account by account only where it is told to: asked as above it reads every line to
# its end, and sorts them all, for each page.
_GREAT: Final = f"""
    SELECT {LISTED} FROM unnest(%(names)s::text[]) WITH ORDINALITY AS v (account, place) CROSS JOIN LATERAL (
      SELECT * FROM delivery
      WHERE delivery.account = v.account AND {WAITS.format(now="%(now)s", until="%(until)s")}
      ORDER BY look_at, due_at, id LIMIT %(most)s
    ) AS delivery
    ORDER BY v.place LIMIT %(most)s
    """  # noqa: S608 - our own words, no value among them


def behind(
    ledger: Ledger, connection: Connection, accounts: Sequence[str], now: datetime, until: datetime, most: int
) -> list[Candidate]:
    """At most `most` rows of these accounts that are due at `now`, or will be by `until` (campaign time): account by
    account, each in its own line. Of the last one there may be more."""
    bounds: dict[str, Any] = {"names": list(accounts), "now": now, "until": until, "most": most}
    rows = connection.execute(_LITE, bounds) if ledger.sqlite else connection.exec_driver_sql(_GREAT, bounds)
    return [candidate(row) for row in rows]
