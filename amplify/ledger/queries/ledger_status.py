"""Status of the ledger: counts, what waits and why, what a person should look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, func, select

from amplify.ledger.database import get_meta
from amplify.ledger.holds import boosts, file_errors
from amplify.ledger.holds.file_errors import FileErrors
from amplify.ledger.holds.hold_checks import HOLD_CHECKS, Ask, find_holds
from amplify.ledger.holds.protection_rows import read_protection_rows
from amplify.ledger.holds.stops import Stop, in_force
from amplify.ledger.rows.claimed_delivery import COLUMNS, candidate_in
from amplify.ledger.tables import ACCOUNT, DELIVERY
from amplify.model.delivery import DeliveryState

ASKED: Final[tuple[Ask, ...]] = tuple(ask for ask in HOLD_CHECKS if ask is not boosts.find_waiting_boosts)
"""Hold checks whose answers are shown ahead of the due time. Not whether a boost's target is out: it seldom is, yet."""

REHEARSED: Final = "rehearsal"
"""Key in `meta` of a rehearsal's ledger: the campaign time it has reached."""
HELD: Final = "held"
"""Key in `meta` of why nothing goes out at all; its value is empty while all is well."""


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """Status of the ledger at one instant."""

    counts: Mapping[str, int]
    """DeliveryState → deliveries."""
    coming: tuple[Mapping[str, Any], ...]
    """The next waiting deliveries, with the reason where one is held, or would be held when it is due."""
    look: tuple[Mapping[str, Any], ...]
    """Unsure, refused, missed and cut: a person should look."""
    paused: Mapping[str, str]
    """Account → what to mend."""
    held: str
    """Why nothing goes out at all, as the last `queue` saw it; empty while all is well."""
    errors: FileErrors
    """Errors of the files, and what is held for them."""
    stops: tuple[Stop, ...]
    """Stops in force, the oldest first."""
    weaker: tuple[str, ...]
    """What the files protect less than before, which nobody has accepted yet: `campaign:free-vera`."""


_COLUMNS = ("id", "account", "post", "entry", "state", "why", "due_at", "late_at")


def read_status(connection: Connection, now: datetime, most: int = 12) -> LedgerStatus:
    """Read the ledger's status at `now` (UTC)."""
    counted = connection.execute(
        select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state).order_by(DELIVERY.c.state)
    )
    columns = [DELIVERY.c[name] for name in _COLUMNS]
    waiting = (
        select(*columns)
        .where(DELIVERY.c.state == DeliveryState.WAITING.value)
        .order_by(DELIVERY.c.due_at, DELIVERY.c.id)
    )
    troubled = (
        DeliveryState.UNSURE.value,
        DeliveryState.REFUSED.value,
        DeliveryState.MISSED.value,
        DeliveryState.CUT.value,
    )
    look = select(*columns).where(DELIVERY.c.state.in_(troubled)).order_by(DELIVERY.c.due_at.desc(), DELIVERY.c.id)
    paused = select(ACCOUNT.c.id, ACCOUNT.c.paused_why).where(ACCOUNT.c.paused_at.is_not(None))
    return LedgerStatus(
        counts={str(state): int(count) for state, count in counted},
        coming=_with_reasons(connection, connection.execute(waiting.limit(most)).mappings(), now),
        look=tuple(dict(row) for row in connection.execute(look.limit(most * 4)).mappings()),
        paused={account: why or "" for account, why in connection.execute(paused)},
        held=get_meta(connection, HELD) or "",
        errors=file_errors.read_file_errors(connection),
        stops=tuple(in_force(connection)),
        weaker=tuple(f"{one.kind}:{one.subject}" for one in read_protection_rows(connection).values() if one.is_asked),
    )


def count_due_and_held(connection: Connection, now: datetime) -> int:
    """Count deliveries that were due by `now` (UTC, campaign time) and are held."""
    held = (DELIVERY.c.state == DeliveryState.WAITING.value, DELIVERY.c.why.is_not(None), DELIVERY.c.due_at <= now)
    return connection.execute(select(func.count()).where(*held)).scalar_one()


def _with_reasons(connection: Connection, rows: Iterable[RowMapping], now: datetime) -> tuple[Mapping[str, Any], ...]:
    """The same rows, each with why it would be held when it is due, where no claim has looked at it yet."""
    coming = [dict(row) for row in rows]
    query = select(*COLUMNS).where(DELIVERY.c.id.in_([row["id"] for row in coming]))
    candidates = [candidate_in(row) for row in connection.execute(query).mappings()]
    for due in {one.due_at for one in candidates}:
        bars = find_holds(connection, [one for one in candidates if one.due_at == due], max(now, due), ASKED)
        for row in coming:
            if row["id"] in bars:
                row["why"] = bars[row["id"]].why
    return tuple(coming)
