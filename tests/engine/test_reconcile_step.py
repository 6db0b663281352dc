"""reconcile: looked up and never guessed; who looks holds the row, and an answer that came too late changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import rows
from ledger.rows import NOW, planned, put, state

from amplify.decisions.settle import settle_delivery
from amplify.engine.reconcile import reconcile_unsure
from amplify.ledger.rows.unsure import claim_unsure
from amplify.model.delivery import DeliveryState
from amplify.model.platform import PublishRequest, Receipt
from engine.fake import LEASE, FakeDesk, FakePlatform, World
from engine.passes import go

MINUTE = timedelta(minutes=1)


def unsure(app: FakeDesk, world: World, *lost: str, account: str = "press_union/x") -> rows.Planned:
    world.answers[account].extend(lost or ("lose_before",))  # type: ignore[arg-type]
    one = planned(account=account)
    go(app, one)
    assert state(app.ledger, one) is DeliveryState.UNSURE
    return one


def test_a_server_without_keys_is_given_time_to_show_it(app: FakeDesk, world: World) -> None:
    world.keeps_keys = False
    one = unsure(app, world)
    app.ledger.wind(LEASE)
    go(app)
    assert state(app.ledger, one) is DeliveryState.UNSURE
    assert "idempotency keys" in rows.row(app.ledger, one)["why"]
    go(app, now=NOW + 5 * MINUTE)
    assert state(app.ledger, one) is DeliveryState.UNSURE
    app.ledger.wind(10 * MINUTE)
    go(app, now=NOW + 10 * MINUTE)
    assert state(app.ledger, one) is DeliveryState.SENT
    assert len(world.accepted) == 1


def test_a_server_with_keys_is_believed_at_once(app: FakeDesk, world: World) -> None:
    one = unsure(app, world)
    app.ledger.wind(LEASE)
    go(app)
    assert state(app.ledger, one) is DeliveryState.SENT


def test_an_account_that_cannot_be_asked_pauses_itself_and_says_how_to_mend_it(app: FakeDesk, world: World) -> None:
    one = unsure(app, world, "lose_after")
    other = unsure(app, world, "lose_after", account="b/x")
    world.silent.add("press_union/x")
    app.ledger.wind(LEASE)
    done = go(app)
    assert done.paused == {"press_union/x": "the token was revoked"}
    assert state(app.ledger, one) is DeliveryState.UNSURE
    assert state(app.ledger, other) is DeliveryState.SENT
    world.silent.clear()
    app.ledger.wind(app.timings.pause)
    go(app, now=NOW + 15 * MINUTE)
    assert state(app.ledger, one) is DeliveryState.SENT
    assert len(world.accepted) == 2


def test_one_silent_platform_does_not_keep_the_others_waiting(app: FakeDesk, world: World) -> None:
    many = [planned(f"n{number}", "a/x", due=NOW - number * MINUTE) for number in range(3)]
    world.answers["a/x"].extend(["lose_after"] * 3)
    for one in many:
        go(app, one)
        put(app.ledger, one, look_at=NOW + MINUTE)  # somebody has looked, in vain
    for one in many:
        put(app.ledger, one, look_at=NOW)
    world.blind = True
    app.ledger.wind(LEASE)
    assert reconcile_unsure(app) == 3
    assert world.finds == []


def test_a_person_is_told_where_to_look_and_what_for(app: FakeDesk, world: World) -> None:
    world.provable = False
    one = unsure(app, world)
    app.ledger.wind(LEASE)
    go(app)
    why = rows.row(app.ledger, one)["why"]
    assert "Open https://fake.example/press_union/x, look for `hello` of about 2027-05-17 09:00 UTC" in why
    assert f"amplify settle {one.id[:12]} --sent URL` or `--not-sent`" in why


def test_questions_that_cost_money_become_rare(app: FakeDesk, world: World) -> None:
    world.provable = False
    unsure(app, world)
    app.ledger.wind(LEASE)
    for minutes in range(0, 3 * 24 * 60, 5):
        go(app, now=NOW + minutes * MINUTE)
    assert 5 < len(world.finds) < 40


@pytest.mark.parametrize("lost", ["lose_before", "lose_after"])
def test_an_answer_older_than_the_last_attempt_changes_nothing(app: FakeDesk, world: World, lost: str) -> None:
    """One worker looks, sees nothing, and falls asleep; meanwhile the row is sent again, and is unsure again."""
    one = unsure(app, world)
    app.ledger.wind(LEASE)
    other = FakeDesk(app.ledger, world, NOW, app.shop)

    class Sleepy(FakePlatform):
        def find(self, call: PublishRequest, since: object, taken: object = ()) -> Receipt | None:
            answer = super().find(call, since, taken)  # type: ignore[arg-type]
            app.ledger.wind(LEASE)  # its own hold on the row is over
            world.answers[self.account].append(lost)  # type: ignore[arg-type]
            go(other)
            assert state(app.ledger, one) is DeliveryState.UNSURE
            return answer

    app._adapters[one.account] = Sleepy(world, one.account)
    reconcile_unsure(app)
    assert state(app.ledger, one) is DeliveryState.UNSURE
    app._adapters.clear()
    app.ledger.wind(LEASE)
    go(app)
    assert state(app.ledger, one) is DeliveryState.SENT
    assert world.repeated() == []


def test_two_who_look_do_not_look_at_the_same(app: FakeDesk, world: World) -> None:
    unsure(app, world)
    app.ledger.wind(LEASE)
    with app.ledger.write() as connection:
        assert claim_unsure(app.ledger, connection, NOW, LEASE) is not None
    with app.ledger.write() as connection:
        assert claim_unsure(app.ledger, connection, NOW, LEASE) is None


def test_a_receipt_of_another_delivery_is_no_proof(app: FakeDesk, world: World) -> None:
    from amplify.model.errors import WrongUse

    world.provable = False
    go(app, planned("first", due=NOW - MINUTE))
    out = world.accepted[0].id
    one = unsure(app, world)
    with pytest.raises(WrongUse, match="the address of delivery"):
        settle_delivery(app, one.id, f"https://fake.example/{out}", "Desk")
