"""reconcile: looked up and never guessed; who looks holds the row, and an answer that came too late changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import rows
from ledger.rows import NOW, planned, state

from amplify.decisions.settle import settle_delivery
from amplify.engine.reconcile import reconcile_unsure
from amplify.ledger.rows.unsure import claim_unsure
from amplify.model.delivery import DeliveryState
from amplify.model.platform import PublishRequest, Receipt
from engine.fake import LEASE, FakeDesk, FakePlatform, World
from engine.passes import go

MINUTE = timedelta(minutes=1)


def unsure(desk: FakeDesk, world: World, *lost: str, account: str = "press_union/x") -> rows.Planned:
    world.answers[account].extend(lost or ("lose_before",))  # type: ignore[arg-type]
    one = planned(account=account)
    go(desk, one)
    assert state(desk.ledger, one) is DeliveryState.UNSURE
    return one


def test_a_server_without_keys_is_given_time_to_show_it(desk: FakeDesk, world: World) -> None:
    world.keeps_keys = False
    one = unsure(desk, world)
    desk.ledger.wind(LEASE)
    go(desk)
    assert state(desk.ledger, one) is DeliveryState.UNSURE
    assert "idempotency keys" in rows.row(desk.ledger, one)["why"]
    go(desk, now=NOW + 5 * MINUTE)
    assert state(desk.ledger, one) is DeliveryState.UNSURE
    desk.ledger.wind(10 * MINUTE)
    go(desk, now=NOW + 10 * MINUTE)
    assert state(desk.ledger, one) is DeliveryState.SENT
    assert len(world.accepted) == 1


def test_a_server_with_keys_is_believed_at_once(desk: FakeDesk, world: World) -> None:
    one = unsure(desk, world)
    desk.ledger.wind(LEASE)
    go(desk)
    assert state(desk.ledger, one) is DeliveryState.SENT


def test_an_account_that_cannot_be_asked_pauses_itself_and_says_how_to_mend_it(desk: FakeDesk, world: World) -> None:
    one = unsure(desk, world, "lose_after")
    other = unsure(desk, world, "lose_after", account="b/x")
    world.silent.add("press_union/x")
    desk.ledger.wind(LEASE)
    done = go(desk)
    assert done.paused == {"press_union/x": "the token was revoked"}
    assert state(desk.ledger, one) is DeliveryState.UNSURE
    assert state(desk.ledger, other) is DeliveryState.SENT
    world.silent.clear()
    desk.ledger.wind(desk.timings.pause)
    go(desk, now=NOW + 15 * MINUTE)
    assert state(desk.ledger, one) is DeliveryState.SENT
    assert len(world.accepted) == 2


def test_one_silent_platform_does_not_keep_the_others_waiting(desk: FakeDesk, world: World) -> None:
    many = [planned(f"n{number}", "a/x", due=NOW - number * MINUTE) for number in range(3)]
    world.answers["a/x"].extend(["lose_after"] * 3)
    for one in many:
        go(desk, one)
    world.blind = True
    desk.ledger.wind(LEASE)
    assert reconcile_unsure(desk) == 3
    assert world.finds == []


def test_a_person_is_told_where_to_look_and_what_for(desk: FakeDesk, world: World) -> None:
    world.provable = False
    one = unsure(desk, world)
    desk.ledger.wind(LEASE)
    go(desk)
    why = rows.row(desk.ledger, one)["why"]
    assert "Open https://fake.example/press_union/x, look for `hello` of about 2027-05-17 09:00 UTC" in why
    assert f"amplify settle {one.id[:12]} --sent URL` or `--not-sent`" in why


def test_questions_that_cost_money_become_rare(desk: FakeDesk, world: World) -> None:
    world.provable = False
    unsure(desk, world)
    desk.ledger.wind(LEASE)
    for minutes in range(0, 3 * 24 * 60, 5):
        go(desk, now=NOW + minutes * MINUTE)
    assert 5 < len(world.finds) < 40


@pytest.mark.parametrize("lost", ["lose_before", "lose_after"])
def test_an_answer_older_than_the_last_attempt_changes_nothing(desk: FakeDesk, world: World, lost: str) -> None:
    """One worker looks, sees nothing, and falls asleep; meanwhile the row is sent again, and is unsure again."""
    one = unsure(desk, world)
    desk.ledger.wind(LEASE)
    other = FakeDesk(desk.ledger, world, NOW, desk.shop)

    class Sleepy(FakePlatform):
        def find(self, call: PublishRequest, since: object, taken: object = ()) -> Receipt | None:
            answer = super().find(call, since, taken)  # type: ignore[arg-type]
            desk.ledger.wind(LEASE)  # its own hold on the row is over
            world.answers[self.account].append(lost)  # type: ignore[arg-type]
            go(other)
            assert state(desk.ledger, one) is DeliveryState.UNSURE
            return answer

    desk._adapters[one.account] = Sleepy(world, one.account)
    reconcile_unsure(desk)
    assert state(desk.ledger, one) is DeliveryState.UNSURE
    desk._adapters.clear()
    desk.ledger.wind(LEASE)
    go(desk)
    assert state(desk.ledger, one) is DeliveryState.SENT
    assert world.repeated() == []


def test_two_who_look_do_not_look_at_the_same(desk: FakeDesk, world: World) -> None:
    unsure(desk, world)
    desk.ledger.wind(LEASE)
    with desk.ledger.write() as connection:
        assert claim_unsure(desk.ledger, connection, NOW, LEASE) is not None
    with desk.ledger.write() as connection:
        assert claim_unsure(desk.ledger, connection, NOW, LEASE) is None


def test_a_receipt_of_another_delivery_is_no_proof(desk: FakeDesk, world: World) -> None:
    from amplify.model.errors import WrongUse

    world.provable = False
    go(desk, planned("first", due=NOW - MINUTE))
    out = world.accepted[0].id
    one = unsure(desk, world)
    with pytest.raises(WrongUse, match="the address of delivery"):
        settle_delivery(desk, one.id, f"https://fake.example/{out}", "Desk")
