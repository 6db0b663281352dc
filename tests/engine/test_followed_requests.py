"""What is on the wire when a stop comes is told as such, and followed: out, or not."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from ledger import rows
from ledger.rows import LEASE, planned

from amplify.decisions.stop import follow_requests, stop_subject
from amplify.ledger.holds.stops import StopRequest
from engine.fake import Answer, FakeDesk, World
from engine.passes import go

STOP = StopRequest("campaign", "free", "an error", "vera")


@pytest.mark.parametrize(
    ("answer", "state", "many"),
    [
        ("accept", "sent", 1),
        ("lose_after", "unsure", 0),
        ("refuse", "refused", 0),
        ("try_later", "waiting", 0),
    ],
)
def test_a_request_under_way(app: FakeDesk, world: World, answer: Answer, state: str, many: int) -> None:
    on_wire, let_go = Event(), Event()
    world.answers["a/x"].append(answer)

    def meanwhile(moment: str) -> None:
        if moment == "before":
            on_wire.set()
            assert let_go.wait(20)

    world.meanwhile = meanwhile
    rows.queue(app.ledger, planned("mine", "a/x"), planned("later", "a/x", due=rows.NOW + timedelta(hours=1)))
    passing = Thread(target=go, args=(app,))
    passing.start()
    try:
        assert on_wire.wait(20)
        done = stop_subject(app, STOP)
        assert [row["post"] for row in done.reach.sending] == ["mine"]
        assert [row["post"] for row in done.reach.held] == ["later"]
        assert [row["state"] for row in follow_requests(app, done.reach.sending, 0)] == ["sending"]
        let_go.set()
        (row,) = follow_requests(app, done.reach.sending, 20)
        assert (row["state"], len(row["urls"])) == (state, many)
    finally:
        let_go.set()
        passing.join(20)


def test_nobody_waits_for_a_worker_that_is_gone(app: FakeDesk) -> None:
    rows.queue(app.ledger, planned("mine", "a/x"))
    rows.begin(app.ledger, rows.take_one(app.ledger))
    app.ledger.wind(LEASE * 2)  # type: ignore[attr-defined]
    done = stop_subject(app, STOP)
    assert [row["state"] for row in follow_requests(app, done.reach.sending, 600)] == ["sending"]
