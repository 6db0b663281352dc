"""kill -9 at every step of `amplify takedown`: the next pass takes the rest down, and nothing comes back."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Final

import pytest

from crash.grounds import GROUNDS, OnStage
from crash.house import House
from crash.points import Point

_REMOVING: Final = "amplify.engine.takedown_worker"

STEPS: Final = {
    "1 before the wish": Point("amplify.decisions.takedown", "request_takedown"),
    "2 after the wish": Point(_REMOVING, "_take"),
    "3 before the first deletion": Point(_REMOVING, "_remove"),
    "4 after the first deletion": Point(_REMOVING, "_gone"),
    "5 before the second deletion": Point(_REMOVING, "_gone", after=True),
    "6 after the second deletion": Point(_REMOVING, "_gone", 2),
    "7 before the end": Point("amplify.ledger.rows.takedowns", "finish_takedown"),
}
"""In the order of the path of a thread of two parts. The first part is the last to go."""
WISHED: Final = [step for step in STEPS if not step.startswith("1 ")]
ENTRY: Final = ("takedown", "--entry", "thread", "--reason", "consent withdrawn", "--yes")


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> House:
    platform, database = request.param
    address = None
    if database == "postgres":
        address = request.getfixturevalue("postgres_cluster").new_database()
    one = House(tmp_path / "house", GROUNDS[platform](request.getfixturevalue), address)
    assert one.publish() == 0
    one.all_out()
    return one


def standing(one: House) -> list[str]:
    """What readers see: the stage keeps what was deleted, and says so."""
    assert isinstance(one.ground, OnStage)
    posts = one.ground.stage.control.posts(one.ground.platform)
    return [post["text"] for post in posts if post["handle"] == one.ground.handle and not post["deleted"]]


@pytest.mark.parametrize("step", WISHED)
@pytest.mark.parametrize("house", [("bluesky", "sqlite"), ("x", "postgres")], indirect=True, ids=str)
def test_the_next_pass_takes_the_rest_down(house: House, step: str) -> None:
    assert house.amplify(*ENTRY, point=STEPS[step]) == -signal.SIGKILL
    assert house.states() == {"thread": "removing", "behind": "sent"}
    house.leases_end()
    assert house.publish() == 0, house.said()
    assert standing(house) == house.texts[2:]
    assert house.states() == {"thread": "removed", "behind": "sent"}
    house.leases_end()
    assert house.publish() == 0
    assert sorted(house.ground.accepted()) == sorted(house.texts), "what was taken down was sent again"


@pytest.mark.parametrize("house", [("mastodon", "sqlite")], indirect=True, ids=str)
def test_killed_before_the_wish_is_written_down_nothing_was_asked(house: House) -> None:
    assert house.amplify(*ENTRY, point=STEPS["1 before the wish"]) == -signal.SIGKILL
    assert house.publish() == 0
    house.all_out()
    assert sorted(standing(house)) == sorted(house.texts)
    assert house.amplify(*ENTRY) == 0
    assert standing(house) == house.texts[2:]


@pytest.mark.parametrize("house", [("x", "sqlite")], indirect=True, ids=str)
def test_each_deletion_is_billed_once(house: House) -> None:
    assert house.amplify(*ENTRY, point=STEPS["5 before the second deletion"]) == -signal.SIGKILL
    house.leases_end()
    assert house.publish() == 0
    with house.ledger() as connection:
        paid = connection.exec_driver_sql("SELECT micros FROM spend WHERE what = 'deletions'").scalar_one()
    assert house.amplify(*ENTRY[:1], "--entry", "behind", *ENTRY[3:]) == 0
    with house.ledger() as connection:
        more = connection.exec_driver_sql("SELECT micros FROM spend WHERE what = 'deletions'").scalar_one()
    assert paid == 2 * (more - paid) > 0, json.dumps({"two": paid, "three": more})


def test_every_step_is_one_where_it_dies() -> None:
    for step in STEPS.values():
        owner, function = step.found()
        assert callable(getattr(owner, function))
