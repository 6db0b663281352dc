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
from amplify.engine.probe_accounts import probe_accounts
from amplify.engine.publish import run_pass
from amplify.engine.takedown_worker import run_takedowns
from amplify.ledger.queries.audit_log import list_events
from amplify.ledger.queries.published import PublishedFilter
from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import DeliveryState
from amplify.model.errors import LoggedOut, NeedsPerson, Refused, TryLater
from amplify.model.plan import Planned
from engine.fake import LEASE, FakeDesk, World
from engine.passes import go

MINUTE = timedelta(minutes=1)
THREAD = ("one", "two", "three")


class Killed(BaseException):
    """The process is gone."""


def down(desk: FakeDesk, *wanted: Planned, why: str = "she asked us to") -> list[str]:
    return [one.state.value for one in take_down_deliveries(desk, [one.id for one in wanted], why, "Desk")]


def up(world: World) -> list[str]:
    return [one.text for one in world.accepted if one.id not in world.deleted]


class TestDeleting:
    def test_a_thread_goes_newest_part_first(self, desk: FakeDesk, world: World) -> None:
        thread = planned(texts=THREAD)
        go(desk, thread)
        assert down(desk, thread) == ["removed"]
        assert world.deletions == [one.id for one in reversed(world.accepted)]
        assert rows.moves(desk.ledger, thread)[-2:] == [("sent", "removing"), ("removing", "removed")]
        row = rows.row(desk.ledger, thread)
        assert row["why"] == "she asked us to"
        assert row["owner"] is None
        assert row["lease_until"] is None
        assert all(part["removed_at"] == NOW for part in rows.parts(desk.ledger, thread))

    def test_our_own_boosts_of_it_go_first(self, desk: FakeDesk, world: World) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target)
        other = planned("other", "a/x", due=NOW - 3 * MINUTE)
        go(desk, other, target, boost)
        assert state(desk.ledger, boost) is DeliveryState.SENT
        assert [one.id for one in what_is_up(desk, PublishedFilter(deliveries=(target.id,)))] == [boost.id, target.id]
        assert down(desk, target) == ["removed", "removed"]
        remote = rows.parts(desk.ledger, target)[0]["remote_id"]
        assert world.deletions == ["b/x:boost", remote]
        assert state(desk.ledger, other) is DeliveryState.SENT

    def test_what_is_gone_already_is_done(self, desk: FakeDesk, world: World) -> None:
        one = planned()
        go(desk, one)
        assert down(desk, one) == ["removed"]
        assert down(desk, one) == ["removed"]
        assert len(world.deletions) == 1

    def test_a_boost_that_waits_is_not_said(self, desk: FakeDesk, world: World) -> None:
        target = planned("target", "a/x")
        boost = planned("boost", "b/x", boost_of=target, due=NOW + 5 * MINUTE)
        go(desk, target, boost)
        down(desk, target)
        go(desk, now=NOW + 6 * MINUTE)
        assert world.boosts == []
        assert "removed" in rows.row(desk.ledger, boost)["why"]

    def test_who_why_and_what_stand_in_the_history(self, desk: FakeDesk) -> None:
        one = planned()
        go(desk, one)
        down(desk, one, why="consent withdrawn")
        with desk.ledger.read() as connection:
            (deed,) = list_events(connection)
        assert (deed["act"], deed["actor"], deed["why"]) == ("take down", "Desk", "consent withdrawn")
        assert deed["subject"] == f"delivery:{one.id}"

    def test_nothing_that_is_not_out_is_touched(self, desk: FakeDesk) -> None:
        later = planned("later", due=NOW + timedelta(days=1))
        go(desk, later)
        assert down(desk, later) == []
        assert state(desk.ledger, later) is DeliveryState.WAITING


class TestNothingComesBack:
    def test_the_rest_of_a_thread_is_never_sent(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].extend(["accept", "try_later"])
        thread = planned(texts=THREAD)
        go(desk, thread)
        assert state(desk.ledger, thread) is DeliveryState.WAITING
        assert down(desk, thread) == ["removed"]
        desk.ledger.wind(MINUTE)
        go(desk, now=NOW + 10 * MINUTE)
        assert world.texts() == ["one"]
        assert up(world) == []

    def test_a_takedown_between_two_parts_ends_the_thread(self, desk: FakeDesk, world: World) -> None:
        """The worker has just had its first answer; its lease keeps the remover away until it has written it down."""
        thread = planned(texts=THREAD)

        def meanwhile(moment: str) -> None:
            if moment == "after" and len(world.accepted) == 1:
                world.meanwhile = lambda moment: None
                assert down(desk, thread) == ["removing"]

        world.meanwhile = meanwhile
        go(desk, thread)
        assert world.texts() == ["one"]
        assert state(desk.ledger, thread) is DeliveryState.REMOVING
        desk.ledger.wind(LEASE)
        assert run_takedowns(desk) == 0
        assert up(world) == []
        assert state(desk.ledger, thread) is DeliveryState.REMOVED

    @pytest.mark.parametrize("lost", ["lose_before", "lose_after"])
    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_what_may_be_landing_is_looked_up_and_deleted(
        self, desk: FakeDesk, world: World, lost: str, part: int
    ) -> None:
        world.answers["press_union/x"].extend([*["accept"] * part, lost])  # type: ignore[list-item]
        thread = planned(texts=THREAD)
        go(desk, thread)
        assert state(desk.ledger, thread) is DeliveryState.UNSURE
        assert down(desk, thread) == ["removing"]
        assert run_takedowns(desk) == 1  # its request can still land: nobody looks
        assert world.finds == []
        desk.ledger.wind(LEASE)
        go(desk)
        run_takedowns(desk)
        assert state(desk.ledger, thread) is DeliveryState.REMOVED
        assert up(world) == []
        assert world.repeated() == []
        go(desk, now=NOW + 10 * MINUTE)
        assert up(world) == []

    def test_a_worker_that_died_while_sending(self, desk: FakeDesk, world: World) -> None:
        one = planned()
        queue(desk.ledger, one)
        rows.begin(desk.ledger, rows.take_one(desk.ledger))
        assert down(desk, one) == ["removing"]
        desk.ledger.wind(LEASE)
        assert run_takedowns(desk) == 0
        assert state(desk.ledger, one) is DeliveryState.REMOVED
        desk.as_queued()
        run_pass(desk, workers=1)
        assert world.accepted == []

    def test_a_receipt_that_comes_too_late_is_taken_down_as_well(self, desk: FakeDesk, world: World) -> None:
        one = planned()
        queue(desk.ledger, one)
        claimed = rows.take_one(desk.ledger)
        rows.begin(desk.ledger, claimed)
        down(desk, one)
        desk.ledger.wind(LEASE)
        run_takedowns(desk)
        assert state(desk.ledger, one) is DeliveryState.REMOVED
        rows.sent(desk.ledger, claimed, receipt("late"), last=True)
        assert state(desk.ledger, one) is DeliveryState.REMOVING
        assert run_takedowns(desk) == 0
        assert world.deletions == ["late"]
        assert state(desk.ledger, one) is DeliveryState.REMOVED

    def test_files_do_not_bring_it_back(self, desk: FakeDesk, world: World) -> None:
        one = planned(texts=("old words",))
        go(desk, one)
        down(desk, one)
        go(desk, planned(texts=("new words",)), now=NOW + MINUTE)
        assert state(desk.ledger, one) is DeliveryState.REMOVED
        assert up(world) == []


class TestGoingOn:
    @pytest.mark.parametrize("deaths", [1, 2, 3])
    def test_killed_between_two_deletions_the_next_pass_goes_on(
        self, desk: FakeDesk, world: World, deaths: int
    ) -> None:
        thread = planned(texts=THREAD)
        go(desk, thread)
        left = [deaths]

        def meanwhile(moment: str) -> None:
            if moment == "delete":
                left[0] -= 1
                if left[0] == 0:
                    raise Killed

        world.meanwhile = meanwhile
        with pytest.raises(Killed):
            down(desk, thread)
        assert len(world.deletions) == deaths - 1
        world.meanwhile = lambda moment: None
        assert run_takedowns(desk) == 1  # its lease is not over: it may be at work
        desk.ledger.wind(LEASE)
        assert run_takedowns(desk) == 0
        assert len(world.deletions) == len(set(world.deletions)) == 3
        assert state(desk.ledger, thread) is DeliveryState.REMOVED

    def test_a_platform_that_says_later_is_asked_later(self, desk: FakeDesk, world: World) -> None:
        one = planned()
        go(desk, one)
        world.undeletable.append(TryLater("too many requests", timedelta(minutes=2)))
        assert down(desk, one) == ["removing"]
        why = rows.row(desk.ledger, one)["why"]
        assert "she asked us to" in why
        assert "too many requests" in why
        assert run_takedowns(desk) == 1
        desk.ledger.wind(timedelta(minutes=2))
        assert run_takedowns(desk) == 0
        assert rows.row(desk.ledger, one)["why"] == "she asked us to"

    def test_a_logged_out_account_pauses_and_the_others_go_on(self, desk: FakeDesk, world: World) -> None:
        mine, other = planned("mine", "a/x"), planned("other", "b/x")
        go(desk, mine, other)
        world.undeletable.append(LoggedOut("the token was revoked. Make a new one"))
        assert sorted(down(desk, mine, other)) == ["removed", "removing"]
        stuck = mine if state(desk.ledger, mine) is DeliveryState.REMOVING else other
        account = stuck.account
        assert "Make a new one" in rows.account(desk.ledger, account)["paused_why"]
        desk.ledger.wind(LEASE)
        assert run_takedowns(desk) == 1
        probe_accounts(desk, [account])
        assert run_takedowns(desk) == 0
        assert state(desk.ledger, stuck) is DeliveryState.REMOVED

    def test_a_platform_that_refuses_needs_a_person(self, desk: FakeDesk, world: World) -> None:
        one = planned()
        go(desk, one)
        world.undeletable.append(Refused("not permitted"))
        assert down(desk, one) == ["removing"]
        assert f"Delete it by hand, then `amplify settle {one.id[:12]} --not-sent`" in rows.row(desk.ledger, one)["why"]
        assert settle_delivery(desk, one.id, None, "Desk") == "removed"
        assert world.deletions == []


class TestWhereNothingCanBeProved:
    """As on X."""

    @pytest.fixture
    def stuck(self, desk: FakeDesk, world: World) -> Planned:
        world.provable = False
        world.answers["press_union/x"].extend(["accept", "lose_before"])
        thread = planned(texts=THREAD)
        go(desk, thread)
        desk.ledger.wind(LEASE)
        assert down(desk, thread) == ["removing"]
        assert up(world) == []
        return thread

    def test_a_person_is_told_where_to_look(self, desk: FakeDesk, stuck: Planned) -> None:
        why = rows.row(desk.ledger, stuck)["why"]
        assert "Open https://fake.example/press_union/x" in why
        assert "part 2 of 3" in why
        assert f"amplify settle {stuck.id[:12]}" in why

    def test_it_is_not_out(self, desk: FakeDesk, stuck: Planned) -> None:
        assert settle_delivery(desk, stuck.id, None, "Desk") == "removed"

    def test_it_is_out(self, desk: FakeDesk, world: World, stuck: Planned) -> None:
        key = rows.parts(desk.ledger, stuck)[1]["key"]
        from engine.fake import Accepted

        world.accepted.append(Accepted("press_union/x", key, "two", None, None, NOW, "found-by-hand"))
        assert settle_delivery(desk, stuck.id, "https://fake.example/found-by-hand", "Desk") == "removed"
        assert "found-by-hand" in world.deleted


class TestChoosing:
    def ids(self, desk: FakeDesk, **wanted: object) -> set[str]:
        return {one.post for one in what_is_up(desk, PublishedFilter(**wanted))}  # type: ignore[arg-type]

    def test_by_what_it_speaks_of(self, desk: FakeDesk) -> None:
        anna = planned("anna", "a/x", subjects=("campaign:free", "person:anna"))
        died = planned("died", "b/x")
        hanna = planned("hanna", "c/x", subjects=("campaign:free", "person:anna_two"))
        later = planned("later", "a/x", subjects=("person:anna",), due=NOW + timedelta(days=1))
        go(desk, anna, died, hanna, later)
        with desk.ledger.write() as connection:
            mine = update(DELIVERY).where(DELIVERY.c.id == anna.id)
            connection.execute(mine.values(hashtags=["СвабодаАнне"]))
            declared = ["campaign:free", "person:anna@died"]  # approved by two, in real life
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == died.id).values(subjects=declared))
        assert self.ids(desk, person="anna") == {"anna", "died"}
        assert self.ids(desk, campaign="free") == {"anna", "died", "hanna"}
        assert self.ids(desk, hashtag="#свабодаанне") == {"anna"}
        assert self.ids(desk, entry="died") == {"died"}
        assert self.ids(desk, account="c/x", campaign="free") == {"hanna"}
        assert self.ids(desk, deliveries=(anna.id[:10],)) == {"anna"}
        down(desk, anna)
        assert self.ids(desk, person="anna") == {"died"}

    def test_what_may_be_landing_counts(self, desk: FakeDesk, world: World) -> None:
        world.answers["press_union/x"].append("lose_after")
        go(desk, planned())
        assert self.ids(desk, campaign="free") == {"hello"}


def test_two_workers_delete_everything_once(desk: FakeDesk, world: World) -> None:
    many = [planned(f"n{number}", f"a{number}/x") for number in range(8)]
    go(desk, *many)
    other = FakeDesk(desk.ledger, world, NOW, desk.shop)

    def meanwhile(moment: str) -> None:
        if moment == "delete" and not world.deletions:
            world.meanwhile = lambda moment: None
            run_takedowns(other)

    world.meanwhile = meanwhile
    assert set(down(desk, *many)) == {"removed"}
    assert sorted(world.deletions) == sorted(one.id for one in world.accepted)
    assert_once(world.deletions)


def assert_once(ids: Iterable[str]) -> None:
    listed = list(ids)
    assert len(listed) == len(set(listed))


def test_a_person_cannot_settle_what_may_still_land(desk: FakeDesk, world: World) -> None:
    world.provable = False
    world.answers["press_union/x"].append("lose_before")
    one = planned()
    go(desk, one)
    with pytest.raises(NeedsPerson, match="may still arrive"):
        settle_delivery(desk, one.id, None, "Desk")
    assert state(desk.ledger, one) is DeliveryState.UNSURE
