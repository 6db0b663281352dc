"""Pending work: what a pass has to do, in one cheap query: most passes find nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, TextClause, exists, func, select, text

from amplify.ledger.database import Ledger, get_meta
from amplify.ledger.holds.file_errors import FileErrors, read_file_errors
from amplify.ledger.queries.failing import FailingDelivery, find_failing
from amplify.ledger.tables import ACCOUNT, DELIVERY
from amplify.model.delivery import DeliveryState

OUTDATED: Final = "outdated"
"""Key in `meta`: deliveries that were in progress when their files changed, at the last `queue`."""

# Spelled exactly as in the partial indexes: SQLite does not use an index whose condition it would have to infer.
_WAITING: Final = text("delivery.state = 'waiting'")
_HELD: Final = text("delivery.state IN ('claimed', 'sending')")
_UNSURE: Final = text("delivery.state = 'unsure'")
_REMOVING: Final = text("delivery.state = 'removing'")


@dataclass(frozen=True, slots=True)
class PendingWork:
    """What a pass has to do, as one look at the ledger shows."""

    queued: str | None
    """Mark of the last `queue`: its files' fingerprint and its day."""
    left: bool
    """Whether rows are to expire: their lateness window or their worker's lease is over."""
    unsure: bool
    """Whether unsure rows are to be looked up on their platforms."""
    doubts: int
    """Number of unsure rows whose request can no longer land, also of those that are looked up later."""
    removing: bool
    """Whether rows are to be taken down."""
    due: bool
    """Whether rows are due, to be sent or held."""
    outdated: bool
    """Whether files have changed what was in progress then: it may have come back."""
    askable: tuple[str, ...]
    """Paused accounts that may be probed again."""
    paused: Mapping[str, str]
    """All paused accounts → what to mend."""
    errors: FileErrors
    """Errors of the files, as the last `queue` found them."""
    failing: tuple[FailingDelivery, ...]
    """What is due and its platform does not take just now."""

    @property
    def asks_servers(self) -> bool:
        """Whether servers may have to be asked something beside the sending."""
        return bool(self.unsure or self.removing or self.paused)


def find_pending_work(ledger: Ledger, connection: Connection, note: str, now: datetime) -> PendingWork:
    """Read what a pass has to do. `note`: the key in `meta` of the last `queue`'s mark; `now`: campaign time."""
    real = ledger.real_now(connection)
    over, free = _expired(real), _free(real)
    accounts = connection.execute(
        select(ACCOUNT.c.id, ACCOUNT.c.paused_why, ACCOUNT.c.real_not_before).where(ACCOUNT.c.paused_at.is_not(None))
    ).all()
    return PendingWork(
        queued=get_meta(connection, note),
        left=_any(connection, _WAITING, DELIVERY.c.late_at <= now) or _any(connection, _HELD, over),
        unsure=_any(connection, _UNSURE, DELIVERY.c.look_at <= now),
        doubts=count_unsure(ledger, connection),
        removing=_any(connection, _REMOVING, free),
        due=_any(connection, _WAITING, DELIVERY.c.look_at <= now),
        outdated=bool(get_meta(connection, OUTDATED)),
        askable=tuple(account for account, _, after in accounts if after is None or after <= real),
        paused={account: why or "" for account, why, _ in accounts},
        errors=read_file_errors(connection),
        failing=find_failing(ledger, connection, now),
    )


def accounts_to_ask(
    ledger: Ledger, connection: Connection, now: datetime, paused: Collection[str]
) -> dict[str, list[str]]:
    """Accounts whose platforms are to be asked at `now` (campaign time), by server: these paused ones, and the others
    that have something unsure, or something to take down."""
    free = _free(ledger.real_now(connection))
    unsure = select(DELIVERY.c.account).where(_UNSURE, DELIVERY.c.look_at <= now, free)
    removing = select(DELIVERY.c.account).where(_REMOVING, free)
    wanted = {*paused, *connection.execute(unsure.union(removing)).scalars()}
    found = select(ACCOUNT.c.id, ACCOUNT.c.place).where(
        ACCOUNT.c.id.in_(sorted(wanted)), ACCOUNT.c.paused_at.is_(None) | ACCOUNT.c.id.in_(sorted(paused))
    )
    servers: dict[str, list[str]] = {}
    for account, place in connection.execute(found.order_by(ACCOUNT.c.id)):
        servers.setdefault(place or "", []).append(account)
    return servers


def count_unsure(ledger: Ledger, connection: Connection) -> int:
    """Count unsure deliveries (they may be out or not) whose request can no longer land."""
    found = select(func.count()).where(_UNSURE, _free(ledger.real_now(connection)))
    return connection.execute(found).scalar_one()


def is_work_under_way(ledger: Ledger, connection: Connection, now: datetime) -> bool:
    """Whether a delivery is still on its way at `now` (campaign time): a worker holds it, its request may yet land, or
    it is due and its account waits for a rate limit."""
    real = ledger.real_now(connection)
    unsure = (DELIVERY.c.state == DeliveryState.UNSURE.value) & (DELIVERY.c.lease_until > real)
    slowed = (
        (DELIVERY.c.state == DeliveryState.WAITING.value)
        & (DELIVERY.c.look_at <= now)
        & (DELIVERY.c.late_at > now)
        & exists().where(ACCOUNT.c.id == DELIVERY.c.account, ACCOUNT.c.real_not_before > real)
    )
    held = DELIVERY.c.state.in_((DeliveryState.CLAIMED.value, DeliveryState.SENDING.value))
    return _any(connection, held | unsure | slowed)


def last_due(connection: Connection) -> datetime | None:
    """When the last waiting delivery is due (UTC, campaign time)."""
    found: datetime | None = connection.execute(select(func.max(DELIVERY.c.due_at)).where(_WAITING)).scalar_one()
    return found


def next_due(connection: Connection) -> datetime | None:
    """When a claim has to look at the next waiting delivery (UTC, campaign time)."""
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


def _expired(real: datetime) -> ColumnElement[bool]:
    return DELIVERY.c.lease_until <= real


def _free(real: datetime) -> ColumnElement[bool]:
    return DELIVERY.c.lease_until.is_(None) | _expired(real)


def _any(connection: Connection, *guards: ColumnElement[bool] | TextClause) -> bool:
    return connection.execute(select(DELIVERY.c.id).where(*guards).limit(1)).first() is not None
