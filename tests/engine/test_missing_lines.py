"""A hold is lifted by a person, never by a missing line: what the ledger once knew about somebody goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from workshop import MONDAY, Workshop

from amplify.context.app_context import UnreadableFiles
from amplify.decisions.forget import find_mentions, forget_person
from amplify.decisions.resume import resume_subject
from amplify.decisions.stop import stop_subject
from amplify.engine.publish import run_pass
from amplify.ledger.holds.known_people import read_known_people
from amplify.ledger.holds.protection_rows import read_protection_rows
from amplify.ledger.holds.stops import StopRequest, in_force
from amplify.ledger.queries.audit_log import list_events, verify_chain
from engine.fake import FakeDesk, World
from engine.files import Files, soon

DUE = MONDAY + timedelta(days=2, hours=9)
DAY = timedelta(days=1)
CONSENT = {"given_by": "family", "channel": "letter", "given": "2027-01-02", "review": "2029-01-01"}
OPEN = CONSENT | {"scope": ["name", "portrait", "health", "family"]}


def house() -> Workshop:
    """Anna is known by two spellings; two posts name her in words, and a third one nobody."""
    shop = Workshop().campaign("free_anna", people=[]).person("anna", name="Anna Petrova", aliases=["Анна Петрова"])
    shop.post("name", "Anna Petrova must be free").post("alias", "Свабоду для Анна Петрова").post("other", "Hello")
    for post in ("name", "alias", "other"):
        shop.queue(post, post, at=DUE.isoformat(), platforms=["x"])
    return shop


@pytest.fixture
def app(ledger: WoundLedger, world: World) -> FakeDesk:
    return FakeDesk(ledger, world, MONDAY, house())


def shop_of(app: FakeDesk) -> Workshop:
    assert app.shop is not None
    return app.shop


def changed(app: FakeDesk, change: Callable[[Workshop], object], later: timedelta = timedelta(hours=1)) -> None:
    """The files change, and a pass notices."""
    change(shop_of(app))
    app.edited()
    app.time.set(app.time.now() + later)
    run_pass(app)


def said(app: FakeDesk, world: World) -> list[str]:
    """What goes out when it is due."""
    app.time.set(DUE)
    run_pass(app)
    return sorted(world.texts())


HOLDS: dict[str, Callable[[Workshop], object]] = {
    "died": lambda shop: shop.person("anna", state="died"),
    "released": lambda shop: shop.person("anna", state="release_confirmed"),
    "family hold": lambda shop: shop.person("anna", state="family_hold"),
    "withdrawn": lambda shop: shop.person("anna", consent=OPEN | {"withdrawn": "2027-05-17"}),
    "no consent to the name": lambda shop: shop.person("anna", consent=CONSENT | {"scope": ["health"]}),
    "not reviewed": lambda shop: shop.person("anna", review_days=1),
}


def renamed(shop: Workshop) -> None:
    shop.without("people", "anna").person("anna_p", name="Anna Petrova", aliases=["Анна Петрова"])


def removed(shop: Workshop) -> None:
    shop.without("people", "anna")


def freed(shop: Workshop) -> None:
    shop.person("anna", name="Anna Petrova", aliases=["Анна Петрова"])


LOSSES: dict[str, tuple[Callable[[Workshop], object], ...]] = {
    "the entry": (removed,),
    "the entry, and somebody else comes": (lambda shop: shop.without("people", "anna").person("maria"),),
    "the id": (renamed,),
    "removed, and added as detained": (removed, freed),
    "removed, and added under another id": (
        removed,
        lambda shop: shop.person("anna_p", name="Anna Petrova", aliases=["Анна Петрова"]),
    ),
    "every spelling": (lambda shop: shop.person("anna", name="A. P.", aliases=[]),),
    "spellings one by one": (
        lambda shop: shop.person("anna", aliases=[]),
        lambda shop: shop.person("anna", name="A. P."),
        lambda shop: shop.without("people", "anna"),
    ),
}


@pytest.mark.parametrize("losses", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_what_the_files_leave_out_is_held_all_the_same(
    app: FakeDesk,
    world: World,
    hold: Callable[[Workshop], object],
    losses: tuple[Callable[[Workshop], object], ...],
) -> None:
    run_pass(app)
    changed(app, hold, DAY)
    for loss in losses:
        changed(app, loss)
    assert said(app, world) == ["Hello"]


@pytest.mark.parametrize("losses", LOSSES.values(), ids=LOSSES)
def test_in_one_push_with_the_hold_or_without_a_look_between(
    app: FakeDesk, world: World, losses: tuple[Callable[[Workshop], object], ...]
) -> None:
    run_pass(app)
    changed(app, HOLDS["died"])
    for loss in losses:
        loss(shop_of(app))
    changed(app, lambda shop: None)
    assert said(app, world) == ["Hello"]


@pytest.mark.parametrize("hold", ["died", "released", "family hold"])
def test_a_spelling_that_was_taken_away_before_is_known(app: FakeDesk, world: World, hold: str) -> None:
    """First the spelling, which is harmless; then the state; then it is set back."""
    run_pass(app)
    changed(app, lambda shop: shop.person("anna", aliases=[]))
    changed(app, HOLDS[hold])
    changed(app, lambda shop: shop.person("anna", state="detained"))
    assert said(app, world) == ["Hello"]
    with app.ledger.read() as connection:
        (stop,) = in_force(connection)
    assert set(stop.words) == {"Anna Petrova", "Анна Петрова"}


def test_a_stop_that_somebody_makes_knows_former_spellings(app: FakeDesk, world: World) -> None:
    run_pass(app)
    changed(app, lambda shop: shop.person("anna", aliases=[]))
    stop_subject(app, StopRequest("person", "anna", "we hear that she is free", "vera"))
    assert said(app, world) == ["Hello"]


def test_a_review_that_falls_due_holds_whom_the_files_no_longer_have(app: FakeDesk, world: World) -> None:
    """Nobody holds anything when the line goes; what the ledger knew closes on its day."""
    changed(app, lambda shop: shop.person("anna", reviewed="2027-05-17", review_days=1))
    changed(app, removed)
    assert said(app, world) == ["Hello"]


ABOUT: dict[str, Callable[[Workshop], object]] = {
    "no longer about her": lambda shop: shop.campaign("free_anna", people=[]),
    "another id": lambda shop: shop.without("people", "anna").campaign("free_anna", people=[]),
    "another name": lambda shop: shop.person("anna", name="A. P.", aliases=[]),
}


@pytest.mark.parametrize("loss", ABOUT.values(), ids=ABOUT)
@pytest.mark.parametrize("hold", ["died", "withdrawn", "not reviewed", "stopped"])
def test_first_names_in_her_campaign(
    app: FakeDesk, world: World, hold: str, loss: Callable[[Workshop], object]
) -> None:
    shop = shop_of(app).campaign("free_anna", people=["anna"]).post("first", "Anna is at home today")
    shop.queue("first", "first", at=DUE.isoformat(), platforms=["x"])
    run_pass(app)
    if hold == "stopped":
        stop_subject(app, StopRequest("person", "anna", "we hear that she is free", "vera"))
    else:
        changed(app, HOLDS[hold], DAY)
    changed(app, loss)
    assert said(app, world) == ["Hello"]


def test_two_people_lift_it_and_then_nothing_is_left(app: FakeDesk, world: World) -> None:
    run_pass(app)
    changed(app, HOLDS["died"])
    changed(app, removed)
    with app.ledger.read() as connection:
        (stop,) = in_force(connection)
        assert verify_chain(connection).broken is None
        (deed,) = list_events(connection, act="stop")
        assert (deed["actor"], deed["subject"], deed["why"]) == ("amplify", "person:anna", stop.why)
    assert "anna is died, and the files no longer have anna" in stop.why
    resume_subject(app, "person", "anna", "another Anna", "vera")
    assert resume_subject(app, "person", "anna", "another Anna", "max").lifted
    changed(app, lambda shop: shop.post("more", "More"))
    with app.ledger.read() as connection:
        assert in_force(connection) == []
        assert "anna" not in read_known_people(connection)
    assert len(said(app, world)) == 3


def test_two_people_let_a_wrong_spelling_go(app: FakeDesk, world: World) -> None:
    run_pass(app)
    changed(app, lambda shop: shop.person("anna", aliases=["Hello"]))
    changed(app, lambda shop: shop.person("anna", aliases=["Анна Петрова"]))
    changed(app, HOLDS["died"])
    changed(app, lambda shop: shop.person("anna", state="detained"))
    resume_subject(app, "person", "anna", "she is in again", "vera")
    assert resume_subject(app, "person", "anna", "she is in again", "max").lifted
    changed(app, lambda shop: shop.person("anna", consent=OPEN | {"withdrawn": "2027-05-17"}))
    assert said(app, world) == ["Hello"]


@pytest.mark.parametrize("change", [renamed, freed, lambda shop: shop.person("anna", aliases=["Ганна"])])
def test_while_nothing_is_held_names_may_change(
    app: FakeDesk, world: World, change: Callable[[Workshop], object]
) -> None:
    run_pass(app)
    changed(app, change)
    with app.ledger.read() as connection:
        assert in_force(connection) == []
    assert len(said(app, world)) == 3


def test_who_is_to_be_forgotten_is_forgotten(app: FakeDesk) -> None:
    changed(app, lambda shop: shop.person("maria", name="Maria Lind"))
    changed(app, lambda shop: shop.without("people", "maria"))
    with app.ledger.read() as connection:
        assert read_known_people(connection)["maria"].forms == {"": ("Maria Lind",)}
    found = find_mentions(app, "maria")
    assert "Maria Lind" in found.words
    forget_person(app, found, "vera")
    with app.ledger.read() as connection:
        assert "maria" not in read_known_people(connection)
        assert "maria" not in {name for _, name in rows.read_gates(connection)}
        assert ("person", "maria") not in read_protection_rows(connection)


def test_who_is_stopped_stays_known(app: FakeDesk) -> None:
    changed(app, lambda shop: shop.person("maria", name="Maria Lind"))
    stop_subject(app, StopRequest("person", "maria", "released", "vera"))
    changed(app, lambda shop: shop.without("people", "maria"))
    forget_person(app, find_mentions(app, "maria"), "vera")
    with app.ledger.read() as connection:
        assert "Maria Lind" in in_force(connection)[0].words


@pytest.mark.parametrize("loss", ["empty list", "no file", "only a comment", "renamed"])
@pytest.mark.parametrize("hold", [{"state": "died"}, {"state": "unknown"}, {"consent": {"withdrawn": "2026-11-01"}}])
def test_real_files_that_lose_her(
    ledger: WoundLedger, world: World, tmp_path: Path, hold: dict[str, Any], loss: str
) -> None:
    """The file itself goes, or what stands in it."""
    day = datetime.now(UTC)
    anna: dict[str, Any] = {
        "id": "anna", "name": {"en": "Anna Petrova"}, "detentions": [{"start": "2026-01-01"}], "state": "detained",
        "reviewed": day.date().isoformat(),
        "consent": {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2026-01-02",
                    "review": (day + timedelta(days=300)).date().isoformat()},
    }  # fmt: skip
    files = Files(tmp_path / "house", "union")
    files.we_are("union")
    files.post("about", "Anna Petrova must be free")
    files.queue("about", at=soon(3600), platforms=["x"])
    path = files.write("config/people.yaml", {"people": [anna]})
    app = FakeDesk(ledger, world, day, root=files.root)
    run_pass(app)
    held = anna | hold | ({"consent": anna["consent"] | hold["consent"]} if "consent" in hold else {})
    files.write("config/people.yaml", {"people": [held]})
    run_pass(app)
    match loss:
        case "empty list":
            files.write("config/people.yaml", {"people": []})
        case "no file":
            path.unlink()
        case "only a comment":
            path.write_text("# nobody\npeople: []\n")
        case "renamed":
            files.write("config/people.yaml", {"people": [anna | {"id": "anna_petrova"}]})
    app.time.set(day + timedelta(seconds=3700))
    with suppress(UnreadableFiles):  # a missing file holds everything
        run_pass(app)
    files.write("config/people.yaml", {"people": [anna]})
    run_pass(app)
    assert world.texts() == []
