"""What a pass has to do, seen in one look: most passes find nothing and must stay cheap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, TextClause, func, select, text

from amplify.ledger.database import Ledger, get_meta
from amplify.ledger.tables import ACCOUNT, DELIVERY

# In the very words of the partial indexes: SQLite does not take an index whose condition it would have to work out.
_WAITING: Final = text("delivery.state = 'waiting'")
_HELD: Final = text("delivery.state IN ('claimed', 'sending')")
_UNSURE: Final = text("delivery.state = 'unsure'")
_REMOVING: Final = text("delivery.state = 'removing'")


@dataclass(frozen=True, slots=True)
class PendingWork:
    """One look at the ledger."""

    queued: str | None
    """The note of the last `queue`: its files and its day."""
    left: bool
    """Rows whose window or whose worker is over: to reap."""
    unsure: bool
    """Rows to look up on their platforms."""
    doubts: int
    """All unsure rows whose request can no longer land, also those that are looked up later."""
    removing: bool
    """Rows to take down."""
    due: bool
    """Rows that want to be sent, or held."""
    askable: tuple[str, ...]
    """Paused accounts that may be asked again whether they can speak."""
    paused: Mapping[str, str]
    """All paused accounts, and what to mend."""


def find_pending_work(ledger: Ledger, connection: Connection, note: str, now: datetime) -> PendingWork:
    """Look at everything once. `note`: the key of the last `queue`'s note; `now`: campaign time."""
    real = ledger.real_now(connection)
    over = DELIVERY.c.lease_until <= real
    free = DELIVERY.c.lease_until.is_(None) | over
    accounts = connection.execute(
        select(ACCOUNT.c.id, ACCOUNT.c.paused_why, ACCOUNT.c.real_not_before).where(ACCOUNT.c.paused_at.is_not(None))
    ).all()
    return PendingWork(
        queued=get_meta(connection, note),
        left=_any(connection, _WAITING, DELIVERY.c.late_at <= now) or _any(connection, _HELD, over),
        unsure=_any(connection, _UNSURE, DELIVERY.c.look_at <= now),
        doubts=connection.execute(select(func.count()).where(_UNSURE, free)).scalar_one(),
        removing=_any(connection, _REMOVING, free),
        due=_any(connection, _WAITING, DELIVERY.c.look_at <= now),
        askable=tuple(account for account, _, after in accounts if after is None or after <= real),
        paused={account: why or "" for account, why, _ in accounts},
    )


def next_due(connection: Connection) -> datetime | None:
    """When the next waiting delivery wants to be looked at (UTC, campaign time)."""
    found: datetime | None = connection.execute(select(func.min(DELIVERY.c.look_at)).where(_WAITING)).scalar_one()
    return found


def seconds_until_next_claim(ledger: Ledger, connection: Connection, now: datetime, ahead: timedelta) -> float:
    """Seconds until a claim may find something that it does not find now, if nobody changes anything; infinite where
    nothing waits.

    `now`: campaign time; `ahead`: how long before its due time a delivery is claimed. What was held until some instant
    is not claimed before it.
    """
    real = ledger.real_now(connection)
    soon = func.min(DELIVERY.c.look_at)
    coming = connection.execute(select(soon).where(_WAITING, DELIVERY.c.look_at > now + ahead)).scalar_one()
    within = (_WAITING, DELIVERY.c.look_at > now, DELIVERY.c.look_at <= now + ahead, DELIVERY.c.due_at <= now)
    opens = select(func.min(ACCOUNT.c.real_not_before)).where(
        ACCOUNT.c.paused_at.is_(None), ACCOUNT.c.real_not_before > real
    )
    opening = connection.execute(opens).scalar_one()
    held = connection.execute(select(soon).where(*within)).scalar_one() if ahead else None
    waits = [
        *([coming - ahead - now] if coming is not None else []),
        *([held - now] if held is not None else []),
        *([opening - real] if opening is not None else []),
    ]
    return min((wait.total_seconds() for wait in waits), default=float("inf"))


def _any(connection: Connection, *guards: ColumnElement[bool] | TextClause) -> bool:
    return connection.execute(select(DELIVERY.c.id).where(*guards).limit(1)).first() is not None
