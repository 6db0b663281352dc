"""The adversary in short; `make torture` has it do 2,000 runs on each database."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger.databases import migrated_file, migrated_postgres

from adversary.acts import ACTS, PENDING
from adversary.ground import Ground, postgres_ground, sqlite_ground
from adversary.play import drawn_acts

__all__ = ["migrated_file", "migrated_postgres"]

SEED = 20261121
RUNS = {"sqlite": 50, "postgres": 10}
KINDS = [name for name in ACTS if name not in PENDING]


@pytest.fixture(params=sorted(RUNS))
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    if request.param == "sqlite":
        return sqlite_ground(tmp_path, request.getfixturevalue("migrated_file"))
    return postgres_ground(tmp_path, request.getfixturevalue("migrated_postgres"))


def test_nothing_barred_nothing_twice_nothing_lost(ground: Ground, request: pytest.FixtureRequest) -> None:
    runs = RUNS["postgres" if "postgres" in request.node.name else "sqlite"]
    asked = 0
    for seed in range(SEED, SEED + runs):
        result = ground.play(drawn_acts(seed, KINDS))
        assert not result.faults, ground.story(result, seed)
        asked += result.wishes
    assert asked > runs, "hardly anything was to go out: the adversary proves nothing"
