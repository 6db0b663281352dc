"""Retention: old texts are erased; that something was sent, when, and its engagement stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from amplify.context.app_context import AppContext
from amplify.ledger.queries.audit_log import erase_events, record_event
from amplify.ledger.rows.erase import (
    count_erasable_deliveries,
    erase_stops,
    erase_words,
    lifted_stops,
    old_deeds,
    overwrite_deleted,
    read_erasable_deliveries,
    settle_files,
)
from amplify.model.clock import Timestamp


@dataclass(frozen=True, slots=True)
class OldRecords:
    """Records before a date that still have texts."""

    before: datetime
    """UTC, campaign time."""
    deliveries: int
    deeds: tuple[int, ...]
    stops: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.deeds or self.stops)


def find_old(app: AppContext, age: timedelta) -> OldRecords:
    """Find what `prune` would erase. Read-only."""
    before = app.clock.now() - age
    with app.ledger.read() as connection:
        return OldRecords(
            before,
            count_erasable_deliveries(connection, before),
            tuple(old_deeds(connection, before)),
            tuple(stop["id"] for stop in lifted_stops(connection, before)),
        )


def prune_old(app: AppContext, found: OldRecords, actor: str, told: Callable[[int, int], None] | None = None) -> None:
    """Erase the texts of deliveries that were due before then, and the payloads of audit events before then."""
    now, done = app.clock.now(), 0
    while True:
        with app.ledger.write() as connection:
            overwrite_deleted(connection)
            rows = read_erasable_deliveries(connection, found.before)
            if rows:
                erase_words(connection, rows, _keep_all, now)
        if not rows:
            break
        done += len(rows)
        if told is not None:
            told(done, max(done, found.deliveries))
    with app.ledger.write() as connection:
        overwrite_deleted(connection)
        erase_stops(connection, found.stops)
        erase_events(connection, found.deeds)
        payload = {"deeds": list(found.deeds), "deliveries": done, "before": found.before}
        record_event(connection, "prune", actor, None, None, payload, Timestamp(now, app.ledger.real_now(connection)))
    settle_files(app.ledger)


def _keep_all(word: str) -> bool:
    """Keep all subjects and hashtags: counts by person, hashtag or fact stay."""
    return True
