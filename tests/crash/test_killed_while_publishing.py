"""kill -9 at every step of `amplify publish`: the next run loses nothing and repeats nothing.

Every step on one pair of database and platform, the two that matter most on all others; `CRASH=all` tries every step
on every pair.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from counterparts.postgres import Cluster

from amplify.stage.process import Stage
from crash.child import finish, start
from crash.grounds import GROUNDS, OnStage
from crash.house import House
from crash.points import EVERYWHERE, STEPS, UNASKED

SECONDS = 30.0
BOTH = ("sqlite", "postgres")
FULLY = ("sqlite", "bluesky")
"""The pair on which every step is tried each time."""

Open = Callable[[str, str], House]


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Open:
    def opened(database: str, ground: str) -> House:
        address = None
        if database == "postgres":
            cluster: Cluster = request.getfixturevalue("postgres_cluster")
            address = cluster.new_database()
        return House(tmp_path / "house", GROUNDS[ground](request.getfixturevalue), address)

    return opened


def _ways() -> list[tuple[str, str, str]]:
    every = os.environ.get("CRASH") == "all"
    pairs = [(database, ground) for database in BOTH for ground in GROUNDS]
    return [
        (database, ground, step)
        for database, ground in pairs
        for step in (STEPS if every or (database, ground) == FULLY else EVERYWHERE)
    ]


@pytest.mark.parametrize(("database", "ground", "step"), _ways())
def test_nothing_lost_nothing_twice(house: Open, database: str, ground: str, step: str) -> None:
    one = house(database, ground)
    if ground == "x" and step in UNASKED:
        a_person_decides(one, step)
    else:
        one.killed_and_run_again(STEPS[step])
    one.all_out()


def a_person_decides(one: House, step: str) -> None:
    """X cannot prove that something is not there."""
    one.killed_and_run_again(STEPS[step], exits=3)
    assert one.states() == {"thread": "unsure", "behind": "sent"}
    out = UNASKED.index(step)
    assert sorted(one.ground.accepted()) == sorted([*one.texts[:out], one.texts[2]])
    assert "unsure" in one.said()
    assert one.amplify("status") == 3
    with one.ledger() as connection:
        unsure = connection.exec_driver_sql("SELECT id FROM delivery WHERE state = 'unsure'").scalar_one()[:12]
    assert unsure in one.said()
    assert one.amplify("settle", unsure, "--not-sent") == 0
    assert one.publish() == 0


def test_what_is_sent_keeps_its_order(house: Open) -> None:
    """The post behind waits for the thread whose worker died."""
    one = house("sqlite", "mastodon")
    one.killed_and_run_again(STEPS["11 before the second mark"])
    assert one.ground.accepted() == one.texts


@pytest.mark.parametrize("ground", ["x", "bluesky", "mastodon"])
@pytest.mark.parametrize("what", ["upload", "post"])
def test_killed_while_waiting_for_the_answer(house: Open, stage: Stage, ground: str, what: str) -> None:
    """The server has taken it, and nobody is there to hear so."""
    one = house("sqlite", ground)
    assert isinstance(one.ground, OnStage)
    paths = {
        "upload": {"x": "/2/media/upload", "bluesky": "uploadBlob", "mastodon": "/media"},
        "post": {"x": "/2/tweets", "bluesky": "putRecord", "mastodon": "/api/v1/statuses"},
    }
    stage.control.fail(
        "timeout_after", platform=ground, path=paths[what][ground], method="POST", handle=one.ground.handle
    )
    child = start(["publish", "-w", str(one.root), "--workers", "1"], one.environment, one.out)
    end = time.monotonic() + SECONDS
    arrived = one.ground.uploads if what == "upload" else one.ground.accepted
    while not arrived() and time.monotonic() < end:
        time.sleep(0.02)
    child.kill()
    assert finish(child) == -signal.SIGKILL
    assert one.ground.accepted() == ([] if what == "upload" else one.texts[:1])
    assert one.states()["thread"] == ("claimed" if what == "upload" else "sending")
    one.leases_end()
    assert one.publish() == 0
    assert one.ground.accepted() == one.texts
    one.all_out()


def test_every_step_is_one_where_it_dies() -> None:
    for step in STEPS.values():
        owner, function = step.found()
        assert callable(getattr(owner, function))
