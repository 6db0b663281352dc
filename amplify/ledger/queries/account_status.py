"""Status of each account: whether it is paused, since when and why, and when it may send again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from amplify.ledger.database import Ledger
from amplify.ledger.tables import ACCOUNT, DELIVERY
from amplify.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """Status of one account."""

    id: str
    paused: str | None
    """What to mend; None: it can speak."""
    paused_at: datetime | None
    next_opening: datetime | None
    """Real time (UTC) before which it sends nothing, as its platform or its rate limits want; None: it may send now."""
    waiting: int
    sent: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def list_accounts(ledger: Ledger, connection: Connection) -> list[AccountStatus]:
    """Read the status of all accounts of the ledger, by name."""
    real = ledger.real_now(connection)
    counted: dict[tuple[str, str], int] = {}
    states = (DeliveryState.WAITING.value, DeliveryState.SENT.value)
    grouped = (
        select(DELIVERY.c.account, DELIVERY.c.state, func.count())
        .where(DELIVERY.c.state.in_(states))
        .group_by(DELIVERY.c.account, DELIVERY.c.state)
    )
    for account, state, count in connection.execute(grouped):
        counted[account, state] = count
    columns = (ACCOUNT.c.id, ACCOUNT.c.paused_why, ACCOUNT.c.paused_at, ACCOUNT.c.real_not_before)
    return [
        AccountStatus(
            id=row.id,
            paused=(row.paused_why or "") if row.paused_at is not None else None,
            paused_at=row.paused_at,
            next_opening=row.real_not_before if row.real_not_before and row.real_not_before > real else None,
            waiting=counted.get((row.id, DeliveryState.WAITING.value), 0),
            sent=counted.get((row.id, DeliveryState.SENT.value), 0),
        )
        for row in connection.execute(select(*columns).order_by(ACCOUNT.c.id))
    ]


def pause_account(
    connection: Connection, account: str, why: str, now: datetime, real_not_before: datetime | None
) -> None:
    """It pauses itself until it is mended, and is not asked again before `real_not_before` (real time; None: at the
    next pass). `now`: campaign time."""
    mine = update(ACCOUNT).where(ACCOUNT.c.id == account)
    connection.execute(mine.values(paused_at=now, paused_why=why, real_not_before=real_not_before))
