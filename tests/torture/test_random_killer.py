"""The long run in short: some hundred deliveries, four processes, and a killer; `make torture` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from torture.run import Size, run

SHORT = Size(deliveries=240, partners=10, per_kill=5)
SEED = 20261121
KILLS = 25


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_nothing_lost_nothing_repeated(name: str, request: pytest.FixtureRequest) -> None:
    def database(folder: Path) -> str:
        if name == "sqlite":
            return f"sqlite:///{folder}/ledger.sqlite"
        address: str = request.getfixturevalue("postgres_cluster").new_database()
        return address

    result = run(database, SHORT, SEED)
    assert result.faults == [], result.verdict.line
    assert result.kills >= KILLS
    assert (result.verdict.lost, result.verdict.repeated) == (0, 0)
    assert result.verdict.sent + result.verdict.unsure == SHORT.deliveries
    assert result.settled.sent == SHORT.deliveries
