"""The worker: files that change meanwhile, deliveries that break off, moments that are prepared ahead."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue, state
from workshop import Workshop

from amplify.context.app_context import UnreadableFiles
from amplify.context.timings import CLAIM
from amplify.engine import deliver, files_sync
from amplify.engine.publish import run_pass
from amplify.engine.worker import Worker
from amplify.ledger.rows.begin_mark import BeginRequest, begin_requests
from amplify.ledger.rows.claim import ClaimRequest, claim_due
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.model.clock import RealClock
from amplify.model.delivery import DeliveryState
from amplify.model.problem import Problem, SourceLocation
from engine.fake import FakeDesk, World
from engine.passes import go

SECONDS = 30.0
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def nothing(claimed: ClaimedDelivery, error: BaseException) -> None:
    raise AssertionError(f"{claimed.post} broke off") from error


class TestFiles:
    def test_files_that_come_to_have_errors_stop_a_pass_in_its_middle(
        self, app: FakeDesk, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files_sync, "LOOK", 0.0)
        seen = Event()
        problem = Problem(SourceLocation(Path("config/people.yaml"), 1, 1), "YAML", "it cannot be read")

        def unreadable(app: FakeDesk, mark: str) -> None:
            seen.set()
            raise UnreadableFiles((problem,))

        def broken(moment: str) -> None:
            if moment == "before" and not seen.is_set():
                app.edited()
                assert seen.wait(SECONDS)

        many = [planned(f"n{number}", due=NOW - number * MINUTE) for number in range(5)]
        queue(app.ledger, *many)
        app.as_queued()
        monkeypatch.setattr(files_sync, "requeue_if_changed", unreadable)
        world.meanwhile = broken
        with pytest.raises(UnreadableFiles):
            run_pass(app, workers=1)
        assert len(world.accepted) == 1
        assert rows.states(app.ledger) == {"sent": 1, "waiting": 4}


class TestBreakingOff:
    def test_the_others_go_on_and_the_pass_raises_in_the_end(self, app: FakeDesk, world: World) -> None:
        def strange(moment: str) -> None:
            if moment == "prepare" and not broken.is_set():
                broken.set()
                raise ZeroDivisionError

        broken = Event()
        world.meanwhile = strange
        deliveries = [planned(f"n{number}", f"p{number}/x") for number in range(4)]
        with pytest.raises(ZeroDivisionError):
            go(app, *deliveries, workers=1)
        assert rows.states(app.ledger) == {"claimed": 1, "sent": 3}
        world.meanwhile = lambda moment: None
        app.ledger.wind(MINUTE + MINUTE)
        go(app)
        assert rows.states(app.ledger) == {"sent": 4}


def dead(app: FakeDesk, many: int) -> None:
    """A worker that claimed so many, began the first of them, and was killed."""
    first, *_ = rows.take(app.ledger, owner="dead", limit=many, lease=app.timings.claim)
    mark = BeginRequest(first, 0, {"media_ids": [first.message.parts[0].text]}, True)
    with app.ledger.write() as connection:
        begin_requests(app.ledger, connection, [mark], NOW, app.timings.lease)


class TestTheDead:
    """What a killed worker had claimed is soon sent by another; only what it was sending waits for its lease."""

    def test_what_was_only_claimed_is_free_as_soon_as_its_worker_is_known_to_be_gone(
        self, app: FakeDesk, world: World
    ) -> None:
        queue(app.ledger, *(planned(f"n{number}", f"p{number}/x") for number in range(5)))
        dead(app, 5)
        assert dict(go(app).outcomes) == {}
        app.ledger.wind(CLAIM + SECOND)
        assert dict(go(app).outcomes) == {"sent": 4}
        assert rows.states(app.ledger) == {"sending": 1, "sent": 4}
        app.ledger.wind(app.timings.lease - CLAIM)
        assert dict(go(app).outcomes) == {"sent": 1}
        assert world.repeated() == []

    def test_a_pass_that_began_before_frees_it_too(self, app: FakeDesk, world: World) -> None:
        """It lasts for longer than the dead one's claims do, and nobody starts another."""
        app.timings = replace(app.timings, timeout=SECOND, lease=2 * SECOND)
        queue(app.ledger, *(planned(f"n{number}", f"p{number}/x") for number in range(2)))
        rows.take(app.ledger, owner="dead", limit=1, lease=app.timings.claim)

        def long(moment: str) -> None:
            if moment == "after":
                world.meanwhile = lambda moment: None
                until(lambda: rows.states(app.ledger).get("claimed", 0) == 0 or len(world.accepted) > 1)

        world.meanwhile = long
        assert dict(go(app, workers=1).outcomes) == {"sent": 2}

    def test_what_it_had_prepared_ahead_is_in_time(self, app: FakeDesk) -> None:
        one = planned(due=NOW + 20 * SECOND)
        queue(app.ledger, one)
        with app.ledger.write() as connection:
            claim_due(app.ledger, connection, NOW, ClaimRequest("dead", app.timings.claim, 1, ahead=20 * SECOND))
        assert state(app.ledger, one) is DeliveryState.CLAIMED
        app.ledger.wind(CLAIM + SECOND)
        assert dict(go(app, now=NOW + 20 * SECOND).outcomes) == {"sent": 1}

    def test_a_slow_one_that_lives_keeps_its_claims(self, app: FakeDesk, world: World) -> None:
        """It uploads for longer than a claim lasts, with another claim behind it; nobody takes either from it."""
        app.timings = replace(app.timings, timeout=SECOND / 2, lease=SECOND)
        queue(app.ledger, planned("slow", "a/x", due=NOW - MINUTE), planned("behind", "b/x"))
        kept: list[dict[str, int]] = []

        def slow(moment: str) -> None:
            if moment == "prepare" and not kept:
                first = leases(app)
                until(lambda: all(now > then for now, then in zip(leases(app), first, strict=True)))
                kept.append(rows.states(app.ledger))

        world.meanwhile = slow
        assert dict(go(app, workers=1).outcomes) == {"sent": 2}
        assert kept == [{"claimed": 2}]

    def test_but_not_for_longer_than_a_lease(self, app: FakeDesk, world: World) -> None:
        """A thread that hangs does not keep a row for ever: it is claimed anew, and the old claim is lost."""
        app.timings = replace(app.timings, timeout=SECOND / 4, lease=SECOND / 2)
        one = planned()

        def hangs(moment: str) -> None:
            if moment == "prepare":
                world.meanwhile = lambda moment: None
                first = rows.row(app.ledger, one)["owner"]
                until(lambda: rows.row(app.ledger, one)["owner"] not in (None, first))

        world.meanwhile = hangs
        assert dict(go(app, one, workers=1).outcomes) == {"lost": 1, "sent": 1}
        assert world.repeated() == []


def leases(app: FakeDesk) -> list[datetime]:
    with app.ledger.read() as connection:
        found = rows.select(rows.DELIVERY.c.lease_until).where(rows.DELIVERY.c.state == "claimed")
        return list(connection.execute(found.order_by(rows.DELIVERY.c.id)).scalars())


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


class Running:
    """A worker that runs forever, in a thread of its own."""

    def __init__(self, app: FakeDesk, workers: int) -> None:
        self.stop, self.outcomes = Event(), Counter[str]()
        self.worker = Worker(app, workers, self._told, self.stop, self.outcomes, nothing, forever=True)
        self.told = Event()
        self._thread = Thread(target=self.worker.run)
        self.wanted = 0

    def _told(self, claimed: ClaimedDelivery, outcome: str) -> None:
        if self.outcomes.total() >= self.wanted:
            self.told.set()

    def __enter__(self) -> Running:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop.set()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


@pytest.fixture
def today(ledger: WoundLedger, world: World) -> FakeDesk:
    """A desk whose campaign time is real time."""
    app = FakeDesk(ledger, world, datetime.now(UTC), Workshop())
    app.as_queued()
    app.clock = RealClock()
    return app


class TestMoments:
    def test_all_of_a_moment_goes_out_at_once_and_never_before(self, today: FakeDesk, world: World) -> None:
        """Two workers, eight accounts: each armed delivery has a thread of its own, or the barrier would break."""
        together = Barrier(8)

        def meet(moment: str) -> None:
            if moment == "before":
                together.wait(SECONDS)

        world.meanwhile = meet
        due = datetime.now(UTC) + timedelta(seconds=2)
        queue(today.ledger, *(planned(f"n{n}", f"p{n}/x", due=due) for n in range(8)), now=datetime.now(UTC))
        running = Running(today, workers=2)
        running.wanted = 8
        with running:
            assert running.told.wait(SECONDS)
        assert len(world.accepted) == 8
        (marked,) = {one.created_at for one in world.accepted}  # all in one go
        assert marked >= due
        assert rows.states(today.ledger) == {"sent": 8}

    def test_what_is_armed_is_given_back_when_it_is_stopped(self, today: FakeDesk, world: World) -> None:
        armed = Event()
        world.meanwhile = lambda moment: armed.set()
        one = planned(due=datetime.now(UTC) + timedelta(seconds=15))
        queue(today.ledger, one, now=datetime.now(UTC))
        with Running(today, workers=2):
            assert armed.wait(SECONDS)  # its uploads are done
        assert state(today.ledger, one) is DeliveryState.WAITING
        assert world.accepted == []

    def test_an_edit_takes_an_armed_delivery_away(self, today: FakeDesk, world: World) -> None:
        armed = Event()
        world.meanwhile = lambda moment: armed.set()
        due = datetime.now(UTC) + timedelta(seconds=2)
        queue(today.ledger, planned(due=due), now=datetime.now(UTC))
        running = Running(today, workers=2)
        running.wanted = 2  # the old claim is lost, the new one is sent
        with running:
            assert armed.wait(SECONDS)
            queue(today.ledger, planned(due=due, texts=("other words",)), now=datetime.now(UTC))
            running.worker.wake()
            assert running.told.wait(SECONDS)
        assert world.texts() == ["other words"]

    def test_it_can_be_woken(self, today: FakeDesk, world: World) -> None:
        running = Running(today, workers=2)
        running.wanted = 1
        with running:
            queue(today.ledger, planned(due=datetime.now(UTC) - MINUTE), now=datetime.now(UTC))
            running.worker.wake()
            assert running.told.wait(SECONDS)
        assert len(world.accepted) == 1


class TestSleep:
    def test_a_machine_that_slept_before_the_call_makes_none(
        self, app: FakeDesk, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between the mark and the call the laptop is closed for hours."""
        seconds = [0.0, 7200.0]
        monkeypatch.setattr(deliver, "seconds_since_boot", lambda: seconds.pop(0) if seconds else 0.0)
        monkeypatch.setattr("amplify.engine.deliver.seconds_since_boot", deliver.seconds_since_boot)
        one = planned()
        said: list[tuple[int, str, str]] = []

        def told(claimed: ClaimedDelivery, outcome: str) -> None:
            said.append((len(world.accepted), outcome, rows.row(app.ledger, one)["why"] or ""))
            app.time.set(one.late)  # hours have passed

        queue(app.ledger, one)
        app.as_queued()
        run_pass(app, workers=1, on_outcome=told)
        ((accepted, outcome, why),) = said
        assert (accepted, outcome) == (0, "try_later")
        assert "slept" in why
        go(app)
        assert state(app.ledger, one) is DeliveryState.MISSED

    def test_time_that_passes_awake_is_no_sleep(self) -> None:
        assert not deliver.was_suspended(deliver.seconds_since_boot())
        assert deliver.was_suspended(deliver.seconds_since_boot() - deliver.PATIENCE - 1)
