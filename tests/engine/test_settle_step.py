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
def app(ledger: WoundLedger) -> FakeDesk:
    """As on X: what is not found may still be out."""
    return FakeDesk(ledger, World(provable=False), NOW, Workshop())


def unsure(app: FakeDesk, *texts: str, accepted: bool) -> Planned:
    one = planned(texts=texts or None)
    queue(app.ledger, one)
    app.world.answers["press_union/x"].append("lose_after" if accepted else "lose_before")
    go(app)
    assert state(app.ledger, one) is DeliveryState.UNSURE
    return one


def go(app: FakeDesk) -> None:
    app.as_queued()
    run_pass(app, workers=2)


def test_it_is_out(app: FakeDesk) -> None:
    one = unsure(app, accepted=True)
    remote = app.world.accepted[0].id
    assert settle_delivery(app, one.id[:8], f"https://fake.example/{remote}", "Desk") == "sent"
    assert rows.parts(app.ledger, one)[0]["remote_id"] == remote
    assert rows.moves(app.ledger, one)[-1] == ("unsure", "sent")
    app.ledger.wind(LEASE)
    go(app)
    assert len(app.world.accepted) == 1


def test_it_is_not_out(app: FakeDesk) -> None:
    one = unsure(app, accepted=False)
    with pytest.raises(NeedsPerson, match="may still arrive"):
        settle_delivery(app, one.id, None, "Desk")
    app.ledger.wind(LEASE)
    assert settle_delivery(app, one.id, None, "Desk") == "waiting"
    go(app)
    assert state(app.ledger, one) is DeliveryState.SENT
    assert len(app.world.accepted) == 1


def test_it_is_not_out_and_it_is_too_late(app: FakeDesk) -> None:
    one = unsure(app, accepted=False)
    app.time.set(one.late + timedelta(minutes=1))
    app.ledger.wind(LEASE)
    assert settle_delivery(app, one.id, None, "Desk") == "missed"
    assert rows.row(app.ledger, one)["why"]


def test_the_rest_of_a_thread_follows(app: FakeDesk) -> None:
    one = unsure(app, "first", "second", accepted=True)
    assert settle_delivery(app, one.id, f"https://fake.example/{app.world.accepted[0].id}", "Desk") == "waiting"
    go(app)
    assert app.world.texts() == ["first", "second"]
    assert app.world.accepted[1].parent == app.world.accepted[0].id


def test_an_address_that_is_none_proves_nothing(app: FakeDesk) -> None:
    one = unsure(app, accepted=True)
    with pytest.raises(WrongUse, match="cannot be taken as proof"):
        settle_delivery(app, one.id, "https://fake.example/somewhere-else", "Desk")
    assert state(app.ledger, one) is DeliveryState.UNSURE


@pytest.mark.parametrize("which", ["", "ffff", "%", "_"])
def test_it_must_be_clear_which(app: FakeDesk, which: str) -> None:
    unsure(app, accepted=False)
    queue(app.ledger, planned("second", "press_union/bluesky"))
    app.world.answers["press_union/bluesky"].append("lose_before")
    go(app)
    assert rows.states(app.ledger) == {"unsure": 2}
    with pytest.raises(WrongUse, match="amplify status"):
        settle_delivery(app, which, None, "Desk")


def test_the_post_of_somebody_else_proves_nothing(app: FakeDesk) -> None:
    theirs = planned("theirs", "friends/x")
    queue(app.ledger, theirs)
    go(app)
    one = unsure(app, accepted=False)
    (post,) = app.world.accepted
    with pytest.raises(WrongUse, match="somebody else's"):
        settle_delivery(app, one.id, f"https://fake.example/{post.id}", "Desk")
    assert state(app.ledger, one) is DeliveryState.UNSURE


def test_another_delivery_of_the_account_proves_nothing(app: FakeDesk) -> None:
    other = planned("other", due=NOW - timedelta(minutes=3))
    queue(app.ledger, other)
    go(app)
    one = unsure(app, accepted=False)
    with pytest.raises(WrongUse, match=f"the address of delivery {other.id[:12]}"):
        settle_delivery(app, one.id, f"https://fake.example/{app.world.accepted[0].id}", "Desk")


def test_what_cannot_be_asked_now_is_not_settled(app: FakeDesk) -> None:
    one = unsure(app, accepted=True)
    app.world.silent.add("press_union/x")
    with pytest.raises(NeedsPerson, match="Nothing was settled"):
        settle_delivery(app, one.id, f"https://fake.example/{app.world.accepted[0].id}", "Desk")
    assert state(app.ledger, one) is DeliveryState.UNSURE


@pytest.mark.parametrize("accepted", [True, False])
def test_a_boost_is_looked_up_since_the_address_is_of_what_it_repeats(app: FakeDesk, accepted: bool) -> None:
    target = planned("target", "friends/x", due=NOW - timedelta(minutes=3))
    boost = planned("boost", boost_of=target)
    queue(app.ledger, target, boost)
    app.world.answers["press_union/x"].append("lose_after" if accepted else "lose_before")
    go(app)
    assert state(app.ledger, boost) is DeliveryState.UNSURE
    url = f"https://fake.example/{app.world.accepted[0].id}"
    if accepted:
        assert settle_delivery(app, boost.id, url, "Desk") == "sent"
        assert rows.parts(app.ledger, boost)[0]["remote_id"] == "press_union/x:boost"  # and not what it repeats
    else:
        with pytest.raises(WrongUse, match="does not show this boost"):
            settle_delivery(app, boost.id, url, "Desk")
