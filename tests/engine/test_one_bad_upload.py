"""One delivery that its platform does not take keeps no other of its account; it is told, and tried again."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from ledger import rows
from ledger.rows import NOW, planned, state

from amplify.cli.publish import exit_code
from amplify.model.delivery import DeliveryState
from amplify.model.errors import PlatformError, StillWorking, TryLater, Unknown
from engine.fake import FakeDesk, World
from engine.passes import go

MINUTE = timedelta(minutes=1)
BROKEN = "the server answered 500"


def filmed(world: World, error: PlatformError, count: int = 99, late: timedelta = timedelta(hours=2)) -> rows.Planned:
    """A post whose upload fails so often. It is the first of its account."""
    world.uploads["with a film"].extend([error] * count)
    return planned("film", texts=["with a film"], due=NOW - MINUTE, late=late)


@pytest.mark.parametrize(
    "error",
    [TryLater(BROKEN), TryLater(BROKEN, timedelta(minutes=15)), Unknown(BROKEN), StillWorking(BROKEN, MINUTE)],
    ids=["no time said", "a long time said", "no answer", "still at work"],
)
def test_the_others_of_its_account_go_out_at_once(app: FakeDesk, world: World, error: PlatformError) -> None:
    film = filmed(world, error)
    others = [planned(f"n{number}") for number in range(4)]
    done = go(app, film, *others)
    assert dict(done.outcomes) == {"try_later": 1, "sent": 4}
    assert state(app.ledger, film) is DeliveryState.WAITING
    assert rows.row(app.ledger, film)["why"] == BROKEN
    assert rows.account(app.ledger)["real_not_before"] is None
    assert rows.attempts(app.ledger, film) == []  # nothing was begun


def test_it_is_tried_again_ever_more_rarely_and_until_the_end(app: FakeDesk, world: World) -> None:
    film = filmed(world, TryLater(BROKEN))
    go(app, film)
    tried = [NOW]
    # Every 15 seconds where it is tried often, every minute between: a pass that tries nothing costs as much as one.
    for second in (*range(15, 960, 15), *range(990, 6600, 60), *range(6600, 7200, 15)):
        now = NOW + timedelta(seconds=second)
        if go(app, now=now).outcomes:
            tried.append(now)
    waits = [later - sooner for sooner, later in pairwise(tried)]
    assert waits[:5] == [timedelta(seconds=30), MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert max(waits) <= 16 * MINUTE
    assert film.late - tried[-1] < 2 * MINUTE  # not given up while there was time
    assert len(tried) < 30
    go(app, now=film.late)
    row = rows.row(app.ledger, film)
    assert (row["state"], row["why"]) == ("missed", f"held until too late: {BROKEN}")


def test_once_it_is_taken_it_goes_out(app: FakeDesk, world: World) -> None:
    film = filmed(world, Unknown("no answer"), count=2)
    go(app, film)
    go(app, now=NOW + MINUTE / 2)
    assert state(app.ledger, film) is DeliveryState.WAITING
    assert dict(go(app, now=NOW + 2 * MINUTE).outcomes) == {"sent": 1}
    assert world.texts() == ["with a film"]


def test_a_pass_says_what_is_due_and_cannot_go(app: FakeDesk, world: World) -> None:
    done = go(app, filmed(world, TryLater(BROKEN)), planned("other", "b/x"))
    assert [(one.account, one.post, one.why) for one in done.failing] == [("press_union/x", "film", BROKEN)]
    assert exit_code(done) == 3
    assert exit_code(go(app)) == 3  # also a pass that does not try it yet
    world.uploads.clear()
    assert exit_code(go(app, now=NOW + MINUTE)) == 0


def test_an_upload_that_goes_on_is_no_failure(app: FakeDesk, world: World) -> None:
    done = go(app, filmed(world, StillWorking("30 %", MINUTE)))
    assert dict(done.outcomes) == {"try_later": 1}
    assert (done.failing, exit_code(done)) == ((), 0)


def test_an_account_is_silent_where_its_platform_said_so(app: FakeDesk, world: World) -> None:
    world.uploads["with a film"].append(TryLater("no connection", account=True))
    film = planned("film", texts=["with a film"], due=NOW - MINUTE)
    done = go(app, film, planned("text"))
    assert dict(done.outcomes) == {"try_later": 1}
    assert [(one.account, one.post, one.why) for one in done.failing] == [("press_union/x", None, "no connection")]
    assert exit_code(done) == 3
    app.ledger.wind(app.timings.backoff)
    done = go(app)
    assert (dict(done.outcomes), exit_code(done)) == ({"sent": 2}, 0)


@pytest.mark.parametrize("silent", ["asked to wait", "paused"])
def test_what_is_missed_behind_a_silent_account_says_why(app: FakeDesk, world: World, silent: str) -> None:
    if silent == "paused":
        world.silent.add("press_union/x")
    else:
        world.answers["press_union/x"].append("try_later")
        world.after = timedelta(hours=1)
    first, second = planned("first", due=NOW - MINUTE), planned("second", late=5 * MINUTE)
    go(app, first, second)
    go(app, now=NOW + 5 * MINUTE)
    said = {"paused": "the token was revoked", "asked to wait": "too many requests"}[silent]
    row = rows.row(app.ledger, second)
    assert (row["state"], row["why"]) == ("missed", f"held until too late: {said}")


def test_a_thread_whose_second_part_is_not_taken_yet_waits_for_it(app: FakeDesk, world: World) -> None:
    world.uploads["second"].append(TryLater(BROKEN))
    thread = planned("thread", texts=("first", "second"), due=NOW - MINUTE)
    assert dict(go(app, thread, planned("other")).outcomes) == {"try_later": 1, "sent": 1}
    assert dict(go(app, now=NOW + MINUTE).outcomes) == {"sent": 1}
    assert world.repeated() == []
    assert [one.text for one in world.accepted][-2:] == ["first", "second"]
