"""One pass with a platform that can do anything: what each outcome makes of a delivery."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import LATENESS, NOW, planned, queue, state
from workshop import Workshop

from amplify.model.delivery import State
from amplify.model.gate import Gate
from amplify.model.plan import Planned
from amplify.steps.publish import Pass, publish
from steps.fake import LEASE, FakeDesk, World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(ledger: WoundLedger, world: World) -> FakeDesk:
    return FakeDesk(ledger, world, NOW, Workshop())


def go(desk: FakeDesk, *deliveries: Planned, now: datetime | None = None, workers: int = 4) -> Pass:
    """Queue these, if any, and run a pass at `now`."""
    if deliveries:
        queue(desk.ledger, *deliveries, now=desk.time.now())
    if now is not None:
        desk.time.set(now)
    desk.as_queued()
    return publish(desk, workers=workers)


def test_what_is_due_goes_out_once(desk: FakeDesk, world: World) -> None:
    one, later = planned("one"), planned("later", due=NOW + HOUR)
    done = go(desk, one, later)
    assert dict(done.outcomes) == {"sent": 1}
    assert world.texts() == [one.message.parts[0].text]
    assert (state(desk.ledger, one), state(desk.ledger, later)) == (State.SENT, State.WAITING)
    assert dict(go(desk).outcomes) == {}
    go(desk, now=NOW + HOUR)
    assert len(world.accepted) == 2


def test_many_accounts_and_threads(desk: FakeDesk, world: World) -> None:
    deliveries = [
        planned(f"n{n}", f"p{a}/x", due=NOW + n * MINUTE, texts=("a", "b")) for a in range(12) for n in range(5)
    ]
    done = go(desk, *deliveries, now=NOW + HOUR, workers=6)
    assert dict(done.outcomes) == {"sent": 60}
    assert len(world.accepted) == 120
    assert world.repeated() == []
    assert len(world.connected) == 12  # one client an account
    for account in {one.account for one in deliveries}:
        own = [one for one in world.accepted if one.account == account]
        assert [one.text for one in own] == ["a", "b"] * 5
        assert all(second.parent == first.id for first, second in zip(own[::2], own[1::2], strict=True))


class TestOutcomes:
    def test_refused(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("refuse")
        one = planned()
        assert dict(go(desk, one).outcomes) == {"refused": 1}
        assert state(desk.ledger, one) is State.REFUSED
        assert rows.row(desk.ledger, one)["why"] == "against its rules"
        assert world.accepted == []
        assert dict(go(desk).outcomes) == {}

    def test_try_later_honours_real_time_and_others_go_on(self, desk: FakeDesk, world: World) -> None:
        world.answers["a/x"].append("try_later")
        slow, other = planned("slow", "a/x"), planned("other", "b/x")
        assert dict(go(desk, slow, other).outcomes) == {"try_later": 1, "sent": 1}
        assert dict(go(desk, now=NOW + HOUR).outcomes) == {}  # an hour of campaign time is no wait
        desk.ledger.wind(MINUTE)
        assert dict(go(desk).outcomes) == {"sent": 1}
        assert [one["outcome"] for one in rows.attempts(desk.ledger, slow)] == ["try_later", "sent"]
        first, second = rows.attempts(desk.ledger, slow)
        assert first["real_began"] < second["real_began"]

    def test_try_later_without_a_time_waits_as_long_as_we_say(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("try_later")
        world.after = None
        go(desk, planned())
        desk.ledger.wind(desk.timings.backoff - timedelta(seconds=5))
        assert dict(go(desk).outcomes) == {}
        desk.ledger.wind(timedelta(seconds=6))
        assert dict(go(desk).outcomes) == {"sent": 1}

    def test_unknown_is_unsure_and_not_looked_up_before_its_lease_is_over(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_after")
        one = planned()
        assert dict(go(desk, one).outcomes) == {"unknown": 1}
        assert state(desk.ledger, one) is State.UNSURE
        go(desk)
        assert state(desk.ledger, one) is State.UNSURE
        desk.ledger.wind(LEASE)
        assert dict(go(desk).outcomes) == {}
        assert state(desk.ledger, one) is State.SENT  # found, not sent again
        assert len(world.accepted) == 1
        (part,) = rows.parts(desk.ledger, one)
        assert part["remote_id"] == world.accepted[0].id

    def test_proved_absent_and_timely_goes_out(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_before")
        one = planned()
        go(desk, one)
        desk.ledger.wind(LEASE)
        assert dict(go(desk).outcomes) == {"sent": 1}  # looked up and sent in one pass
        assert len(world.accepted) == 1
        assert rows.moves(desk.ledger, one)[-5:-3] == [("sending", "unsure"), ("unsure", "waiting")]

    def test_proved_absent_too_late_is_missed(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_before")
        one = planned()
        go(desk, one)
        desk.ledger.wind(LEASE)
        go(desk, now=one.late)
        assert state(desk.ledger, one) is State.MISSED
        assert world.accepted == []

    def test_what_cannot_be_known_stays_unsure_for_a_person(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_before")
        world.provable = False
        one = planned()
        go(desk, one)
        desk.ledger.wind(LEASE)
        for minutes in range(0, 200, 20):
            done = go(desk, now=NOW + minutes * MINUTE)
            assert done.unsure == 1
        assert state(desk.ledger, one) is State.UNSURE
        assert "cannot say" in rows.row(desk.ledger, one)["why"]
        assert world.accepted == []

    def test_an_unreadable_timeline_is_asked_again_later(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_after")
        world.blind = True
        one = planned()
        go(desk, one)
        desk.ledger.wind(LEASE)
        assert go(desk).unsure == 1
        world.blind = False
        assert go(desk).unsure == 0  # not yet looked at again
        assert state(desk.ledger, one) is State.UNSURE
        go(desk, now=NOW + 5 * MINUTE)
        assert state(desk.ledger, one) is State.SENT
        assert len(world.accepted) == 1

    def test_logged_out_pauses_the_account_until_it_is_mended(self, desk: FakeDesk, world: World) -> None:
        world.silent.add("a/x")
        mine, other = planned("mine", "a/x"), planned("other", "b/x")
        done = go(desk, mine, other)
        assert dict(done.outcomes) == {"logged_out": 1, "sent": 1}
        assert done.paused == {"a/x": "the token was revoked"}
        assert done.needs_person
        world.silent.clear()
        assert go(desk).paused  # not asked at every pass: logins are few
        desk.ledger.wind(desk.timings.pause)
        done = go(desk)
        assert (dict(done.outcomes), done.paused) == ({"sent": 1}, {})
        assert world.connected.count("a/x") == 2  # a new client, with the new credentials

    def test_still_logged_out_keeps_the_newest_reason(self, desk: FakeDesk, world: World) -> None:
        world.silent.add("a/x")
        go(desk, planned("mine", "a/x"))
        desk.ledger.wind(desk.timings.pause)
        assert go(desk).paused == {"a/x": "the token was revoked"}
        world.secretless.add("a/x")
        desk.forget("a/x")
        desk.ledger.wind(desk.timings.pause)
        assert "set AMPLIFY_A_X_TOKEN" in go(desk).paused["a/x"]

    def test_missing_credentials_name_what_is_missing_and_others_go_on(self, desk: FakeDesk, world: World) -> None:
        world.secretless.add("a/x")
        mine, other = planned("mine", "a/x"), planned("other", "b/x")
        done = go(desk, mine, other)
        assert "set AMPLIFY_A_X_TOKEN" in done.paused["a/x"]
        assert dict(done.outcomes) == {"logged_out": 1, "sent": 1}
        assert rows.attempts(desk.ledger, mine) == []  # nothing was begun
        world.secretless.clear()
        assert dict(go(desk).outcomes) == {"sent": 1}  # at the very next pass

    def test_boosts_repeat_harmlessly(self, desk: FakeDesk, world: World) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target)
        world.answers["b/x"].append("lose_after")
        assert dict(go(desk, target, boost).outcomes) == {"sent": 1, "unknown": 1}
        desk.ledger.wind(LEASE)
        assert dict(go(desk).outcomes) == {"sent": 1}
        assert set(world.boosts) == {("b/x", world.accepted[0].id)}


class TestThreads:
    def test_it_resumes_at_the_first_missing_part(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].extend(["accept", "try_later"])
        thread = planned(texts=("one", "two", "three"))
        assert dict(go(desk, thread).outcomes) == {"try_later": 1}
        assert world.texts() == ["one"]
        assert state(desk.ledger, thread) is State.WAITING
        desk.ledger.wind(MINUTE)
        assert dict(go(desk).outcomes) == {"sent": 1}
        assert world.texts() == ["one", "two", "three"]
        ids = [one.id for one in world.accepted]
        assert [one.parent for one in world.accepted] == [None, ids[0], ids[1]]
        assert [one.root for one in world.accepted] == [None, ids[0], ids[0]]

    @pytest.mark.parametrize("lost", ["lose_before", "lose_after"])
    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_a_lost_answer_never_repeats_a_part(self, desk: FakeDesk, world: World, lost: str, part: int) -> None:
        world.answers["press_union/x"].extend([*["accept"] * part, lost])  # type: ignore[list-item]
        thread = planned(texts=("one", "two", "three"))
        go(desk, thread)
        desk.ledger.wind(LEASE)
        go(desk)
        assert world.texts() == ["one", "two", "three"]
        assert state(desk.ledger, thread) is State.SENT

    def test_uploads_stay_prepared_for_the_retry(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("try_later")
        go(desk, planned(texts=("one", "two")))
        desk.ledger.wind(MINUTE)
        go(desk)
        assert world.prepared["one"] == 1

    def test_refused_in_the_middle_is_cut(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].extend(["accept", "refuse"])
        thread = planned(texts=("one", "two", "three"))
        go(desk, thread)
        assert state(desk.ledger, thread) is State.CUT
        assert world.texts() == ["one"]
        assert rows.row(desk.ledger, thread)["why"] == "against its rules"

    def test_a_gate_closing_between_two_parts_cuts(self, desk: FakeDesk, world: World) -> None:
        thread = planned(texts=("one", "two"))

        def stop(moment: str) -> None:
            if moment == "after":
                rows.gates(desk.ledger, Gate("campaign", "free", closed="somebody said stop"))

        world.meanwhile = stop
        assert dict(go(desk, thread).outcomes) == {"cut": 1}
        assert world.texts() == ["one"]
        assert state(desk.ledger, thread) is State.CUT
        assert rows.row(desk.ledger, thread)["why"] == "somebody said stop"

    def test_a_gate_closing_while_a_resumed_thread_uploads_cuts(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].extend(["accept", "try_later"])
        thread = planned(texts=("one", "two", "three"))
        go(desk, thread)
        desk.ledger.wind(MINUTE)

        def stop(moment: str) -> None:
            rows.gates(desk.ledger, Gate("campaign", "free", closed="somebody said stop"))

        with desk.ledger.write() as connection:
            connection.execute(rows.update(rows.PART).values(prepared=None))
        world.meanwhile = stop
        go(desk)
        assert world.texts() == ["one"]
        assert state(desk.ledger, thread) is State.CUT


class TestStops:
    def test_a_gate_closing_before_the_call_holds(self, desk: FakeDesk, world: World) -> None:
        """Closed after the claim, while its pictures are uploaded: the last look sees it."""
        one = planned()

        def stop(moment: str) -> None:
            rows.gates(desk.ledger, Gate("campaign", "free", closed="somebody said stop"))

        world.meanwhile = stop
        assert dict(go(desk, one).outcomes) == {"held": 1}
        assert world.accepted == []
        assert rows.row(desk.ledger, one)["why"] == "somebody said stop"
        world.meanwhile = lambda moment: None
        assert dict(go(desk).outcomes) == {}
        rows.gates(desk.ledger, Gate("campaign", "free"))
        assert dict(go(desk).outcomes) == {"sent": 1}

    def test_rows_behind_held_ones_go_out_in_the_same_pass(self, desk: FakeDesk, world: World) -> None:
        held = [planned(f"h{n}", due=NOW + n * MINUTE, subjects=("person:anna",)) for n in range(30)]
        free = planned("free", due=NOW + 40 * MINUTE)
        queue(desk.ledger, *held, free)
        rows.gates(desk.ledger, Gate("campaign", "free"), Gate("person", "anna", closed="anna is release confirmed"))
        assert dict(go(desk, now=NOW + HOUR).outcomes) == {"sent": 1}

    def test_told_to_stop_it_ends_after_what_is_in_hand(self, desk: FakeDesk, world: World) -> None:
        stop = Event()
        world.meanwhile = lambda moment: stop.set()
        queue(desk.ledger, *(planned(f"n{n}", due=NOW - n * MINUTE) for n in range(5)))
        desk.as_queued()
        done = publish(desk, workers=1, stop=stop)
        assert sum(done.outcomes.values()) == len(world.accepted) == 1
        assert rows.states(desk.ledger) == {"sent": 1, "waiting": 4}


class TestDownTime:
    def test_nothing_bursts_out_afterwards(self, desk: FakeDesk, world: World) -> None:
        old = [planned(f"old{n}", due=NOW + n * MINUTE) for n in range(10)]
        timely = planned("timely", due=NOW + 5 * HOUR)
        queue(desk.ledger, *old, timely)
        done = go(desk, now=NOW + 5 * HOUR)
        assert (done.reaped, dict(done.outcomes)) == (10, {"sent": 1})
        assert world.texts() == [timely.message.parts[0].text]
        for one in old:
            assert state(desk.ledger, one) is State.MISSED
            assert rows.row(desk.ledger, one)["why"] == "nothing ran in its lateness window"

    def test_missed_in_the_middle_of_a_pass(self, desk: FakeDesk, world: World) -> None:
        """Its window ends while its pictures are uploaded."""
        one = planned()
        world.meanwhile = lambda moment: desk.time.set(NOW + LATENESS)
        assert dict(go(desk, one).outcomes) == {"held": 1}
        assert world.accepted == []
        go(desk)
        assert state(desk.ledger, one) is State.MISSED


class TestLostLeases:
    def test_a_worker_that_was_too_slow_sends_nothing(self, desk: FakeDesk, world: World) -> None:
        """Its lease ends while it uploads, and another worker sends the delivery."""
        other = FakeDesk(desk.ledger, World(accepted=world.accepted), NOW, desk.shop)
        one = planned()

        def overtaken(moment: str) -> None:
            world.meanwhile = lambda moment: None
            desk.ledger.wind(LEASE)
            assert dict(go(other).outcomes) == {"sent": 1}

        world.meanwhile = overtaken
        assert dict(go(desk, one).outcomes) == {"held": 1}
        assert world.repeated() == []
        assert state(desk.ledger, one) is State.SENT

    def test_a_receipt_after_the_lease_is_kept(self, desk: FakeDesk, world: World) -> None:
        """The call comes back after another worker has given it up."""
        one = planned()
        other = FakeDesk(desk.ledger, World(blind=True), NOW, desk.shop)

        def given_up(moment: str) -> None:
            if moment == "after":
                desk.ledger.wind(LEASE)
                go(other)
                assert state(desk.ledger, one) is State.UNSURE

        world.meanwhile = given_up
        go(desk, one)
        assert state(desk.ledger, one) is State.SENT
        assert len(world.accepted) == 1

    def test_a_worker_overtaken_between_two_parts(self, desk: FakeDesk, world: World) -> None:
        thread = planned(texts=("one", "two"))
        other = FakeDesk(desk.ledger, World(accepted=world.accepted), NOW, desk.shop)

        def overtaken(moment: str) -> None:
            if moment == "after":
                world.meanwhile = lambda moment: None
                desk.ledger.wind(LEASE)
                go(other)

        world.meanwhile = overtaken
        go(desk, thread)
        go(other)
        assert world.repeated() == []
        assert sorted(world.texts()) == ["one", "two"]
        assert state(desk.ledger, thread) is State.SENT

    def test_a_receipt_that_comes_after_it_was_given_back(self, desk: FakeDesk, world: World) -> None:
        """Reconciling found nothing yet; then the receipt arrives. The next claim sees that it is out."""
        one = planned()
        other = FakeDesk(desk.ledger, World(), NOW, desk.shop)  # sees an empty timeline

        def given_back(moment: str) -> None:
            if moment == "after":
                other.world.silent.add(one.account)
                desk.ledger.wind(LEASE)
                go(other)
                rows.put(desk.ledger, one, state="waiting", owner=None, lease_until=None, look_at=NOW)

        world.meanwhile = given_back
        go(desk, one)
        assert world.repeated() == []
        assert state(desk.ledger, one) is State.SENT
