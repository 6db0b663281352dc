"""State transitions of a delivery: guarded in the UPDATE itself, and logged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, update

from amplify.ledger.bulk import BulkStatement
from amplify.ledger.tables import DELIVERY
from amplify.model.clock import Timestamp
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


@dataclass(frozen=True, slots=True)
class Transition:
    """One delivery's way from state to state."""

    delivery: str
    before: DeliveryState | None
    """None: it is new."""
    after: DeliveryState
    why: str | None = None


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
    move: Transition,
    stamp: Timestamp,
    by: str,
    *,
    fence: str | None = None,
    **values: Any,
) -> bool:
    """Move one row from a state to another. False where it is no longer in the first, or `fence` not its owner.

    `values` are further columns to set. The owner, the lease and the cause are dropped unless they are given; a row
    that waits again is looked at from its due time on, so that it keeps its place among the others of its account,
    unless `look_at` is given.
    """
    if move.before is None or move.after not in MOVES[move.before]:
        raise ValueError(f"no delivery goes from {move.before} to {move.after}")
    values = {"owner": None, "lease_until": None, "cause": None, **values, "state": move.after.value, "why": move.why}
    guard = {"guard_id": move.delivery, "guard_state": move.before.value}
    if fence is not None:
        guard["guard_owner"] = fence
    again = move.after is DeliveryState.WAITING and "look_at" not in values
    unfenced, fenced = (_GUARDED_AGAIN, _FENCED_AGAIN) if again else (_GUARDED, _FENCED)
    if connection.execute(unfenced if fence is None else fenced, values | guard).rowcount != 1:
        return False
    log_transitions(connection, [move], stamp, by)
    return True


def log_transitions(connection: Connection, moves: Iterable[Transition], stamp: Timestamp, by: str) -> None:
    """Append to the log of transitions."""
    alike: dict[tuple[DeliveryState | None, DeliveryState, str | None], list[tuple[str]]] = {}
    for move in moves:
        alike.setdefault((move.before, move.after, move.why), []).append((move.delivery,))
    for (before, after, why), rows in alike.items():
        _LOG.run(
            connection,
            rows,
            at=stamp.at,
            real_at=stamp.real,
            before=before.value if before else None,
            after=after.value,
            by=by,
            why=why,
        )
