"""A claim among ten million deliveries, and what 150,000 due rows cost that may not go out."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final
from unittest.mock import patch

from sqlalchemy import Connection, insert, text

from amplify.ledger.database import Ledger
from amplify.ledger.holds.hold_checks import CLAIM_CHECKS
from amplify.ledger.rows.claim import ClaimRequest, ClaimResult, claim_due
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.tables import GATE
from bench.bare import take
from bench.databases import databases
from bench.figure import Figure
from bench.millions import Batch, multiply
from bench.stock import NOW

DELIVERIES, DUE, BLOCKED = 10_000_000, 10_000, 150_000
ACCOUNTS, LIMIT, CLAIMS = 500, 100, 41
_LEASE: Final = timedelta(seconds=60)
_CLOSED: Final = "campaign:closed"
_SEND: Final = text(  # in the words of the partial index: SQLite finds it by nothing else
    "UPDATE delivery SET state = 'sent', sent_at = due_at WHERE state IN ('claimed', 'sending')"
)


def measure() -> list[Figure]:
    figures = []
    with databases() as given:
        for name in given.names:
            address = given.new(name)
            with closing(Ledger.open(address)) as ledger:
                multiply(ledger, ACCOUNTS, _batches())
                figures += _claims(ledger, name) + _blocked(ledger, name)
            given.drop(address)
    return figures


def _batches() -> list[Batch]:
    """Nine tenths are out, most others wait for their day; the blocked ones have no gate yet that would open."""
    coming = (DELIVERIES - DUE - BLOCKED) // 10
    past = DELIVERIES - DUE - BLOCKED - coming
    return [
        Batch("sent", past, NOW - timedelta(days=730), timedelta(days=729) / past),
        Batch("waiting", coming, NOW + timedelta(hours=1), timedelta(days=44) / coming),
        Batch("waiting", DUE, NOW - timedelta(minutes=30), timedelta(0)),
        Batch("cancelled", BLOCKED, NOW - timedelta(hours=1), timedelta(0), f'["{_CLOSED}"]'),
    ]


def _claims(ledger: Ledger, name: str) -> list[Figure]:
    """Claim and commit; what was claimed is out before the next one. In turn with a bare statement that does no more
    than take rows."""
    took, bare = [], []
    for _ in range(CLAIMS):
        found, seconds = _claim(ledger)
        assert len(found.taken) == LIMIT
        took.append(seconds)
        _send(ledger)
        bare.append(_take(ledger))
        _send(ledger)
    what = f"a claim of {LIMIT} among {DELIVERIES:,} deliveries, {DUE:,} due, {name}"
    return [
        Figure(f"{what}: median", 1000 * statistics.median(took), "ms"),
        Figure(f"{what}: slowest of {CLAIMS}", 1000 * max(took), "ms"),
        Figure(f"{what}: a bare UPDATE … RETURNING of as many, median", 1000 * statistics.median(bare), "ms"),
        Figure(f"{what}: against the bare statement", statistics.median(took) / statistics.median(bare), most=2.5),
    ]


def _blocked(ledger: Ledger, name: str) -> list[Figure]:
    """Suddenly due before all others, and barred by one gate."""
    with ledger.write() as connection:
        connection.execute(insert(GATE), {"kind": "campaign", "subject": "closed", "closed": "over", "pauses": []})
        connection.execute(text("UPDATE delivery SET state = 'waiting' WHERE state = 'cancelled'"))
    visits: Counter[str] = Counter()

    def count(_: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
        visits.update(one.id for one in candidates if _CLOSED in one.subjects)
        return {}

    took, taken = [], 0
    with patch("amplify.ledger.rows.claim.CLAIM_CHECKS", (count, *CLAIM_CHECKS)):
        while True:
            found, seconds = _claim(ledger)
            took.append(seconds)
            taken += len(found.taken)
            _send(ledger)
            if not found.taken and not found.more:
                break
    assert taken == DUE - 2 * CLAIMS * LIMIT, "a blocked row kept others from going out"
    assert len(visits) == BLOCKED
    what = f"{BLOCKED:,} due rows all blocked, {name}"
    return [
        Figure(f"{what}: visits of a blocked row, at most", max(visits.values()), "visits", most=1),
        Figure(f"{what}: all visited in", sum(took), "s"),
        Figure(f"{what}: slowest claim meanwhile", 1000 * max(took), "ms"),
        Figure(f"{what}: a claim afterwards", 1000 * statistics.median(_claim(ledger)[1] for _ in range(11)), "ms"),
    ]


def _claim(ledger: Ledger) -> tuple[ClaimResult, float]:
    began = time.perf_counter()
    with ledger.write() as connection:
        found = claim_due(ledger, connection, NOW, ClaimRequest("bench", _LEASE, LIMIT))
    return found, time.perf_counter() - began


def _take(ledger: Ledger) -> float:
    began = time.perf_counter()
    with ledger.write() as connection:
        found = take(ledger, connection, LIMIT)
    assert len(found) == LIMIT
    return time.perf_counter() - began


def _send(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(_SEND)
