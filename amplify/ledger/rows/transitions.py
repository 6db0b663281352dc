"""State transitions of a delivery: guarded in the UPDATE itself, and logged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from amplify.ledger.bulk import BulkStatement
from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import MOVES, DeliveryState

# Made once: building a statement costs more than running it, and every delivery makes four transitions.
_GUARDED = update(DELIVERY).where(DELIVERY.c.id == bindparam("guard_id"), DELIVERY.c.state == bindparam("guard_state"))
_FENCED = _GUARDED.where(DELIVERY.c.owner == bindparam("guard_owner"))
# What waits again takes its old place among the rows of its account.
_GUARDED_AGAIN, _FENCED_AGAIN = (one.values(look_at=DELIVERY.c.due_at) for one in (_GUARDED, _FENCED))
_LOG = BulkStatement(
    "INSERT INTO move (folio, at, real_at, before, after, by, why) "
    "SELECT delivery.folio, {at}, {real_at}, {before}, {after}, {by}, {why} "
    "FROM {rows} AS v JOIN delivery ON delivery.id = v.id",
    {"at": "timestamp", "real_at": "timestamp", "before": "text", "after": "text", "by": "text", "why": "text"},
    id="text",
)


def transition_log_sql(before: DeliveryState, after: DeliveryState, which: str = "") -> str:
    """SQL by which a `BulkUpdate` logs the transitions of its rows, or of those that a WHERE picks. They have a
    `folio`; in common: `at`, `real`, `by`."""
    if after not in MOVES[before]:
        raise ValueError(f"no delivery goes from {before} to {after}")
    said = f"v.folio, {{at}}, {{real}}, '{before.value}', '{after.value}', {{by}}"
    columns = "folio, at, real_at, before, after, by"
    return f"INSERT INTO move ({columns}) SELECT {said} FROM {{rows}} AS v {which}"  # noqa: S608 - our own words


def transition_row(
    connection: Connection,
    delivery: str,
    before: DeliveryState,
    after: DeliveryState,
    *,
    at: datetime,
    real_at: datetime,
    by: str,
    why: str | None = None,
    fence: str | None = None,
    **values: Any,
) -> bool:
    """Move one row from state `before` to `after`. False where it is no longer in `before`, or `fence` not its owner.

    `values` are further columns to set. The owner, the lease and the cause are dropped unless they are given; a row
    that waits again is looked at from its due time on, so that it keeps its place among the others of its account.
    """
    if after not in MOVES[before]:
        raise ValueError(f"no delivery goes from {before} to {after}")
    values = {"owner": None, "lease_until": None, "cause": None, **values, "state": after.value, "why": why}
    guard = {"guard_id": delivery, "guard_state": before.value}
    if fence is not None:
        guard["guard_owner"] = fence
    again = after is DeliveryState.WAITING
    unfenced, fenced = (_GUARDED_AGAIN, _FENCED_AGAIN) if again else (_GUARDED, _FENCED)
    if connection.execute(unfenced if fence is None else fenced, values | guard).rowcount != 1:
        return False
    log_transitions(connection, [(delivery, before, after, why)], at=at, real_at=real_at, by=by)
    return True


def log_transitions(
    connection: Connection,
    moves: Iterable[tuple[str, DeliveryState | None, DeliveryState, str | None]],
    *,
    at: datetime,
    real_at: datetime,
    by: str,
) -> None:
    """Append to the log of transitions: (delivery, before, after, why)."""
    alike: dict[tuple[DeliveryState | None, DeliveryState, str | None], list[tuple[str]]] = {}
    for delivery, before, after, why in moves:
        alike.setdefault((before, after, why), []).append((delivery,))
    for (before, after, why), rows in alike.items():
        _LOG.run(
            connection,
            rows,
            at=at,
            real_at=real_at,
            before=before.value if before else None,
            after=after.value,
            by=by,
            why=why,
        )
