"""Where a ledger is, and who works on it: a stop in a ledger from which nobody publishes stops nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from amplify.ledger.database import Ledger
from amplify.ledger.tables import ATTEMPT

_ATTEMPTS: Final = 2000
_SINCE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A process that has sent something."""

    name: str
    """`host, process 4711`."""
    last: datetime
    """Its last sign (real time, UTC)."""


def recent_workers(ledger: Ledger, connection: Connection) -> list[WorkerSeen]:
    """The workers that have sent something within a day, the latest first. One that had nothing to send leaves no trace
    here."""
    real = ledger.real_now(connection)
    query = select(ATTEMPT.c.owner, ATTEMPT.c.real_began, ATTEMPT.c.real_ended)
    seen: dict[str, datetime] = {}
    for owner, began, ended in connection.execute(query.order_by(ATTEMPT.c.id.desc()).limit(_ATTEMPTS)):
        host, _, process = owner.partition("#")[0].rpartition(":")[0].rpartition(":")
        name = f"{host}, process {process}" if host else owner.partition("#")[0]
        seen[name] = max(seen.get(name, began), ended or began)
    recent = [WorkerSeen(name, last) for name, last in seen.items() if last > real - _SINCE]
    return sorted(recent, key=lambda one: one.last, reverse=True)
