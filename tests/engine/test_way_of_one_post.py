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


def test_what_is_due_goes_out_once(app: FakeDesk, world: World) -> None:
    one, later = planned("one"), planned("later", due=NOW + HOUR)
    done = go(app, one, later)
    assert dict(done.outcomes) == {"sent": 1}
    assert world.texts() == [one.message.parts[0].text]
    assert (state(app.ledger, one), state(app.ledger, later)) == (DeliveryState.SENT, DeliveryState.WAITING)
    assert dict(go(app).outcomes) == {}
    go(app, now=NOW + HOUR)
    assert len(world.accepted) == 2


def test_many_accounts_and_threads(app: FakeDesk, world: World) -> None:
    deliveries = [
        planned(f"n{n}", f"p{a}/x", due=NOW + n * MINUTE, texts=("a", "b")) for a in range(12) for n in range(5)
    ]
    done = go(app, *deliveries, now=NOW + HOUR, workers=6)
    assert dict(done.outcomes) == {"sent": 60}
    assert len(world.accepted) == 120
    assert world.repeated() == []
    assert len(world.connected) == 12  # one client an account
    for account in {one.account for one in deliveries}:
        own = [one for one in world.accepted if one.account == account]
        assert [one.text for one in own] == ["a", "b"] * 5
        assert all(second.parent == first.id for first, second in zip(own[::2], own[1::2], strict=True))


class TestOutcomes:
    def test_refused(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("refuse")
        one = planned()
        assert dict(go(app, one).outcomes) == {"refused": 1}
        assert state(app.ledger, one) is DeliveryState.REFUSED
        assert rows.row(app.ledger, one)["why"] == "against its rules"
        assert world.accepted == []
        assert dict(go(app).outcomes) == {}

    def test_the_log_hears_why_and_how_long_it_took(
        self, app: FakeDesk, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(LOG, "handlers", [caplog.handler])
        caplog.set_level(logging.INFO, LOG.name)
        world.answers["a/x"].append("refuse")
        world.answers["b/x"].append("logged_out")
        go(app, *(planned(name, f"{name}/x") for name in "abc"))
        said = [vars(one)["fields"] for one in caplog.records if one.getMessage() == "outcome"]
        told = {one["post"]: one for one in said}
        assert {post: (one["outcome"], one.get("why")) for post, one in told.items()} == {
            "a": ("refused", "against its rules"),
            "b": ("logged_out", rows.account(app.ledger, "b/x")["paused_why"]),
            "c": ("sent", None),
        }
        assert all(one["seconds"] >= 0 for one in told.values())

    def test_try_later_honours_real_time_and_others_go_on(self, app: FakeDesk, world: World) -> None:
        world.answers["a/x"].append("try_later")
        slow, other = planned("slow", "a/x"), planned("other", "b/x")
        assert dict(go(app, slow, other).outcomes) == {"try_later": 1, "sent": 1}
        assert dict(go(app, now=NOW + HOUR).outcomes) == {}  # an hour of campaign time is no wait
        app.ledger.wind(MINUTE)
        assert dict(go(app).outcomes) == {"sent": 1}
        assert [one["outcome"] for one in rows.attempts(app.ledger, slow)] == ["try_later", "sent"]
        first, second = rows.attempts(app.ledger, slow)
        assert first["real_began"] < second["real_began"]

    def test_try_later_without_a_time_waits_as_long_as_we_say(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("try_later")
        world.after = None
        go(app, planned())
        app.ledger.wind(app.timings.backoff - timedelta(seconds=5))
        assert dict(go(app).outcomes) == {}
        app.ledger.wind(timedelta(seconds=6))
        assert dict(go(app).outcomes) == {"sent": 1}

    def test_unknown_is_unsure_and_not_looked_up_before_its_lease_is_over(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_after")
        one = planned()
        assert dict(go(app, one).outcomes) == {"unknown": 1}
        assert state(app.ledger, one) is DeliveryState.UNSURE
        go(app)
        assert state(app.ledger, one) is DeliveryState.UNSURE
        app.ledger.wind(LEASE)
        assert dict(go(app).outcomes) == {}
        assert state(app.ledger, one) is DeliveryState.SENT  # found, not sent again
        assert len(world.accepted) == 1
        (part,) = rows.parts(app.ledger, one)
        assert part["remote_id"] == world.accepted[0].id

    def test_proved_absent_and_timely_goes_out(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_before")
        one = planned()
        go(app, one)
        app.ledger.wind(LEASE)
        assert dict(go(app).outcomes) == {"sent": 1}  # looked up and sent in one pass
        assert len(world.accepted) == 1
        assert rows.moves(app.ledger, one)[-5:-3] == [("sending", "unsure"), ("unsure", "waiting")]

    def test_proved_absent_too_late_is_missed(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_before")
        one = planned()
        go(app, one)
        app.ledger.wind(LEASE)
        go(app, now=one.late)
        assert state(app.ledger, one) is DeliveryState.MISSED
        assert world.accepted == []

    def test_what_cannot_be_known_stays_unsure_for_a_person(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_before")
        world.provable = False
        one = planned()
        go(app, one)
        app.ledger.wind(LEASE)
        for minutes in range(0, 200, 20):
            done = go(app, now=NOW + minutes * MINUTE)
            assert done.unsure == 1
        assert state(app.ledger, one) is DeliveryState.UNSURE
        assert "cannot say" in rows.row(app.ledger, one)["why"]
        assert world.accepted == []

    def test_an_unreadable_timeline_is_asked_again_later(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_after")
        world.blind = True
        one = planned()
        go(app, one)
        app.ledger.wind(LEASE)
        assert go(app).unsure == 1
        world.blind = False
        assert go(app).unsure == 1  # not yet looked at again
        assert state(app.ledger, one) is DeliveryState.UNSURE
        go(app, now=NOW + 5 * MINUTE)
        assert state(app.ledger, one) is DeliveryState.SENT
        assert len(world.accepted) == 1

    def test_logged_out_pauses_the_account_until_it_is_mended(self, app: FakeDesk, world: World) -> None:
        world.silent.add("a/x")
        mine, other = planned("mine", "a/x"), planned("other", "b/x")
        done = go(app, mine, other)
        assert dict(done.outcomes) == {"logged_out": 1, "sent": 1}
        assert done.paused == {"a/x": "the token was revoked"}
        assert done.needs_person
        world.silent.clear()
        assert go(app).paused  # not asked at every pass: logins are few
        app.ledger.wind(app.timings.pause)
        done = go(app)
        assert (dict(done.outcomes), done.paused) == ({"sent": 1}, {})
        assert world.connected.count("a/x") == 3  # one asked beside the sending, and one sent: with the new credentials

    def test_still_logged_out_keeps_the_newest_reason(self, app: FakeDesk, world: World) -> None:
        world.silent.add("a/x")
        go(app, planned("mine", "a/x"))
        app.ledger.wind(app.timings.pause)
        assert go(app).paused == {"a/x": "the token was revoked"}
        world.secretless.add("a/x")
        app.drop_client("a/x")
        app.ledger.wind(app.timings.pause)
        assert "set AMPLIFY_A_X_TOKEN" in go(app).paused["a/x"]

    def test_missing_credentials_name_what_is_missing_and_others_go_on(self, app: FakeDesk, world: World) -> None:
        world.secretless.add("a/x")
        mine, other = planned("mine", "a/x"), planned("other", "b/x")
        done = go(app, mine, other)
        assert "set AMPLIFY_A_X_TOKEN" in done.paused["a/x"]
        assert dict(done.outcomes) == {"logged_out": 1, "sent": 1}
        assert rows.attempts(app.ledger, mine) == []  # nothing was begun
        world.secretless.clear()
        assert dict(go(app).outcomes) == {"sent": 1}  # at the very next pass

    def test_boosts_repeat_harmlessly(self, app: FakeDesk, world: World) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target)
        world.answers["b/x"].append("lose_after")
        assert dict(go(app, target, boost).outcomes) == {"sent": 1, "unknown": 1}
        app.ledger.wind(LEASE)
        world.blind = True  # whether it stands cannot be told: repeating it changes nothing
        assert dict(go(app).outcomes) == {"sent": 1}
        assert set(world.boosts) == {("b/x", world.accepted[0].id)}

    @pytest.mark.parametrize("late", [False, True])
    def test_a_boost_in_doubt_is_looked_up(self, app: FakeDesk, world: World, late: bool) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target)
        world.answers["b/x"].append("lose_after")
        go(app, target, boost)
        app.ledger.wind(LEASE)
        if late:
            app.time.set(boost.late)
        assert dict(go(app).outcomes) == {}
        assert state(app.ledger, boost) is DeliveryState.SENT
        assert len(world.boosts) == 1

    def test_a_boost_in_doubt_is_not_repeated_when_it_is_late(self, app: FakeDesk, world: World) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target)
        world.answers["b/x"].append("lose_after")
        go(app, target, boost)
        app.ledger.wind(LEASE)
        app.time.set(boost.late)
        world.blind = True
        assert dict(go(app).outcomes) == {}
        assert state(app.ledger, boost) is DeliveryState.UNSURE  # it may be out: a person looks
        assert len(world.boosts) == 1
        assert f"amplify settle {boost.id[:12]}" in rows.row(app.ledger, boost)["why"]
