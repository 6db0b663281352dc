"""How long after its instant a call begins: at a steady pace, and when everybody speaks at the same moment."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from amplify.ledger.database import Ledger
from bench.databases import Databases, databases
from bench.figure import Figure
from bench.running import run
from bench.stock import fill
from bench.takes import Takes

THREADS, ACCOUNTS = 16, 200
ROUNDS: Final = 3
PACE: Final = 50
"""Deliveries a second."""
SECONDS: Final = 20
START: Final = timedelta(seconds=8)
"""Until the first is due: a worker starts and makes its clients meanwhile."""


def measure() -> list[Figure]:
    figures = []
    with databases() as given, Takes() as server:
        bare: list[float] = []
        ours: dict[str, list[float]] = {name: [] for name in given.names}
        for _ in range(ROUNDS):  # in turn: what else the machine does weighs on all
            bare.append(_share(_bare(server), 0.99))
            for name in given.names:
                ours[name].append(_share(_late(given, name, server, ACCOUNTS, timedelta(0)), 0.99))
        what = f"a moment of {ACCOUNTS} accounts"
        library = f"{what}, bare tweepy, a thread an account: p99 of the calls' start"
        figures.append(Figure(library, statistics.median(bare), "ms"))
        for name in given.names:
            ratio = statistics.median(own / alone for own, alone in zip(ours[name], bare, strict=True))
            steady = _late(given, name, server, PACE * SECONDS, timedelta(seconds=1) / PACE)
            pace = f"lateness at {PACE} deliveries a second on {name}"
            figures += [
                Figure(f"{pace}: median", _share(steady, 0.5), "ms"),
                Figure(f"{pace}: p99", _share(steady, 0.99), "ms", most=50),
                Figure(f"{what} on {name}: p99 of the calls' start", statistics.median(ours[name]), "ms"),
                Figure(f"{what} on {name}: the same against the bare library", ratio, most=1),
            ]
    return figures


def _late(given: Databases, name: str, server: Takes, count: int, apart: timedelta) -> list[float]:
    """Milliseconds from a delivery's due time to the arrival of its request, the shortest first."""
    database = given.new(name)
    ledger = Ledger.open(database)
    first = datetime.now(UTC) + START
    fill(ledger, count, ACCOUNTS, due=first, apart=apart)
    ledger.close()
    worker = ["punctual", server.url, str(THREADS), str(count), str(ACCOUNTS), database, str(given.folder)]
    return _arrivals(server, worker, count, first, apart)


def _bare(server: Takes) -> list[float]:
    """The same of a moment without amplify: what the library and this machine take."""
    first = datetime.now(UTC) + START
    worker = ["bare", server.url, *[str(ACCOUNTS)] * 3, str(first.timestamp())]
    return _arrivals(server, worker, ACCOUNTS, first, timedelta(0))


def _arrivals(server: Takes, worker: list[str], count: int, first: datetime, apart: timedelta) -> list[float]:
    ran = run([worker])
    arrived = server.taken()
    assert ran.sent == len(arrived) == count
    late = sorted(
        1000 * (at - (first + int(text.partition(" ")[0]) * apart).timestamp()) for text, at in arrived.items()
    )
    assert late[0] >= 0, "a post was sent before its time"
    return late


def _share(late: list[float], share: float) -> float:
    return late[ceil(share * len(late)) - 1]
