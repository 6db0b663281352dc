"""The long run in short: some hundred deliveries, four processes, and a killer; `make torture` is the long one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from counterparts.postgres import Cluster

from torture.rounds import QUICK
from torture.run import RoundSize, Size, run, run_rounds

SHORT = Size(deliveries=240, partners=10, per_kill=5)
SEED = 20261121
KILLS = 25


FEW = RoundSize(rounds=4, deliveries=90, partners=6, latency=0.05, pace=QUICK)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Callable[[Path], str]:
    if request.param == "sqlite":
        return lambda folder: f"sqlite:///{folder}/ledger.sqlite"
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    return lambda folder: cluster.new_database()


def test_nothing_lost_nothing_repeated(database: Callable[[Path], str]) -> None:
    result = run(database, SHORT, SEED)
    assert result.faults == [], result.verdict.line
    assert result.kills >= KILLS
    assert (result.verdict.lost, result.verdict.repeated) == (0, 0)
    assert result.verdict.sent + result.verdict.unsure == SHORT.deliveries
    assert result.settled.sent == SHORT.deliveries


def test_passes_at_their_default_timings(database: Callable[[Path], str]) -> None:
    """A few rounds: what a killed pass had only claimed is free after ten seconds, what it was sending after sixty."""
    result = run_rounds(database, FEW, SEED)
    assert result.faults == [], result.verdict.line
    assert result.kills == FEW.rounds - 1  # one stalled
    assert (result.verdict.lost, result.verdict.repeated) == (0, 0)
    assert result.settled.sent == FEW.deliveries
