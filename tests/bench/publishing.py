"""Publishing 5,000 due deliveries to a server that takes 100 ms: one process against a bare loop over the same SDK, and
two processes against one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from amplify.ledger.database import Ledger
from bench.databases import POSTGRES, SQLITE, Databases, databases
from bench.figure import Figure
from bench.running import run
from bench.stock import fill
from bench.takes import Takes

POSTS: Final = 5_000
"""78 a thread where there are most threads."""
ACCOUNTS: Final = 500
THREADS: Final = 32
ROUNDS: Final = 3
LEAST: Final = {SQLITE: 0.85, POSTGRES: 0.80}


def measure() -> list[Figure]:
    with databases() as given, Takes() as server:
        bare, both = _bare(server), _bare(server, 2)
        rates = {name: [_both(given, name, server) for _ in range(ROUNDS)] for name in given.names}
        bare, both = max(bare, _bare(server)), max(both, _bare(server, 2))
        what = f"{POSTS:,} posts on X, {ACCOUNTS} accounts, 100 ms, {THREADS} threads a process"
        figures = [
            Figure(f"{what}: bare tweepy, one process", bare, "posts/s"),
            Figure(f"{what}: bare tweepy, two processes", both, "posts/s"),
            Figure("publishing by the bare loop: two processes against one", both / bare),
        ]
        for name, pairs in rates.items():
            one, two = (statistics.median(rates) for rates in zip(*pairs, strict=True))
            ratio = statistics.median(together / alone for alone, together in pairs)
            figures += [
                Figure(f"{what}: amplify on {name}, one process", one, "posts/s"),
                Figure(f"{what}: amplify on {name}, two processes", two, "posts/s"),
                Figure(f"publishing on {name}: one process against the bare loop", one / bare, least=LEAST[name]),
                Figure(f"publishing on {name}: two processes against one", ratio, least=1.6),
            ]
        return figures


def _bare(server: Takes, processes: int = 1) -> float:
    """Posts a second; each process has accounts to itself, while amplify's share all."""
    share = [server.url, str(THREADS), str(POSTS // processes), str(ACCOUNTS // processes)]
    return _run(server, [["bare", *share]] * processes)


def _both(given: Databases, name: str, server: Takes) -> tuple[float, float]:
    """Posts a second of one process, and of two."""
    return _amplify(given, name, server, 1), _amplify(given, name, server, 2)


def _amplify(given: Databases, name: str, server: Takes, processes: int) -> float:
    database = given.new(name)
    ledger = Ledger.open(database)
    fill(ledger, POSTS, ACCOUNTS)
    ledger.close()
    worker = ["amplify", server.url, str(THREADS), str(POSTS), str(ACCOUNTS), database, str(given.folder)]
    return _run(server, [worker] * processes)


def _run(server: Takes, workers: Sequence[Sequence[str]]) -> float:
    """Posts a second of all workers together, from the first one's beginning to the last one's end."""
    ran = run(workers)
    assert ran.sent == POSTS
    assert len(server.taken()) == POSTS
    return POSTS / ran.seconds
