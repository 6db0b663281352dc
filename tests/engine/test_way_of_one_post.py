"""One pass with a platform that can do anything: what each outcome makes of a delivery."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from ledger import rows
from ledger.rows import NOW, planned, state

from amplify.model.delivery import DeliveryState
from amplify.model.event import LOG
from engine.fake import LEASE, FakeDesk, World
from engine.passes import go

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_what_is_due_goes_out_once(desk: FakeDesk, world: World) -> None:
    one, later = planned("one"), planned("later", due=NOW + HOUR)
    done = go(desk, one, later)
    assert dict(done.outcomes) == {"sent": 1}
    assert world.texts() == [one.message.parts[0].text]
    assert (state(desk.ledger, one), state(desk.ledger, later)) == (DeliveryState.SENT, DeliveryState.WAITING)
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
        assert state(desk.ledger, one) is DeliveryState.REFUSED
        assert rows.row(desk.ledger, one)["why"] == "against its rules"
        assert world.accepted == []
        assert dict(go(desk).outcomes) == {}

    def test_the_log_hears_why_and_how_long_it_took(
        self, desk: FakeDesk, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(LOG, "handlers", [caplog.handler])
        caplog.set_level(logging.INFO, LOG.name)
        world.answers["a/x"].append("refuse")
        world.answers["b/x"].append("logged_out")
        go(desk, *(planned(name, f"{name}/x") for name in "abc"))
        said = [vars(one)["fields"] for one in caplog.records if one.getMessage() == "outcome"]
        told = {one["post"]: one for one in said}
        assert {post: (one["outcome"], one.get("why")) for post, one in told.items()} == {
            "a": ("refused", "against its rules"),
            "b": ("logged_out", rows.account(desk.ledger, "b/x")["paused_why"]),
            "c": ("sent", None),
        }
        assert all(one["seconds"] >= 0 for one in told.values())

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
        assert state(desk.ledger, one) is DeliveryState.UNSURE
        go(desk)
        assert state(desk.ledger, one) is DeliveryState.UNSURE
        desk.ledger.wind(LEASE)
        assert dict(go(desk).outcomes) == {}
        assert state(desk.ledger, one) is DeliveryState.SENT  # found, not sent again
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
        assert state(desk.ledger, one) is DeliveryState.MISSED
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
        assert state(desk.ledger, one) is DeliveryState.UNSURE
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
        assert go(desk).unsure == 1  # not yet looked at again
        assert state(desk.ledger, one) is DeliveryState.UNSURE
        go(desk, now=NOW + 5 * MINUTE)
        assert state(desk.ledger, one) is DeliveryState.SENT
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
        desk.drop_client("a/x")
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
        world.blind = True  # whether it stands cannot be told: repeating it changes nothing
        assert dict(go(desk).outcomes) == {"sent": 1}
        assert set(world.boosts) == {("b/x", world.accepted[0].id)}

    @pytest.mark.parametrize("late", [False, True])
    def test_a_boost_in_doubt_is_looked_up(self, desk: FakeDesk, world: World, late: bool) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target)
        world.answers["b/x"].append("lose_after")
        go(desk, target, boost)
        desk.ledger.wind(LEASE)
        if late:
            desk.time.set(boost.late)
        assert dict(go(desk).outcomes) == {}
        assert state(desk.ledger, boost) is DeliveryState.SENT
        assert len(world.boosts) == 1

    def test_a_boost_in_doubt_is_not_repeated_when_it_is_late(self, desk: FakeDesk, world: World) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target)
        world.answers["b/x"].append("lose_after")
        go(desk, target, boost)
        desk.ledger.wind(LEASE)
        desk.time.set(boost.late)
        world.blind = True
        assert dict(go(desk).outcomes) == {}
        assert state(desk.ledger, boost) is DeliveryState.UNSURE  # it may be out: a person looks
        assert len(world.boosts) == 1
        assert f"amplify settle {boost.id[:12]}" in rows.row(desk.ledger, boost)["why"]
