"""History of one delivery: what it is, its transitions, attempts, parts and receipts, and why it is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, select

from amplify.ledger.tables import ATTEMPT, DELIVERY, MOVE, PART, folio_of

_ABOUT: Final = (
    "id", "account", "post", "variant", "entry", "campaign", "kind", "lang", "state", "why",
    "due_at", "late_at", "look_at", "queued_at", "sent_at", "owner", "lease_until",
)  # fmt: skip
_MOVE: Final = ("at", "real_at", "before", "after", "by", "why")
_ATTEMPT: Final = ("part", "at", "real_began", "real_ended", "outcome", "why", "owner")
_PART: Final = ("number", "key", "record_key", "created_at", "sent_at", "url", "remote_id", "removed_at")


@dataclass(frozen=True, slots=True)
class DeliveryHistory:
    """Everything that the ledger holds of one delivery, except its texts."""

    delivery: Mapping[str, Any]
    moves: tuple[Mapping[str, Any], ...]
    attempts: tuple[Mapping[str, Any], ...]
    parts: tuple[Mapping[str, Any], ...]


def delivery_histories(connection: Connection, beginning: str, most: int = 20) -> list[DeliveryHistory]:
    """Read the histories of the deliveries whose ids begin so (`most` at most), by due time."""
    columns = [DELIVERY.c[name] for name in _ABOUT]
    begins = DELIVERY.c.id.startswith(beginning, autoescape=True)
    rows = select(*columns).where(begins).order_by(DELIVERY.c.due_at, DELIVERY.c.id).limit(most)
    return [_story(connection, dict(row)) for row in connection.execute(rows).mappings()]


def _story(connection: Connection, delivery: Mapping[str, Any]) -> DeliveryHistory:
    def rows(names: tuple[str, ...], mine: ColumnElement[bool], order: Column[int]) -> tuple[Mapping[str, Any], ...]:
        query = select(*(order.table.c[name] for name in names)).where(mine).order_by(order)
        return tuple(dict(row) for row in connection.execute(query).mappings())

    folio = folio_of(delivery["id"])
    return DeliveryHistory(
        delivery=delivery,
        moves=rows(_MOVE, MOVE.c.folio == folio, MOVE.c.id),
        attempts=rows(_ATTEMPT, ATTEMPT.c.folio == folio, ATTEMPT.c.id),
        parts=rows(_PART, PART.c.delivery == delivery["id"], PART.c.number),
    )
