"""A stop among half a million waiting deliveries: one row, so the command is short, and claims stay as fast."""

from __future__ import annotations

import statistics
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import text

from amplify.context.app_context import AppContext
from amplify.decisions.stop import stop_subject
from amplify.ledger.database import Ledger
from amplify.ledger.holds.stops import StopRequest
from amplify.ledger.rows.claim import ClaimRequest, claim_due
from amplify.model.clock import ManualClock
from bench.databases import databases
from bench.figure import Figure
from bench.millions import Batch, multiply
from bench.stock import NOW

WAITING, DUE, ACCOUNTS, LIMIT, CLAIMS = 500_000, 20_000, 500, 100, 21
_LEASE: Final = timedelta(seconds=60)
_BACK: Final = text(  # in the words of the partial index
    "UPDATE delivery SET state = 'waiting', owner = NULL, lease_until = NULL WHERE state IN ('claimed', 'sending')"
)
_PEOPLE: Final = """people:
- id: maria
  name: {en: Maria Ivanova, be: Марыя Іванова}
  aliases: ['Марыі Івановай, Марыю Іванову', 'Мари* Иванов*', FreeMaria]
"""


def measure() -> list[Figure]:
    figures = []
    with databases() as given, TemporaryDirectory(prefix="amplify-bench-") as folder:
        root = Path(folder)
        (root / "config").mkdir()
        (root / "config" / "people.yaml").write_text(_PEOPLE, "utf-8")
        for name in given.names:
            address = given.new(name)
            with closing(Ledger.open(address)) as ledger:
                multiply(ledger, ACCOUNTS, _batches())
                figures += _measured(AppContext(root, ledger, ManualClock(NOW)), name)
            given.drop(address)
    return figures


def _batches() -> list[Batch]:
    later = WAITING - DUE
    return [
        Batch("waiting", DUE, NOW - timedelta(minutes=30), timedelta(0)),
        Batch("waiting", later, NOW + timedelta(hours=1), timedelta(days=44) / later),
    ]


def _measured(app: AppContext, name: str) -> list[Figure]:
    before = _claims(app)
    began = time.perf_counter()
    done = stop_subject(app, StopRequest("person", "maria", "she is free", "bench"))
    seconds = time.perf_counter() - began
    assert done.seen
    assert done.stop.words
    after = _claims(app)
    what = f"{WAITING:,} waiting deliveries, {name}"
    return [
        Figure(f"{what}: `amplify stop --person`", seconds, "s", most=1),
        Figure(f"{what}: a claim of {LIMIT} before", 1000 * before, "ms"),
        Figure(f"{what}: a claim of {LIMIT} while it holds", 1000 * after, "ms"),
        Figure(f"{what}: the same, against before", after / before, most=2),
    ]


def _claims(app: AppContext) -> float:
    """Seconds of a claim, in the median. What was claimed is given back each time."""
    took = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        with app.ledger.write() as connection:
            found = claim_due(app.ledger, connection, NOW, ClaimRequest("bench", _LEASE, LIMIT))
        took.append(time.perf_counter() - began)
        assert len(found.taken) == LIMIT
        with app.ledger.write() as connection:
            connection.execute(_BACK)
    return statistics.median(took)
