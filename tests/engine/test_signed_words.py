"""An approval holds for the words of a statement above the names under it; who withdraws is named no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ledger.databases import WoundLedger
from workshop import MONDAY, Workshop

from amplify.decisions.approve import approve_reviews, to_review
from amplify.engine.publish import run_pass
from amplify.ledger.holds.gates import put_gates
from amplify.ledger.queries.published import PublishedFilter, find_published_deliveries
from amplify.model.gate import Gate
from engine.fake import FakeDesk, World

DUE = MONDAY + timedelta(days=2, hours=9)
HOUR = timedelta(hours=1)
BODY = "We say no.\n\n### demands\nRelease everybody."
SIGNED: list[dict[str, Any]] = [
    {"partner": "press_union", "order": 1, "signed": "2027-05-02"},
    {"name": "Night Editors", "order": 2, "signed": "2027-05-03"},
]


def house() -> Workshop:
    shop = Workshop().campaign("free_anna", statement="no_words", approvals=1)
    shop.statement("no_words", BODY, signatories=SIGNED).post("hello", "We said it together", cosigned=True)
    return shop.queue("hello", "hello", at=DUE.isoformat(), platforms=["x"], partners=["press_union"])


@pytest.fixture
def app(ledger: WoundLedger, world: World) -> FakeDesk:
    return FakeDesk(ledger, world, MONDAY, house())


def shop_of(app: FakeDesk) -> Workshop:
    assert app.shop is not None
    return app.shop


def edited(app: FakeDesk, edit: Callable[[Workshop], object]) -> None:
    edit(shop_of(app))
    app.edited()
    app.time.set(app.time.now() + HOUR)
    run_pass(app)


def sent(app: FakeDesk, world: World) -> list[str]:
    """What goes out when it is due."""
    app.time.set(DUE)
    run_pass(app)
    return [one.text for one in world.accepted]


EDITS: dict[str, tuple[Callable[[Workshop], object], str]] = {
    "a new signatory": (
        lambda shop: shop.statement("no_words", signatories=[*SIGNED, {"name": "Choir", "signed": "2027-05-04"}]),
        "+ signed by: Choir",
    ),
    "a withdrawn one": (
        lambda shop: shop.statement("no_words", signatories=[SIGNED[0], SIGNED[1] | {"withdrawn": "2027-05-17"}]),
        "- signed by: Night Editors",
    ),
    "a changed word": (
        lambda shop: shop.statement("no_words", BODY.replace("everybody", "them all")),
        "+ statement: Release them all.",
    ),
}


@pytest.mark.parametrize("name", list(EDITS))
def test_it_voids_the_approval_and_the_diff_says_the_line(app: FakeDesk, world: World, name: str) -> None:
    edit, line = EDITS[name]
    run_pass(app)
    approve_reviews(app, to_review(app), "vera")
    assert to_review(app) == []
    edited(app, edit)
    (waiting,) = to_review(app)
    assert line in waiting.changed
    assert sent(app, world) == []


def test_without_a_change_it_goes_out_once_approved(app: FakeDesk, world: World) -> None:
    run_pass(app)
    approve_reviews(app, to_review(app), "vera")
    edited(app, lambda shop: shop.post("other", "Something else"))
    assert sent(app, world) == ["We said it together\n\nPress Union, Night Editors"]


def test_who_withdrew_is_named_no_more(app: FakeDesk, world: World) -> None:
    run_pass(app)
    edited(app, EDITS["a withdrawn one"][0])
    approve_reviews(app, to_review(app), "vera")
    assert sent(app, world) == ["We said it together\n\nPress Union"]


def test_what_could_not_be_planned_anew_is_held_by_the_gate(app: FakeDesk, world: World) -> None:
    run_pass(app)
    approve_reviews(app, to_review(app), "vera")
    with app.ledger.write() as connection:
        put_gates(connection, [Gate("signatory", "no_words/night-editors", closed="it has withdrawn")])
    app.time.set(DUE)
    app.as_queued()
    run_pass(app)
    assert world.accepted == []


def test_what_was_said_with_a_name_is_found_by_it(app: FakeDesk, world: World) -> None:
    run_pass(app)
    approve_reviews(app, to_review(app), "vera")
    assert len(sent(app, world)) == 1
    edited(app, EDITS["a withdrawn one"][0])
    with app.ledger.read() as connection:
        wanted = PublishedFilter(subjects=frozenset({"signatory:no_words/night-editors"}))
        (found,) = find_published_deliveries(connection, wanted)
        nobody = PublishedFilter(subjects=frozenset({"signatory:no_words/choir"}))
        assert find_published_deliveries(connection, nobody) == []
    assert found.post == "hello"
