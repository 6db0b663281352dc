"""A fault of the account refuses no post: the account is asked after, paused with what to mend, and woken at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, state
from workshop import Workshop

from amplify.decisions.takedown import take_down_deliveries
from amplify.engine.publish import run_pass
from amplify.model.delivery import DeliveryState
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater
from amplify.planning.queue import queue_plan
from amplify.planning.server_lookup import ask_servers
from engine.fake import FakeDesk, World
from engine.passes import go

MASTODON = "press_union/mastodon"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (LoggedOut("the token was revoked"), "the token was revoked"),
        (Refused("the server answered 404", unexplained=True), "asked whose keys they are, the server answered 404"),
        (Refused("X answered 400: Bad Authentication data", unexplained=True), "Bad Authentication data"),
        (None, "the token may not write"),
    ],
    ids=["revoked", "wrong path", "bad token", "read only"],
)
def test_an_account_that_is_not_known_or_may_not_write_is_paused(
    app: FakeDesk, world: World, fault: PlatformError | None, said: str
) -> None:
    world.answers["a/x"].append("forbid")
    if fault is None:
        world.readers.add("a/x")
    else:
        world.strange["a/x"] = fault
    posts = [planned(f"n{number}", "a/x") for number in range(3)]
    done = go(app, *posts, planned("other", "b/x"))
    assert dict(done.outcomes) == {"logged_out": 1, "sent": 1}
    assert said in done.paused["a/x"]
    assert rows.states(app.ledger) == {"waiting": 3, "sent": 1}
    app.ledger.wind(app.timings.pause)
    assert said in go(app).paused["a/x"]  # to be known again is not enough: it must be let write
    world.strange.clear()
    world.readers.clear()
    app.ledger.wind(app.timings.pause)
    done = go(app)
    assert (dict(done.outcomes), done.paused) == ({"sent": 3}, {})
    assert world.repeated() == []


def test_what_is_refused_though_its_account_is_well_stays_refused(app: FakeDesk, world: World) -> None:
    world.answers["a/x"].append("forbid")
    one = planned("one", "a/x")
    assert dict(go(app, one, planned("two", "a/x")).outcomes) == {"refused": 1, "sent": 1}
    assert state(app.ledger, one) is DeliveryState.REFUSED


def test_where_nobody_can_tell_it_waits(app: FakeDesk, world: World) -> None:
    world.answers["a/x"].append("forbid")
    world.strange["a/x"] = TryLater("no answer")
    one = planned("one", "a/x")
    assert dict(go(app, one).outcomes) == {"try_later": 1}
    world.strange.clear()
    assert dict(go(app, now=NOW + timedelta(minutes=1)).outcomes) == {"sent": 1}
    assert [one["outcome"] for one in rows.attempts(app.ledger, one)] == ["try_later", "sent"]


def test_a_token_that_may_not_write_refuses_no_takedown(app: FakeDesk, world: World) -> None:
    one = planned("one", "a/x")
    go(app, one)
    world.undeletable.append(Refused("the server answered 403", unexplained=True))
    world.readers.add("a/x")
    take_down_deliveries(app, [one.id], "she asked us to", "Desk")
    assert go(app).paused == {"a/x": "the token may not write"}
    assert "once a/x can speak again" in rows.row(app.ledger, one)["why"]
    world.readers.clear()
    app.ledger.wind(app.timings.pause)
    go(app)
    assert rows.states(app.ledger) == {"removed": 1}


def test_nor_leaves_it_a_look_up_with_a_wrong_sentence(app: FakeDesk, world: World) -> None:
    world.answers["a/x"].append("lose_after")
    go(app, planned("one", "a/x"))
    app.ledger.wind(app.timings.lease)
    world.unreadable["a/x"] = Refused("the server answered 403", unexplained=True)
    world.readers.add("a/x")
    assert go(app).paused == {"a/x": "the token may not write"}
    world.readers.clear()
    world.unreadable.clear()
    app.ledger.wind(app.timings.pause)
    go(app, now=NOW + timedelta(minutes=15))
    assert rows.states(app.ledger) == {"sent": 1}
    assert len(world.accepted) == 1


@pytest.fixture
def shop() -> Workshop:
    made = Workshop().post("hello", "Добры дзень")
    return made.queue("now", "hello", at="2027-05-17T09:00:00Z", platforms=["mastodon"], partners=["press_union"])


class TestMended:
    @pytest.fixture
    def desk(self, ledger: WoundLedger, world: World, shop: Workshop) -> FakeDesk:
        made = FakeDesk(ledger, world, NOW, shop)
        queue_plan(made)
        return made

    def test_a_check_that_goes_well_wakes_it(self, desk: FakeDesk, world: World) -> None:
        world.silent.add(MASTODON)
        assert run_pass(desk).paused
        ask_servers(desk)
        assert run_pass(desk).paused
        world.silent.clear()
        assert ask_servers(desk).failed == {}
        assert dict(run_pass(desk).outcomes) == {"sent": 1}

    def test_a_check_proves_the_right_to_write(self, desk: FakeDesk, world: World) -> None:
        world.readers.add(MASTODON)
        assert ask_servers(desk).failed == {MASTODON: "the token may not write"}

    def test_what_was_refused_so_comes_back(self, desk: FakeDesk, world: World) -> None:
        world.answers[MASTODON].append("forbid")
        assert dict(run_pass(desk).outcomes) == {"refused": 1}
        assert dict(run_pass(desk).outcomes) == {}
        ask_servers(desk)  # somebody has mended it, and looks
        assert dict(run_pass(desk).outcomes) == {"sent": 1}
        assert len(world.accepted) == 1
        ask_servers(desk)
        assert dict(run_pass(desk).outcomes) == {}

    def test_what_the_files_do_not_want_any_more_does_not_come_back(
        self, desk: FakeDesk, world: World, shop: Workshop
    ) -> None:
        world.answers[MASTODON].append("forbid")
        run_pass(desk)
        shop.queue("now", "hello", at="2027-05-19T09:00:00Z", platforms=["mastodon"], partners=["nobody-of-ours"])
        desk.edited()
        ask_servers(desk)
        assert dict(run_pass(desk).outcomes) == {}

    def test_what_names_its_text_does_not_come_back(self, desk: FakeDesk, world: World) -> None:
        world.answers[MASTODON].append("refuse")
        run_pass(desk)
        ask_servers(desk)
        assert dict(run_pass(desk).outcomes) == {}

    def test_nor_does_what_is_late(self, desk: FakeDesk, world: World) -> None:
        world.answers[MASTODON].append("forbid")
        run_pass(desk)
        desk.time.set(NOW + timedelta(days=1))
        ask_servers(desk)
        assert dict(run_pass(desk).outcomes) == {}
        assert rows.states(desk.ledger) == {"refused": 1}
