"""settle: a person looked at the timeline and says what became of an unsure delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue, state
from workshop import Workshop

from amplify.decisions.settle import settle_delivery
from amplify.engine.publish import run_pass
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.model.plan import Planned
from engine.fake import LEASE, FakeDesk, World


@pytest.fixture
def desk(ledger: WoundLedger) -> FakeDesk:
    """As on X: what is not found may still be out."""
    return FakeDesk(ledger, World(provable=False), NOW, Workshop())


def unsure(desk: FakeDesk, *texts: str, accepted: bool) -> Planned:
    one = planned(texts=texts or None)
    queue(desk.ledger, one)
    desk.world.answers["press_union/x"].append("lose_after" if accepted else "lose_before")
    go(desk)
    assert state(desk.ledger, one) is DeliveryState.UNSURE
    return one


def go(desk: FakeDesk) -> None:
    desk.as_queued()
    run_pass(desk, workers=2)


def test_it_is_out(desk: FakeDesk) -> None:
    one = unsure(desk, accepted=True)
    remote = desk.world.accepted[0].id
    assert settle_delivery(desk, one.id[:8], f"https://fake.example/{remote}", "Desk") == "sent"
    assert rows.parts(desk.ledger, one)[0]["remote_id"] == remote
    assert rows.moves(desk.ledger, one)[-1] == ("unsure", "sent")
    desk.ledger.wind(LEASE)
    go(desk)
    assert len(desk.world.accepted) == 1


def test_it_is_not_out(desk: FakeDesk) -> None:
    one = unsure(desk, accepted=False)
    with pytest.raises(NeedsPerson, match="may still arrive"):
        settle_delivery(desk, one.id, None, "Desk")
    desk.ledger.wind(LEASE)
    assert settle_delivery(desk, one.id, None, "Desk") == "waiting"
    go(desk)
    assert state(desk.ledger, one) is DeliveryState.SENT
    assert len(desk.world.accepted) == 1


def test_it_is_not_out_and_it_is_too_late(desk: FakeDesk) -> None:
    one = unsure(desk, accepted=False)
    desk.time.set(one.late + timedelta(minutes=1))
    desk.ledger.wind(LEASE)
    assert settle_delivery(desk, one.id, None, "Desk") == "missed"
    assert rows.row(desk.ledger, one)["why"]


def test_the_rest_of_a_thread_follows(desk: FakeDesk) -> None:
    one = unsure(desk, "first", "second", accepted=True)
    assert settle_delivery(desk, one.id, f"https://fake.example/{desk.world.accepted[0].id}", "Desk") == "waiting"
    go(desk)
    assert desk.world.texts() == ["first", "second"]
    assert desk.world.accepted[1].parent == desk.world.accepted[0].id


def test_an_address_that_is_none_proves_nothing(desk: FakeDesk) -> None:
    one = unsure(desk, accepted=True)
    with pytest.raises(WrongUse, match="cannot be taken as proof"):
        settle_delivery(desk, one.id, "https://fake.example/somewhere-else", "Desk")
    assert state(desk.ledger, one) is DeliveryState.UNSURE


@pytest.mark.parametrize("which", ["", "ffff", "%", "_"])
def test_it_must_be_clear_which(desk: FakeDesk, which: str) -> None:
    unsure(desk, accepted=False)
    queue(desk.ledger, planned("second", "press_union/bluesky"))
    desk.world.answers["press_union/bluesky"].append("lose_before")
    go(desk)
    assert rows.states(desk.ledger) == {"unsure": 2}
    with pytest.raises(WrongUse, match="amplify status"):
        settle_delivery(desk, which, None, "Desk")
