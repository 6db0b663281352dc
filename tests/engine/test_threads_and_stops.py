"""Threads that resume, stops that come at the last moment, down-time, and workers that lost their lease."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from ledger import rows
from ledger.rows import LATENESS, NOW, planned, queue, state

from amplify.engine.publish import run_pass
from amplify.model.delivery import DeliveryState
from amplify.model.gate import Gate
from engine.fake import LEASE, FakeDesk, World
from engine.passes import go

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class TestThreads:
    def test_it_resumes_at_the_first_missing_part(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].extend(["accept", "try_later"])
        thread = planned(texts=("one", "two", "three"))
        assert dict(go(app, thread).outcomes) == {"try_later": 1}
        assert world.texts() == ["one"]
        assert state(app.ledger, thread) is DeliveryState.WAITING
        app.ledger.wind(MINUTE)
        assert dict(go(app).outcomes) == {"sent": 1}
        assert world.texts() == ["one", "two", "three"]
        ids = [one.id for one in world.accepted]
        assert [one.parent for one in world.accepted] == [None, ids[0], ids[1]]
        assert [one.root for one in world.accepted] == [None, ids[0], ids[0]]

    @pytest.mark.parametrize("lost", ["lose_before", "lose_after"])
    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_a_lost_answer_never_repeats_a_part(self, app: FakeDesk, world: World, lost: str, part: int) -> None:
        world.answers["press_union/x"].extend([*["accept"] * part, lost])  # type: ignore[list-item]
        thread = planned(texts=("one", "two", "three"))
        go(app, thread)
        app.ledger.wind(LEASE)
        go(app)
        assert world.texts() == ["one", "two", "three"]
        assert state(app.ledger, thread) is DeliveryState.SENT

    def test_uploads_stay_prepared_for_the_retry(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("try_later")
        go(app, planned(texts=("one", "two")))
        app.ledger.wind(MINUTE)
        go(app)
        assert world.prepared["one"] == 1

    def test_refused_in_the_middle_is_cut(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].extend(["accept", "refuse"])
        thread = planned(texts=("one", "two", "three"))
        go(app, thread)
        assert state(app.ledger, thread) is DeliveryState.CUT
        assert world.texts() == ["one"]
        assert rows.row(app.ledger, thread)["why"] == "against its rules"

    def test_a_gate_closing_between_two_parts_cuts(self, app: FakeDesk, world: World) -> None:
        thread = planned(texts=("one", "two"))

        def stop(moment: str) -> None:
            if moment == "after":
                rows.gates(app.ledger, Gate("campaign", "free", closed="somebody said stop"))

        world.meanwhile = stop
        assert dict(go(app, thread).outcomes) == {"cut": 1}
        assert world.texts() == ["one"]
        assert state(app.ledger, thread) is DeliveryState.CUT
        assert rows.row(app.ledger, thread)["why"] == "somebody said stop"
        assert rows.row(app.ledger, thread)["cause"] == "gate:campaign:free"

    def test_a_gate_closing_while_a_resumed_thread_uploads_cuts(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].extend(["accept", "try_later"])
        thread = planned(texts=("one", "two", "three"))
        go(app, thread)
        app.ledger.wind(MINUTE)

        def stop(moment: str) -> None:
            rows.gates(app.ledger, Gate("campaign", "free", closed="somebody said stop"))

        with app.ledger.write() as connection:
            connection.execute(rows.update(rows.PART).values(prepared=None))
        world.meanwhile = stop
        go(app)
        assert world.texts() == ["one"]
        assert state(app.ledger, thread) is DeliveryState.CUT


class TestStops:
    def test_a_gate_closing_before_the_call_holds(self, app: FakeDesk, world: World) -> None:
        """Closed after the claim, while its pictures are uploaded: the last look sees it."""
        one = planned()

        def stop(moment: str) -> None:
            rows.gates(app.ledger, Gate("campaign", "free", closed="somebody said stop"))

        world.meanwhile = stop
        assert dict(go(app, one).outcomes) == {"held": 1}
        assert world.accepted == []
        assert rows.row(app.ledger, one)["why"] == "somebody said stop"
        assert rows.row(app.ledger, one)["cause"] == "gate:campaign:free"
        world.meanwhile = lambda moment: None
        assert dict(go(app).outcomes) == {}
        rows.gates(app.ledger, Gate("campaign", "free"))
        assert dict(go(app).outcomes) == {"sent": 1}

    def test_rows_behind_held_ones_go_out_in_the_same_pass(self, app: FakeDesk, world: World) -> None:
        held = [planned(f"h{n}", due=NOW + n * MINUTE, subjects=("person:anna",)) for n in range(30)]
        free = planned("free", due=NOW + 40 * MINUTE)
        queue(app.ledger, *held, free)
        rows.gates(app.ledger, Gate("campaign", "free"), Gate("person", "anna", closed="anna is release confirmed"))
        assert dict(go(app, now=NOW + HOUR).outcomes) == {"sent": 1}

    def test_told_to_stop_it_ends_after_what_is_in_hand(self, app: FakeDesk, world: World) -> None:
        stop = Event()
        world.meanwhile = lambda moment: stop.set()
        queue(app.ledger, *(planned(f"n{n}", due=NOW - n * MINUTE) for n in range(5)))
        app.as_queued()
        done = run_pass(app, workers=1, stop=stop)
        assert sum(done.outcomes.values()) == len(world.accepted) == 1
        assert rows.states(app.ledger) == {"sent": 1, "waiting": 4}


class TestDownTime:
    def test_nothing_bursts_out_afterwards(self, app: FakeDesk, world: World) -> None:
        old = [planned(f"old{n}", due=NOW + n * MINUTE) for n in range(10)]
        timely = planned("timely", due=NOW + 5 * HOUR)
        queue(app.ledger, *old, timely)
        done = go(app, now=NOW + 5 * HOUR)
        assert (done.reaped, dict(done.outcomes)) == (10, {"sent": 1})
        assert world.texts() == [timely.message.parts[0].text]
        for one in old:
            assert state(app.ledger, one) is DeliveryState.MISSED
            assert rows.row(app.ledger, one)["why"] == "nothing ran in its lateness window"

    def test_missed_in_the_middle_of_a_pass(self, app: FakeDesk, world: World) -> None:
        """Its window ends while its pictures are uploaded."""
        one = planned()
        world.meanwhile = lambda moment: app.time.set(NOW + LATENESS)
        assert dict(go(app, one).outcomes) == {"held": 1}
        assert world.accepted == []
        go(app)
        assert state(app.ledger, one) is DeliveryState.MISSED


class TestLostLeases:
    @pytest.fixture(autouse=True)
    def _only_the_other_claims(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The slow worker neither claims nor renews while its call is being made: what takes the row is the other."""
        monkeypatch.setattr("amplify.engine.worker.LOOK", 60.0)
        monkeypatch.setattr("amplify.engine.files_sync.LOOK", 60.0)  # each look at the files is followed by a claim
        monkeypatch.setattr("amplify.engine.worker.Worker._renewal", 60.0)

    def test_a_worker_that_was_too_slow_sends_nothing(self, app: FakeDesk, world: World) -> None:
        """Its lease ends while it uploads, and another worker sends the delivery."""
        other = FakeDesk(app.ledger, World(accepted=world.accepted), NOW, app.shop)
        one = planned()

        def overtaken(moment: str) -> None:
            world.meanwhile = lambda moment: None
            app.ledger.wind(LEASE)
            assert dict(go(other).outcomes) == {"sent": 1}

        world.meanwhile = overtaken
        assert dict(go(app, one).outcomes) == {"lost": 1}
        assert world.repeated() == []
        assert state(app.ledger, one) is DeliveryState.SENT

    def test_a_receipt_after_the_lease_is_kept(self, app: FakeDesk, world: World) -> None:
        """The call comes back after another worker has given it up."""
        one = planned()
        other = FakeDesk(app.ledger, World(blind=True), NOW, app.shop)

        def given_up(moment: str) -> None:
            if moment == "after":
                app.ledger.wind(LEASE)
                go(other)
                assert state(app.ledger, one) is DeliveryState.UNSURE

        world.meanwhile = given_up
        go(app, one)
        assert state(app.ledger, one) is DeliveryState.SENT
        assert len(world.accepted) == 1

    def test_a_worker_overtaken_between_two_parts(self, app: FakeDesk, world: World) -> None:
        thread = planned(texts=("one", "two"))
        other = FakeDesk(app.ledger, World(accepted=world.accepted), NOW, app.shop)

        def overtaken(moment: str) -> None:
            if moment == "after":
                world.meanwhile = lambda moment: None
                app.ledger.wind(LEASE)
                go(other)

        world.meanwhile = overtaken
        go(app, thread)
        go(other)
        assert world.repeated() == []
        assert sorted(world.texts()) == ["one", "two"]
        assert state(app.ledger, thread) is DeliveryState.SENT

    def test_a_receipt_that_comes_after_it_was_given_back(self, app: FakeDesk, world: World) -> None:
        """Reconciling found nothing yet; then the receipt arrives. The next claim sees that it is out."""
        one = planned()
        other = FakeDesk(app.ledger, World(), NOW, app.shop)  # sees an empty timeline

        def given_back(moment: str) -> None:
            if moment == "after":
                other.world.blind = True
                app.ledger.wind(LEASE)
                go(other)
                rows.put(app.ledger, one, state="waiting", owner=None, lease_until=None, look_at=NOW)

        world.meanwhile = given_back
        go(app, one)
        assert world.repeated() == []
        assert state(app.ledger, one) is DeliveryState.SENT
