"""The ledger alone: claim, begin and settle with 64 threads and a platform that answers at once."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, text

from amplify.engine.files_sync import files_mark
from amplify.engine.worker import deliver_due
from amplify.ledger.database import Ledger
from amplify.ledger.tables import DELIVERY
from amplify.model.clock import ManualClock
from amplify.model.message import Message, Part
from amplify.model.platform import PublishRequest, Receipt
from bench import crowd
from bench.app import BenchDesk
from bench.bare import take
from bench.databases import POSTGRES, SQLITE, Databases, databases
from bench.figure import Figure
from bench.stock import NOW, fill

DELIVERIES, ACCOUNTS, THREADS, ROUNDS = 10_000, 500, 64, 3
APART: Final = timedelta(milliseconds=1)
"""Each account's posts at times of their own, in whose order plans are written; all are due, none is late."""
FIRST: Final = NOW - DELIVERIES * APART
LEAST: Final = {SQLITE: 1_500, POSTGRES: 1_000}
"""Five times what one process can send: a floor against accidents."""


def measure() -> list[Figure]:
    figures = []
    with databases() as given:
        for name in given.names:
            ours, bare = zip(*(_round(given, name) for _ in range(ROUNDS)), strict=True)
            what = f"ledger alone on {name}, {THREADS} threads"
            figures += [
                Figure(f"{what}: claimed, begun, settled", statistics.median(ours), "deliveries/s", least=LEAST[name]),
                Figure(f"{what}: a bare loop of batched UPDATE … RETURNING", statistics.median(bare), "deliveries/s"),
                Figure(
                    f"{what}: against the bare loop",
                    statistics.median(one / other for one, other in zip(ours, bare, strict=True)),
                ),
            ]
    return figures


def _round(given: Databases, name: str) -> tuple[float, float]:
    """Deliveries a second of amplify, and of the bare loop, on databases of their own."""
    return _amplify(Ledger.open(given.new(name)), given.folder), _bare(Ledger.open(given.new(name)))


def _amplify(ledger: Ledger, folder: Path) -> float:
    fill(ledger, DELIVERIES, ACCOUNTS, due=FIRST, apart=APART)
    app = AtOnce(folder, ledger, ManualClock(NOW), server="http://127.0.0.1")  # whose limits are not documented
    app.words = crowd.workspace(folder, 0, 1, ("x",), days=0)
    outcomes: Counter[str] = Counter()
    began = time.perf_counter()
    deliver_due(app, THREADS, None, None, outcomes, files_mark(app))
    seconds = time.perf_counter() - began
    assert outcomes["sent"] == DELIVERIES, outcomes
    with ledger.read() as connection:
        assert connection.execute(select(func.count()).where(DELIVERY.c.state == "sent")).scalar_one() == DELIVERIES
    app.close()
    return DELIVERIES / seconds


class AtOnce(BenchDesk):
    """A desk whose every account is on a platform that takes no time."""

    def adapter(self, account: str) -> Any:
        return _TAKES_ALL


class _TakesAll:
    """Answers at once, each time with another id."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def prepare(self, message: Message, part: Part) -> dict[str, Any]:
        return {}

    def publish(self, call: PublishRequest) -> Receipt:
        number = str(next(self._numbers))
        return Receipt(number, f"https://x.example/{number}")

    def read(self, ids: Sequence[str]) -> dict[str, None]:
        raise AssertionError("nobody measures here")

    def close(self) -> None:
        pass


_TAKES_ALL: Final = _TakesAll()

_MARK = "UPDATE delivery SET state = '{}' WHERE state = '{}' AND owner = 'bare' RETURNING id"


def _bare(ledger: Ledger) -> float:
    """Three statements and three commits a batch, which is as large as ours: nothing but the rows is looked at."""
    fill(ledger, DELIVERIES, ACCOUNTS, due=FIRST, apart=APART)
    marks = [text(_MARK.format(after, before)) for before, after in (("claimed", "sending"), ("sending", "sent"))]
    done = 0
    began = time.perf_counter()
    while True:
        with ledger.write() as connection:
            taken = take(ledger, connection, 2 * THREADS)
        if not taken:
            break
        for mark in marks:
            with ledger.write() as connection:
                done += len(connection.execute(mark).all())
    seconds = time.perf_counter() - began
    assert done == 2 * DELIVERIES, done
    ledger.close()
    return DELIVERIES / seconds
