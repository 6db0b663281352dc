"""Files change while nobody knows whether a post is out: what is absent then does not go out as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW

from amplify.decisions.settle import settle_delivery
from amplify.engine.publish import run_pass
from engine.fake import Answer, FakeDesk, World

MINUTE = timedelta(minutes=1)
ACCOUNT = "press_union/mastodon"


@pytest.fixture
def unsure(app: FakeDesk, world: World) -> FakeDesk:
    """One post whose request was lost on its way."""
    assert app.shop is not None
    app.shop.post("hello", "Old words").queue("hello", "hello", at=NOW.isoformat(), platforms=["mastodon"])
    world.answers[ACCOUNT].append("lose_before")
    app.edited()
    run_pass(app, workers=1)
    assert rows.states(app.ledger) == {"unsure": 1}
    return app


def later(app: FakeDesk) -> None:
    """Its lease is over, and two passes come."""
    app.edited()
    run_pass(app, workers=1)
    assert isinstance(app.ledger, WoundLedger)
    app.ledger.wind(2 * MINUTE)
    for _ in range(2):
        app.time.set(app.time.now() + MINUTE)
        run_pass(app, workers=1)


def test_changed_words_go_out_and_the_old_ones_never(unsure: FakeDesk, world: World) -> None:
    assert unsure.shop is not None
    unsure.shop.post("hello", "New words")
    later(unsure)
    assert world.texts() == ["New words"]
    assert rows.states(unsure.ledger) == {"missed": 1, "sent": 1}


def test_what_was_taken_off_the_queue_does_not_go_out(unsure: FakeDesk, world: World) -> None:
    assert unsure.shop is not None
    unsure.shop.without("queue", "hello")
    later(unsure)
    assert world.texts() == []


def test_what_was_moved_goes_out_at_its_new_time(unsure: FakeDesk, world: World) -> None:
    assert unsure.shop is not None
    unsure.shop.queue("hello", at=(NOW + 30 * MINUTE).isoformat())
    later(unsure)
    assert world.texts() == []
    unsure.time.set(NOW + 30 * MINUTE)
    run_pass(unsure, workers=1)
    assert world.texts() == ["Old words"]


def test_what_was_taken_off_and_put_back_goes_out_once(unsure: FakeDesk, world: World) -> None:
    assert unsure.shop is not None
    fields = {"at": NOW.isoformat(), "platforms": ["mastodon"]}
    unsure.shop.without("queue", "hello")
    unsure.edited()
    run_pass(unsure, workers=1)
    unsure.shop.queue("hello", "hello", **fields)
    later(unsure)
    assert world.texts() == ["Old words"]


def test_what_is_out_stays_and_is_not_said_again(app: FakeDesk, world: World) -> None:
    assert app.shop is not None
    app.shop.post("hello", "Old words").queue("hello", "hello", at=NOW.isoformat(), platforms=["mastodon"])
    world.answers[ACCOUNT].append("lose_after")
    app.edited()
    run_pass(app, workers=1)
    app.shop.post("hello", "New words")
    later(app)
    assert world.texts() == ["Old words"]
    assert rows.states(app.ledger) == {"sent": 1}


def test_a_person_who_says_that_it_is_not_out(unsure: FakeDesk, world: World) -> None:
    assert unsure.shop is not None
    world.blind = True
    unsure.shop.post("hello", "New words")
    later(unsure)
    with unsure.ledger.read() as connection:
        (id,) = connection.execute(rows.select(rows.DELIVERY.c.id)).scalars()
    settle_delivery(unsure, id, None, "vera")
    later(unsure)
    assert world.texts() == ["New words"]


@pytest.mark.parametrize("answer", ["lose_before", "try_later"])
def test_a_resent_part_carries_its_first_key(app: FakeDesk, world: World, answer: Answer) -> None:
    assert app.shop is not None
    app.shop.post("hello", "Words").queue("hello", "hello", at=NOW.isoformat(), platforms=["mastodon"])
    world.answers[ACCOUNT].append(answer)
    app.edited()
    run_pass(app, workers=1)
    with app.ledger.read() as connection:
        (first,) = connection.execute(rows.select(rows.PART.c.key)).scalars()
    later(app)
    assert [one.key for one in world.accepted] == [first]
