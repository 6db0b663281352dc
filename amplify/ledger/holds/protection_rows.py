"""Protections in force, and the weaker ones that the files want (`rules.plan.protections`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from amplify.ledger.decision_tables import PROTECTION
from amplify.ledger.tables import DELIVERY, META


@dataclass(frozen=True, slots=True)
class Protection:
    """What protects one subject."""

    kind: str
    subject: str
    value: Mapping[str, Any]
    """In force."""
    wanted: Mapping[str, Any] | None
    """What the files say, where that is weaker."""
    at: datetime
    """When one of both changed last (UTC, campaign time)."""
    rejected_by: str | None = None
    """Who said no to what is wanted."""
    deed: int | None = None
    """The audit log's entry by which somebody made it weaker last."""

    @property
    def is_asked(self) -> bool:
        """Whether somebody has to look at it: the files want something weaker, and nobody has said no."""
        return self.wanted is not None and self.rejected_by is None


def read_protection_rows(connection: Connection) -> Mapping[tuple[str, str], Protection]:
    """Read all protections, by kind and subject."""
    rows = connection.execute(select(PROTECTION).order_by(PROTECTION.c.kind, PROTECTION.c.subject)).mappings()
    return {(row["kind"], row["subject"]): Protection(**row) for row in rows}


def write_protection(connection: Connection, one: Protection) -> None:
    """Insert a protection, or replace it."""
    delete_protection(connection, one.kind, one.subject)
    connection.execute(
        insert(PROTECTION).values(
            kind=one.kind,
            subject=one.subject,
            value=dict(one.value),
            wanted=dict(one.wanted) if one.wanted is not None else None,
            at=one.at,
            rejected_by=one.rejected_by,
            deed=one.deed,
        )
    )


def delete_protection(connection: Connection, kind: str, subject: str) -> None:
    """Delete what is known of a subject: the next look at the files takes them as they are."""
    connection.execute(delete(PROTECTION).where(PROTECTION.c.kind == kind, PROTECTION.c.subject == subject))


def find_touched(connection: Connection, deliveries: Sequence[str], subject: str | None) -> list[str]:
    """Those of these deliveries that speak of `subject` (`person:anna`, also as `person:anna@died`), or are of a post
    (`post:hello`); None: all."""
    if subject is None:
        return list(deliveries)
    columns = (DELIVERY.c.id, DELIVERY.c.post, DELIVERY.c.subjects)
    rows = connection.execute(select(*columns).where(DELIVERY.c.id.in_(deliveries)))
    return [
        id
        for id, post, subjects in rows
        if f"post:{post}" == subject or any(one.partition("@")[0] == subject for one in subjects)
    ]


def queue_anew(connection: Connection) -> None:
    """Have every machine compare its files with the ledger again, though they have not changed."""
    connection.execute(update(META).where(META.c.key.startswith("queued ")).values(value=""))
