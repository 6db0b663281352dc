"""What a pass has to do, seen in one look: most passes find nothing and must stay cheap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from amplify.ledger.store import Ledger, get_meta
from amplify.ledger.tables import ACCOUNT, DELIVERY
from amplify.model.delivery import State


@dataclass(frozen=True, slots=True)
class Agenda:
    """One look at the ledger."""

    queued: str | None
    """The note of the last `queue`: its files and its day."""
    left: bool
    """Rows whose window or whose worker is over: to reap."""
    unsure: bool
    """Rows to look up on their platforms."""
    due: bool
    """Rows that want to be sent, or held."""
    askable: tuple[str, ...]
    """Paused accounts that may be asked again whether they can speak."""
    paused: Mapping[str, str]
    """All paused accounts, and what to mend."""


def agenda(ledger: Ledger, connection: Connection, note: str, now: datetime) -> Agenda:
    """Look at everything once. `note`: the key of the last `queue`'s note; `now`: campaign time."""
    real = ledger.real_now(connection)
    held = DELIVERY.c.state.in_((State.CLAIMED.value, State.SENDING.value))
    waiting = DELIVERY.c.state == State.WAITING.value
    unsure = DELIVERY.c.state == State.UNSURE.value
    accounts = connection.execute(
        select(ACCOUNT.c.id, ACCOUNT.c.paused_why, ACCOUNT.c.real_not_before).where(ACCOUNT.c.paused_at.is_not(None))
    ).all()
    return Agenda(
        queued=get_meta(connection, note),
        left=_any(connection, waiting & (DELIVERY.c.late_at <= now))
        or _any(connection, held & (DELIVERY.c.lease_until <= real)),
        unsure=_any(connection, unsure & (DELIVERY.c.look_at <= now)),
        due=_any(connection, waiting & (DELIVERY.c.look_at <= now)),
        askable=tuple(account for account, _, after in accounts if after is None or after <= real),
        paused={account: why or "" for account, why, _ in accounts},
    )


def next_due(connection: Connection) -> datetime | None:
    """When the next waiting delivery wants to be looked at (UTC, campaign time)."""
    found: datetime | None = connection.execute(
        select(func.min(DELIVERY.c.look_at)).where(DELIVERY.c.state == State.WAITING.value)
    ).scalar_one()
    return found


def _any(connection: Connection, guard: ColumnElement[bool]) -> bool:
    return connection.execute(select(DELIVERY.c.id).where(guard).limit(1)).first() is not None
