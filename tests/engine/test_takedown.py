"""takedown: what is out is deleted, newest first, durably, and nothing brings it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from ledger import rows
from ledger.rows import NOW, planned, queue, receipt, state
from sqlalchemy import update

from amplify.decisions.settle import settle_delivery
from amplify.decisions.takedown import take_down_deliveries, what_is_up
from amplify.engine.maintenance import probe_accounts
from amplify.engine.publish import run_pass
from amplify.engine.takedown_worker import run_takedowns
from amplify.ledger.holds.stops import unwritten_stop
from amplify.ledger.queries.audit_log import list_events
from amplify.ledger.queries.published import PublishedFilter
from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import DeliveryState
from amplify.model.errors import LoggedOut, NeedsPerson, PlatformError, Refused, TryLater, Unknown
from amplify.model.plan import Planned
from engine.fake import LEASE, FakeDesk, World
from engine.passes import go

MINUTE = timedelta(minutes=1)
THREAD = ("one", "two", "three")


class Killed(BaseException):
    """The process is gone."""


def down(app: FakeDesk, *wanted: Planned, why: str = "she asked us to") -> list[str]:
    return [one.state.value for one in take_down_deliveries(app, [one.id for one in wanted], why, "Desk")]


def up(world: World) -> list[str]:
    return [one.text for one in world.accepted if one.id not in world.deleted]


class TestDeleting:
    def test_a_thread_goes_newest_part_first(self, app: FakeDesk, world: World) -> None:
        thread = planned(texts=THREAD)
        go(app, thread)
        assert down(app, thread) == ["removed"]
        assert world.deletions == [one.id for one in reversed(world.accepted)]
        assert rows.moves(app.ledger, thread)[-2:] == [("sent", "removing"), ("removing", "removed")]
        row = rows.row(app.ledger, thread)
        assert row["why"] == "she asked us to"
        assert row["owner"] is None
        assert row["lease_until"] is None
        assert all(part["removed_at"] == NOW for part in rows.parts(app.ledger, thread))

    def test_our_own_boosts_of_it_go_first(self, app: FakeDesk, world: World) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target)
        other = planned("other", "a/x", due=NOW - 3 * MINUTE)
        go(app, other, target, boost)
        assert state(app.ledger, boost) is DeliveryState.SENT
        assert [one.id for one in what_is_up(app, PublishedFilter(deliveries=(target.id,)))] == [boost.id, target.id]
        assert down(app, target) == ["removed", "removed"]
        remote = rows.parts(app.ledger, target)[0]["remote_id"]
        assert world.deletions == ["b/x:boost", remote]
        assert state(app.ledger, other) is DeliveryState.SENT

    def test_what_is_gone_already_is_done(self, app: FakeDesk, world: World) -> None:
        one = planned()
        go(app, one)
        assert down(app, one) == ["removed"]
        assert down(app, one) == ["removed"]
        assert len(world.deletions) == 1

    def test_a_boost_that_waits_is_not_said(self, app: FakeDesk, world: World) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target, due=NOW + 5 * MINUTE)
        go(app, target, boost)
        down(app, target)
        go(app, now=NOW + 6 * MINUTE)
        assert world.boosts == []
        assert "removed" in rows.row(app.ledger, boost)["why"]

    def test_who_why_and_what_stand_in_the_history(self, app: FakeDesk) -> None:
        one = planned()
        go(app, one)
        down(app, one, why="consent withdrawn")
        with app.ledger.read() as connection:
            (deed,) = list_events(connection)
        assert (deed["act"], deed["actor"], deed["why"]) == ("take down", "Desk", "consent withdrawn")
        assert deed["subject"] == f"delivery:{one.id}"

    def test_nothing_that_is_not_out_is_touched(self, app: FakeDesk) -> None:
        later = planned("later", due=NOW + timedelta(days=1))
        go(app, later)
        assert down(app, later) == []
        assert state(app.ledger, later) is DeliveryState.WAITING


class TestNothingComesBack:
    def test_the_rest_of_a_thread_is_never_sent(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].extend(["accept", "try_later"])
        thread = planned(texts=THREAD)
        go(app, thread)
        assert state(app.ledger, thread) is DeliveryState.WAITING
        assert down(app, thread) == ["removed"]
        app.ledger.wind(MINUTE)
        go(app, now=NOW + 10 * MINUTE)
        assert world.texts() == ["one"]
        assert up(world) == []

    def test_a_takedown_between_two_parts_ends_the_thread(self, app: FakeDesk, world: World) -> None:
        """The worker has just had its first answer; its lease keeps the remover away until it has written it down."""
        thread = planned(texts=THREAD)

        def meanwhile(moment: str) -> None:
            if moment == "after" and len(world.accepted) == 1:
                world.meanwhile = lambda moment: None
                assert down(app, thread) == ["removing"]

        world.meanwhile = meanwhile
        go(app, thread)
        assert world.texts() == ["one"]
        assert state(app.ledger, thread) is DeliveryState.REMOVING
        app.ledger.wind(LEASE)
        assert run_takedowns(app) == 0
        assert up(world) == []
        assert state(app.ledger, thread) is DeliveryState.REMOVED

    @pytest.mark.parametrize("lost", ["lose_before", "lose_after"])
    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_what_may_be_landing_is_looked_up_and_deleted(
        self, app: FakeDesk, world: World, lost: str, part: int
    ) -> None:
        world.answers["press_union/x"].extend([*["accept"] * part, lost])  # type: ignore[list-item]
        thread = planned(texts=THREAD)
        go(app, thread)
        assert state(app.ledger, thread) is DeliveryState.UNSURE
        assert down(app, thread) == ["removing"]
        assert run_takedowns(app) == 1  # its request can still land: nobody looks
        assert world.finds == []
        app.ledger.wind(LEASE)
        go(app)
        run_takedowns(app)
        assert state(app.ledger, thread) is DeliveryState.REMOVED
        assert up(world) == []
        assert world.repeated() == []
        go(app, now=NOW + 10 * MINUTE)
        assert up(world) == []

    def test_a_worker_that_died_while_sending(self, app: FakeDesk, world: World) -> None:
        one = planned()
        queue(app.ledger, one)
        rows.begin(app.ledger, rows.take_one(app.ledger))
        assert down(app, one) == ["removing"]
        app.ledger.wind(LEASE)
        assert run_takedowns(app) == 0
        assert state(app.ledger, one) is DeliveryState.REMOVED
        app.as_queued()
        run_pass(app, workers=1)
        assert world.accepted == []

    def test_a_receipt_that_comes_too_late_is_taken_down_as_well(self, app: FakeDesk, world: World) -> None:
        one = planned()
        queue(app.ledger, one)
        claimed = rows.take_one(app.ledger)
        rows.begin(app.ledger, claimed)
        down(app, one)
        app.ledger.wind(LEASE)
        run_takedowns(app)
        assert state(app.ledger, one) is DeliveryState.REMOVED
        rows.sent(app.ledger, claimed, receipt("late"), last=True)
        assert state(app.ledger, one) is DeliveryState.REMOVING
        assert run_takedowns(app) == 0
        assert world.deletions == ["late"]
        assert state(app.ledger, one) is DeliveryState.REMOVED

    def test_files_do_not_bring_it_back(self, app: FakeDesk, world: World) -> None:
        one = planned(texts=("old words",))
        go(app, one)
        down(app, one)
        go(app, planned(texts=("new words",)), now=NOW + MINUTE)
        assert state(app.ledger, one) is DeliveryState.REMOVED
        assert up(world) == []


class TestGoingOn:
    @pytest.mark.parametrize("deaths", [1, 2, 3])
    def test_killed_between_two_deletions_the_next_pass_goes_on(self, app: FakeDesk, world: World, deaths: int) -> None:
        thread = planned(texts=THREAD)
        go(app, thread)
        left = [deaths]

        def meanwhile(moment: str) -> None:
            if moment == "delete":
                left[0] -= 1
                if left[0] == 0:
                    raise Killed

        world.meanwhile = meanwhile
        with pytest.raises(Killed):
            down(app, thread)
        assert len(world.deletions) == deaths - 1
        world.meanwhile = lambda moment: None
        assert run_takedowns(app) == 1  # its lease is not over: it may be at work
        app.ledger.wind(LEASE)
        assert run_takedowns(app) == 0
        assert len(world.deletions) == len(set(world.deletions)) == 3
        assert state(app.ledger, thread) is DeliveryState.REMOVED

    def test_a_platform_that_says_later_is_asked_later(self, app: FakeDesk, world: World) -> None:
        one = planned()
        go(app, one)
        world.undeletable.append(TryLater("too many requests", timedelta(minutes=2)))
        assert down(app, one) == ["removing"]
        why = rows.row(app.ledger, one)["why"]
        assert "she asked us to" in why
        assert "too many requests" in why
        assert run_takedowns(app) == 1
        app.ledger.wind(timedelta(minutes=2))
        assert run_takedowns(app) == 0
        assert rows.row(app.ledger, one)["why"] == "she asked us to"

    def test_a_logged_out_account_pauses_and_the_others_go_on(self, app: FakeDesk, world: World) -> None:
        mine, other = planned("mine", "a/x"), planned("other", "b/x")
        go(app, mine, other)
        world.undeletable.append(LoggedOut("the token was revoked. Make a new one"))
        assert sorted(down(app, mine, other)) == ["removed", "removing"]
        stuck = mine if state(app.ledger, mine) is DeliveryState.REMOVING else other
        account = stuck.account
        assert "Make a new one" in rows.account(app.ledger, account)["paused_why"]
        app.ledger.wind(LEASE)
        assert run_takedowns(app) == 1
        probe_accounts(app, [account])
        assert run_takedowns(app) == 0
        assert state(app.ledger, stuck) is DeliveryState.REMOVED

    def test_a_platform_that_refuses_needs_a_person(self, app: FakeDesk, world: World) -> None:
        one = planned()
        go(app, one)
        world.undeletable.append(Refused("not permitted"))
        assert down(app, one) == ["removing"]
        assert f"Delete it by hand, then `amplify settle {one.id[:12]} --not-sent`" in rows.row(app.ledger, one)["why"]
        assert settle_delivery(app, one.id, None, "Desk") == "removed"
        assert world.deletions == []


class TestOneAnswerIsLost:
    """It holds its own part alone, and is named with its reason."""

    @pytest.mark.parametrize(
        "error",
        [Unknown("no answer"), TryLater("the server cannot be reached"), TryLater("busy"), Refused("not permitted")],
        ids=lambda error: f"{type(error).__name__} {error.why}",
    )
    @pytest.mark.parametrize("at", range(5))
    def test_the_others_of_the_account_go(self, app: FakeDesk, world: World, error: PlatformError, at: int) -> None:
        posts = [planned(f"n{number}", due=NOW - number * MINUTE) for number in range(5)]
        go(app, *posts)
        fail_once(world, at, error)
        assert sorted(down(app, *posts)) == ["removed"] * 4 + ["removing"]
        (stuck,) = [one for one in posts if state(app.ledger, one) is DeliveryState.REMOVING]
        assert error.why in rows.row(app.ledger, stuck)["why"]
        app.ledger.wind(timedelta(hours=1))
        assert run_takedowns(app) == 0
        assert up(world) == []
        assert_once(world.deletions)

    @pytest.mark.parametrize("at", range(3))
    def test_the_other_parts_of_a_thread_go(self, app: FakeDesk, world: World, at: int) -> None:
        thread = planned(texts=THREAD)
        go(app, thread)
        fail_once(world, at, Unknown("no answer"))
        assert down(app, thread) == ["removing"]
        assert up(world) == [THREAD[2 - at]]
        left = rows.parts(app.ledger, thread)[2 - at]
        assert f"part {3 - at} of 3 ({left['url']}) is still up: no answer" in rows.row(app.ledger, thread)["why"]
        app.ledger.wind(timedelta(hours=1))
        assert run_takedowns(app) == 0
        assert up(world) == []

    def test_what_is_refused_among_what_is_lost(self, app: FakeDesk, world: World) -> None:
        """`settle` would say of all of it that it is gone: it is not offered."""
        thread = planned(texts=THREAD)
        go(app, thread)
        world.undeletable.extend([Refused("not permitted"), TryLater("busy")])
        assert down(app, thread) == ["removing"]
        assert up(world) == ["two", "three"]
        why = rows.row(app.ledger, thread)["why"]
        assert "will not delete part 3 of 3" in why
        assert "part 2 of 3" in why
        assert "settle" not in why

    @pytest.mark.parametrize("error", [LoggedOut("the token was revoked"), TryLater("too many", timedelta(minutes=9))])
    def test_what_is_said_of_the_account_spares_it_the_rest(
        self, app: FakeDesk, world: World, error: PlatformError
    ) -> None:
        posts = [planned(f"n{number}", due=NOW - number * MINUTE) for number in range(4)]
        elsewhere = planned("elsewhere", "b/x", due=NOW - timedelta(hours=1))
        go(app, *posts, elsewhere)
        world.meanwhile = lambda moment: tries.append(moment) if moment == "delete" else None
        tries: list[str] = []
        world.undeletable.append(error)
        assert sorted(down(app, *posts, elsewhere)) == ["removed"] + ["removing"] * 4
        assert len(tries) == 2
        whys = [rows.row(app.ledger, one)["why"] for one in posts]
        assert all(why.startswith("she asked us to: it is still up") and error.why in why for why in whys)

    def test_a_server_that_never_answers_is_left_alone_after_some(self, app: FakeDesk, world: World) -> None:
        posts = [planned(f"n{number}", due=NOW - number * MINUTE) for number in range(9)]
        go(app, *posts)
        world.undeletable.extend([TryLater("no answer", None)] * 100)
        assert set(down(app, *posts)) == {"removing"}
        assert len(world.undeletable) == 97
        assert all("no answer" in rows.row(app.ledger, one)["why"] for one in posts)
        world.undeletable.clear()
        app.ledger.wind(timedelta(minutes=5))
        assert run_takedowns(app) == 0
        assert {rows.row(app.ledger, one)["why"] for one in posts} == {"she asked us to"}


def fail_once(world: World, at: int, error: PlatformError) -> None:
    """The deletion number `at` gets an error, once."""
    tries = iter(range(100))

    def meanwhile(moment: str) -> None:
        if moment == "delete" and next(tries) == at:
            raise error

    world.meanwhile = meanwhile


class TestWhereNothingCanBeProved:
    """As on X."""

    @pytest.fixture
    def stuck(self, app: FakeDesk, world: World) -> Planned:
        world.provable = False
        world.answers["press_union/x"].extend(["accept", "lose_before"])
        thread = planned(texts=THREAD)
        go(app, thread)
        app.ledger.wind(LEASE)
        assert down(app, thread) == ["removing"]
        assert up(world) == []
        return thread

    def test_a_person_is_told_where_to_look(self, app: FakeDesk, stuck: Planned) -> None:
        why = rows.row(app.ledger, stuck)["why"]
        assert "Open https://fake.example/press_union/x" in why
        assert "part 2 of 3" in why
        assert f"amplify settle {stuck.id[:12]}" in why

    def test_it_is_not_out(self, app: FakeDesk, stuck: Planned) -> None:
        assert settle_delivery(app, stuck.id, None, "Desk") == "removed"

    def test_it_is_out(self, app: FakeDesk, world: World, stuck: Planned) -> None:
        key = rows.parts(app.ledger, stuck)[1]["key"]
        from engine.fake import Accepted

        world.accepted.append(Accepted("press_union/x", key, "two", None, None, NOW, "found-by-hand"))
        assert settle_delivery(app, stuck.id, "https://fake.example/found-by-hand", "Desk") == "removed"
        assert "found-by-hand" in world.deleted


class TestChoosing:
    def ids(self, app: FakeDesk, **wanted: object) -> set[str]:
        deliveries = wanted.pop("deliveries", ())
        meant = tuple((unwritten_stop(kind, str(subject)),) for kind, subject in wanted.items())
        return {one.post for one in what_is_up(app, PublishedFilter(meant, deliveries))}  # type: ignore[arg-type]

    def test_by_what_it_speaks_of(self, app: FakeDesk) -> None:
        anna = planned("anna", "a/x", subjects=("campaign:free", "person:anna"))
        died = planned("died", "b/x")
        hanna = planned("hanna", "c/x", subjects=("campaign:free", "person:anna_two"))
        later = planned("later", "a/x", subjects=("person:anna",), due=NOW + timedelta(days=1))
        go(app, anna, died, hanna, later)
        with app.ledger.write() as connection:
            mine = update(DELIVERY).where(DELIVERY.c.id == anna.id)
            connection.execute(mine.values(hashtags=["СвабодаАнне"]))
            declared = ["campaign:free", "person:anna@died"]  # approved by two, in real life
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == died.id).values(subjects=declared))
        assert self.ids(app, person="anna") == {"anna", "died"}
        assert self.ids(app, campaign="free") == {"anna", "died", "hanna"}
        assert self.ids(app, hashtag="#свабодаанне") == {"anna"}
        assert self.ids(app, entry="died") == {"died"}
        assert self.ids(app, account="c/x", campaign="free") == {"hanna"}
        assert self.ids(app, deliveries=(anna.id[:10],)) == {"anna"}
        down(app, anna)
        assert self.ids(app, person="anna") == {"died"}

    def test_what_may_be_landing_counts(self, app: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_after")
        go(app, planned())
        assert self.ids(app, campaign="free") == {"hello"}


def test_two_workers_delete_everything_once(app: FakeDesk, world: World) -> None:
    many = [planned(f"n{number}", f"a{number}/x") for number in range(8)]
    go(app, *many)
    other = FakeDesk(app.ledger, world, NOW, app.shop)

    def meanwhile(moment: str) -> None:
        if moment == "delete" and not world.deletions:
            world.meanwhile = lambda moment: None
            run_takedowns(other)

    world.meanwhile = meanwhile
    assert set(down(app, *many)) == {"removed"}
    assert sorted(world.deletions) == sorted(one.id for one in world.accepted)
    assert_once(world.deletions)


def assert_once(ids: Iterable[str]) -> None:
    listed = list(ids)
    assert len(listed) == len(set(listed))


def test_a_person_cannot_settle_what_may_still_land(app: FakeDesk, world: World) -> None:
    world.provable = False
    world.answers["press_union/x"].append("lose_before")
    one = planned()
    go(app, one)
    with pytest.raises(NeedsPerson, match="may still arrive"):
        settle_delivery(app, one.id, None, "Desk")
    assert state(app.ledger, one) is DeliveryState.UNSURE
