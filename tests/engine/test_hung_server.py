"""A server that hangs delays nobody else's posts: it is asked beside the sending, and by one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from ledger import rows
from ledger.rows import NOW, planned, queue, state

from amplify.daemon.daemon import Daemon
from amplify.daemon.health import Health
from amplify.decisions.takedown import take_down_deliveries
from amplify.engine.publish import PassResult, run_pass
from amplify.ledger.queries.failing import FailingDelivery
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.plan_changes import write_accounts
from amplify.model.delivery import DeliveryState
from amplify.model.errors import AmplifyError, TryLater
from amplify.model.plan import Planned
from engine.fake import FakeDesk, World
from engine.passes import go

HUNG = [f"a{number}/mastodon" for number in range(10)]
SOON = 30.0
"""Seconds in which a loaded machine has done what waits for nobody."""


def unsure(app: FakeDesk, world: World) -> list[Planned]:
    for account in HUNG:
        world.answers[account].append("lose_after")
    many = [planned("lost", account) for account in HUNG]
    go(app, *many)
    assert rows.states(app.ledger) == {"unsure": 10}
    app.ledger.wind(app.timings.lease)
    return many


def paused(app: FakeDesk, world: World) -> list[Planned]:
    world.silent.update(HUNG)
    many = [planned("lost", account) for account in HUNG]
    go(app, *many)
    world.silent.clear()
    app.ledger.wind(app.timings.pause)
    return many


def up(app: FakeDesk, world: World) -> list[Planned]:
    many = [planned("lost", account) for account in HUNG]
    go(app, *many)
    world.undeletable.extend(TryLater("not now", timedelta(0)) for _ in HUNG)
    take_down_deliveries(app, [one.id for one in many], "she asked us to", "Desk")
    assert rows.states(app.ledger) == {"removing": 10}
    app.ledger.wind(app.timings.lease)
    return many


Ground = Callable[[FakeDesk, World], list[Planned]]


@pytest.fixture(params=[unsure, paused, up], ids=["ten unsure", "ten paused", "ten to take down"])
def many(request: pytest.FixtureRequest, app: FakeDesk, world: World) -> list[Planned]:
    """Ten accounts on a server that hangs from now on."""
    ground: Ground = request.param
    made = ground(app, world)
    world.hung.update(HUNG)
    return made


class Pass:
    """A pass in a thread of its own, which tells when each account has spoken."""

    def __init__(self, app: FakeDesk, world: World, *accounts: str) -> None:
        self._spoke = {account: Event() for account in accounts}
        self._world = world
        self._pool = ThreadPoolExecutor(1)
        app.as_queued()
        self._done: Future[PassResult] = self._pool.submit(run_pass, app, on_outcome=self._heard)

    def __enter__(self) -> Pass:
        return self

    def __exit__(self, *error: object) -> None:
        self._world.answer.set()
        self._pool.shutdown()

    def spoke(self, account: str) -> bool:
        return self._spoke[account].wait(SOON)

    def end(self) -> PassResult:
        """Let the server break all connections, and wait."""
        self._world.answer.set()
        return self._done.result(SOON)

    def _heard(self, claimed: ClaimedDelivery, outcome: str) -> None:
        if outcome == "sent":
            self._spoke[claimed.account].set()


def test_the_posts_of_another_server_go_out_meanwhile(app: FakeDesk, world: World, many: list[Planned]) -> None:
    hangs = Event()
    world.meanwhile = lambda moment: hangs.set() if moment == "hangs" else None
    queue(app.ledger, planned("other", "b/x"))
    with Pass(app, world, "b/x") as going:
        assert going.spoke("b/x")
        assert hangs.wait(SOON)  # it is asked, too
        assert world.waiting.total() == 1  # and by one alone
        done = going.end()
    assert dict(done.outcomes) == {"sent": 1}
    assert done.needs_person or rows.states(app.ledger) == {"removing": 10, "sent": 1}


def test_what_another_server_did_not_take_goes_out_again_meanwhile(
    app: FakeDesk, world: World, many: list[Planned]
) -> None:
    """Found absent, it is due only now; and so is what an account has that was woken just now."""
    world.answers["b/x"].append("lose_before")
    world.silent.add("c/x")
    lost, late = planned("other", "b/x"), planned("other", "c/x")
    queue(app.ledger, lost, late)
    app.ledger.wind(app.timings.pause)
    with Pass(app, world, "b/x", "c/x"):
        pass
    assert state(app.ledger, lost) is DeliveryState.UNSURE
    world.silent.clear()
    world.answer.clear()
    app.ledger.wind(app.timings.pause)
    app.time.set(NOW + timedelta(minutes=15))
    with Pass(app, world, "b/x", "c/x") as going:
        assert going.spoke("b/x")
        assert going.spoke("c/x")
        assert not world.answer.is_set()
    assert world.repeated() == []


def test_each_server_is_asked_by_one_thread(app: FakeDesk, world: World) -> None:
    unsure(app, world)
    with app.ledger.write() as connection:
        write_accounts(connection, {account: f"mastodon:{number % 2}.example" for number, account in enumerate(HUNG)})
    world.hung.update(HUNG)
    both = Event()
    world.meanwhile = lambda moment: both.set() if moment == "hangs" and world.waiting.total() == 2 else None
    with Pass(app, world) as going:
        assert both.wait(SOON)
        going.end()
    assert rows.states(app.ledger) == {"unsure": 10}
    world.hung.clear()
    app.time.set(NOW + timedelta(minutes=5))
    assert dict(go(app).outcomes) == {}
    assert rows.states(app.ledger) == {"sent": 10}


def test_who_does_not_answer_one_is_left_to_the_next_pass(app: FakeDesk, world: World, many: list[Planned]) -> None:
    """A server keeps a pass waiting for a few requests, however many of its accounts are to be asked."""
    asked: list[str] = []
    world.meanwhile = lambda moment: asked.append(moment) if moment == "hangs" else None
    world.answer.set()
    app.timings = replace(app.timings, timeout=timedelta(0))  # whatever fails has taken too long
    for number in range(1, 11):
        go(app, now=NOW + timedelta(seconds=number))
        assert len(asked) == number
    world.hung.clear()


def test_a_pass_that_is_told_to_stop_asks_nobody_else(app: FakeDesk, world: World, many: list[Planned]) -> None:
    stop = Event()
    asked: list[str] = []

    def meanwhile(moment: str) -> None:
        if moment == "hangs":
            asked.append(moment)
            stop.set()

    world.meanwhile = meanwhile
    world.answer.set()
    app.as_queued()
    run_pass(app, stop=stop)
    assert asked == ["hangs"]


class Quiet:
    """Tells nobody."""

    def __init__(self) -> None:
        self.sent = Event()
        self.broken: list[BaseException] = []

    def outcome(self, claimed: ClaimedDelivery, outcome: str) -> None:
        if outcome == "sent":
            self.sent.set()

    def trouble(self, error: AmplifyError) -> None:
        self.broken.append(error)

    def paused(self, accounts: Iterable[tuple[str, str]]) -> None:
        pass

    def failing(self, deliveries: Iterable[FailingDelivery]) -> None:
        pass

    def broke(self, error: BaseException) -> None:
        self.broken.append(error)


class Beating(Health):
    """Tells of the third beat since a server hangs."""

    def __init__(self, app: FakeDesk, hangs: Event) -> None:
        super().__init__(app.ledger, app.clock, ("127.0.0.1", 0))
        self._hangs, self._count, self.thrice = hangs, 0, Event()

    def beat(self) -> None:
        super().beat()
        self._count += self._hangs.is_set()
        if self._count == 3:
            self.thrice.set()


def test_the_daemon_beats_and_sends_meanwhile(app: FakeDesk, world: World, many: list[Planned]) -> None:
    hangs, stop, voice = Event(), Event(), Quiet()
    world.meanwhile = lambda moment: hangs.set() if moment == "hangs" else None
    app.as_queued()
    health = Beating(app, hangs)
    daemon = Daemon(app, app.twin, 2, voice, health)
    with health, ThreadPoolExecutor(1) as pool:
        running = pool.submit(daemon.run, stop)
        try:
            assert hangs.wait(SOON)
            queue(app.ledger, planned("other", "b/x"))
            assert voice.sent.wait(SOON)
            assert health.thrice.wait(SOON)
            assert world.waiting.total() == 1
        finally:
            stop.set()
            world.answer.set()
        running.result(SOON)
    assert voice.broken == []
