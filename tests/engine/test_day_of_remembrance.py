"""A post for somebody who died goes out after two people have agreed, both since the death was known. Not before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from ledger.databases import WoundLedger
from workshop import MONDAY, Workshop

from amplify.decisions.approve import approve_reviews, to_review
from amplify.decisions.stop import stop_subject
from amplify.engine.publish import run_pass
from amplify.ledger.holds.stops import StopRequest
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson
from amplify.model.person import PersonState
from amplify.planning.queue import queue_plan
from engine.fake import FakeDesk, World

KNOWN = MONDAY + timedelta(hours=6)
"""When the death was written down."""
DAY = MONDAY + timedelta(days=2, hours=9)
BEFORE, AFTER = KNOWN - timedelta(hours=1), KNOWN + timedelta(hours=1)
WORDS = "We remember Anna"

Approvals = Sequence[tuple[datetime, str]]


def house(state: PersonState = PersonState.DIED, **front: object) -> Workshop:
    """A memorial of Anna by Nina, and a post that asks for her freedom, both due on Wednesday at nine."""
    since = {"state_since": KNOWN.isoformat()} if state is PersonState.DIED else {}
    shop = Workshop().person("anna", state=state.value, **since)
    shop.post("candle", WORDS, author="Nina", **({"people": ["anna"], "for_states": ["died"]} | front))
    shop.post("free", "Write to Anna today, and ask for a doctor", people=["anna"])
    shop.queue("candle", "candle", at=DAY.isoformat(), platforms=["x"])
    return shop.queue("free", "free", at=DAY.isoformat(), platforms=["mastodon"])


def live(
    ledger: WoundLedger,
    world: World,
    approvals: Approvals,
    *,
    stopped: bool = False,
    at_last: Callable[[FakeDesk], None] = lambda _: None,
) -> FakeDesk:
    """Queued while she lived, her death written down, approvals as given; then, `at_last`, the day."""
    app = FakeDesk(ledger, world, BEFORE - timedelta(hours=2), house(PersonState.DETAINED))
    queue_plan(app)
    dead = False
    for moment, who in (*approvals, (DAY, "")):
        if moment >= KNOWN and not dead:
            dead = True
            app.time.set(KNOWN)
            if not stopped:
                stop_subject(app, StopRequest("person", "anna", "set to died", "vera", state="died"))
            else:
                stop_subject(app, StopRequest("person", "anna", "we hear that she died", "vera"))
            app.shop = house()
            app.edited()
            queue_plan(app)
        app.time.set(moment)
        if who:
            waiting = [one for one in to_review(app) if one.row.post == "candle"]
            approve_reviews(app, waiting, who)
    at_last(app)
    run_pass(app, workers=2)
    return app


def state_of(app: FakeDesk, post: str) -> tuple[DeliveryState, str]:
    with app.ledger.read() as connection:
        row = connection.exec_driver_sql(f"SELECT state, why FROM delivery WHERE post = '{post}'").one()
    return DeliveryState(row[0]), row[1] or ""


def test_with_two_approvals_since_and_nothing_else_about_her(ledger: WoundLedger, world: World) -> None:
    app = live(ledger, world, [(AFTER, "vera"), (AFTER, "max")])
    assert [one.text.split(" #")[0] for one in world.accepted] == [WORDS]
    assert state_of(app, "candle")[0] is DeliveryState.SENT
    assert state_of(app, "free")[0] is DeliveryState.WAITING  # what asks for her freedom is held


def test_the_author_may_be_the_first(ledger: WoundLedger, world: World) -> None:
    live(ledger, world, [(AFTER, "nina"), (AFTER, "max")])
    assert len(world.accepted) == 1


@pytest.mark.parametrize(
    ("approvals", "lacks"),
    [
        ([], "nobody has approved it"),
        ([(AFTER, "vera")], "approved by vera"),
        ([(BEFORE, "vera"), (BEFORE, "max")], "approved before the person's state was set"),
        ([(BEFORE, "vera"), (AFTER, "max")], "approved by max"),
    ],
    ids=["none", "one", "both before", "one before"],
)
def test_with_nothing_less(ledger: WoundLedger, world: World, approvals: Approvals, lacks: str) -> None:
    app = live(ledger, world, approvals)
    assert world.accepted == []
    after, why = state_of(app, "candle")
    assert after is DeliveryState.WAITING
    assert "two people must approve it" in why
    assert lacks in why


@pytest.mark.parametrize(
    ("second", "says"), [("VERA", "another person"), ("Nina", "somebody else has to be the second")]
)
def test_neither_twice_the_same_nor_the_author_second(
    ledger: WoundLedger, world: World, second: str, says: str
) -> None:
    with pytest.raises(NeedsPerson, match=says):
        live(ledger, world, [(AFTER, "vera"), (AFTER, second)])
    assert world.accepted == []


def test_a_stop_that_somebody_asked_for_holds_it_all_the_same(ledger: WoundLedger, world: World) -> None:
    app = live(ledger, world, [(AFTER, "vera"), (AFTER, "max")], stopped=True)
    assert world.accepted == []
    assert "we hear that she died" in state_of(app, "candle")[1]


def test_edited_after_both_had_agreed(ledger: WoundLedger, world: World) -> None:
    """What changed is shown, and both look again."""

    def edit(app: FakeDesk) -> None:
        assert app.shop is not None
        app.shop.post("candle", f"{WORDS}, who wrote poems")
        app.edited()
        queue_plan(app)
        (mine,) = (one for one in to_review(app) if one.row.post == "candle")
        assert any("who wrote poems" in line for line in mine.changed)
        assert "it was changed since max saw it" in (mine.lacking or "")

    app = live(ledger, world, [(AFTER, "vera"), (AFTER, "max")], at_last=edit)
    assert world.accepted == []
    assert "two people must approve it" in state_of(app, "candle")[1]


@pytest.mark.parametrize("claimed", ["2027-01-01T00:00:00+00:00", BEFORE.isoformat(), KNOWN.isoformat()])
def test_a_file_cannot_make_a_state_older_than_the_ledger_knows_it(
    ledger: WoundLedger, world: World, claimed: str
) -> None:
    """Approved while she lived; then somebody pushes that she died, long ago."""
    app = FakeDesk(ledger, world, BEFORE - timedelta(hours=2), house(PersonState.DETAINED))
    queue_plan(app)
    app.time.set(BEFORE)
    for who in ("vera", "max"):
        approve_reviews(app, [one for one in to_review(app) if one.row.post == "candle"], who)
    app.shop = house().person("anna", state_since=claimed)
    app.edited()
    app.time.set(KNOWN)
    queue_plan(app)
    for edit in range(2):  # nor by writing it again
        app.shop = house().person("anna", state_since=claimed, note=f"{edit}")
        app.edited()
        run_pass(app, workers=2)
    app.time.set(DAY)
    run_pass(app, workers=2)
    assert world.accepted == []
    assert "approved before the person's state was set" in state_of(app, "candle")[1]
    for who in ("vera", "max"):
        approve_reviews(app, [one for one in to_review(app) if one.row.post == "candle"], who)
    run_pass(app, workers=2)
    assert len(world.accepted) == 1


def test_a_state_that_was_set_back_begins_anew(ledger: WoundLedger, world: World) -> None:
    app = live(ledger, world, [(AFTER, "vera"), (AFTER, "max")], at_last=lambda app: None)
    assert len(world.accepted) == 1
    app.shop = house()
    app.shop.post("again", WORDS + " again", people=["anna"], for_states=["died"])
    app.shop.queue("again", "again", at=(DAY + timedelta(days=2)).isoformat(), platforms=["x"])
    app.edited()
    queue_plan(app)
    for who in ("vera", "max"):
        approve_reviews(app, [one for one in to_review(app) if one.row.post == "again"], who)
    for state in ("detained", "died"):
        app.shop.person("anna", state=state)
        app.edited()
        app.time.set(app.time.now() + timedelta(hours=1))
        queue_plan(app)
    app.time.set(DAY + timedelta(days=2))
    run_pass(app, workers=2)
    assert len(world.accepted) == 1
