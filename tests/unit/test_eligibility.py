"""What may be said or shown now: files and ledger together, and what an embargo covers beside its post."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from workshop import MONDAY, Workshop, word

from amplify.ledger.database import Ledger
from amplify.ledger.holds.gates import put_gates
from amplify.ledger.holds.known_people import EVERYWHERE, KnownPerson, write_known_people
from amplify.model.banner import Template
from amplify.model.gate import Gate
from amplify.model.workspace import Workspace
from amplify.pages.withheld_reasons import WITHHELD
from amplify.planning.eligibility import EligibilityChecker
from amplify.rules.plan.template import ANY_NAME, names_in_template

LATER = "2027-06-01T08:00:00Z"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield made
    made.close()


def reason(workspace: Workspace, ledger: Ledger | None, *words: str) -> str | None:
    care = EligibilityChecker(workspace, MONDAY, ledger)
    barred = care.bar(care.asked("free_anna", "en", words))
    return barred.reason if barred is not None else None


class TestTheStricterCounts:
    def test_open_in_both(self, ledger: Ledger) -> None:
        assert reason(Workshop().workspace(), ledger, "Anna writes") is None
        assert reason(Workshop().workspace(), None, "Anna writes") is None

    def test_the_files_say_so_and_the_ledger_does_not_know(self, ledger: Ledger) -> None:
        with ledger.write() as connection:
            put_gates(connection, [Gate("person", "anna")])
        assert reason(Workshop().person("anna", state="died").workspace(), ledger, "Anna writes") == "person"

    def test_the_ledger_knows_and_a_pull_has_set_the_files_back(self, ledger: Ledger) -> None:
        with ledger.write() as connection:
            put_gates(connection, [Gate("person", "anna", closed="anna is died", state="died")])
        assert reason(Workshop().workspace(), ledger, "Anna writes") == "person"
        assert reason(Workshop().workspace(), ledger, "Nobody is named") is None

    @pytest.mark.parametrize("words", ["Write to Anna", "#FreeAnna", "anna-letter", "media/anna/cell.png"])
    def test_however_she_is_named(self, words: str) -> None:
        assert reason(Workshop().person("anna", state="unknown").workspace(), None, words) == "person"

    def test_each_reason_has_words(self) -> None:
        shop = Workshop().person("anna", state="unknown").campaign("free_anna", status="paused")
        care = EligibilityChecker(shop.workspace(), MONDAY, None)
        (found,) = care.reasons([care.asked("free_anna", "en", ["Anna"])])
        assert {one.reason for one in found} == {"person", "campaign"}
        assert all(one.reason in WITHHELD and one.why for one in found)

    def test_no_account_is_asked_where_hands_speak(self) -> None:
        quiet = {"start": "2027-05-16T00:00:00Z", "end": "2027-05-18T00:00:00Z", "owner": "us", "reason": "talks"}
        shop = Workshop().settings(quiet=[quiet | {"partners": ["press_union"]}]).post("hello", "Hello")
        shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
        care = EligibilityChecker(shop.workspace(), MONDAY, None)
        assert [one.reason for one in care.reasons([care.to_send(shop.planned())])[0]] == ["problem"]
        assert care.bar(care.to_hand_out(shop.planned())) is None


class TestEmbargo:
    """Whatever only a post under embargo carries waits with it, however its text names it."""

    @pytest.mark.parametrize(
        "text",
        [
            "Sign {{ cta.hush }}",
            "Sign {{ cta['hush'] }}",
            'Sign {{ cta["hush"] }}',
            "Sign {{cta [ 'hush' ]}}",
            "Sign {{ (cta).hush }}",
            "Sign {{ cta['HUSH'|lower] }}",
            "Sign {% if date == 'x' %}{{ cta.hush }}{% endif %} today",
            "{% if cta['hush'] %}Sign{% endif %} today",
            "Sign at https://example.org/hush",
        ],
    )
    def test_a_call(self, text: str) -> None:
        shop = Workshop().action("hush", title="Sign the quiet letter").post("secret", text, embargo_until=LATER)
        care = EligibilityChecker(shop.workspace(), MONDAY, None)
        assert care.early.calls == {"hush"}
        for words in ("See https://example.org/hush", "SIGN THE QUIET LETTER"):
            assert reason(shop.workspace(), None, words) == "embargo", words
        banner = care.asked("free_anna", "en", ["Sign"], "action:hush")
        assert getattr(care.bar(banner), "reason", None) == "embargo"

    @pytest.mark.parametrize(
        "text", ["Sign {{ cta.hush }}", "Sign {{ cta['hush'] }}", "Sign https://example.org/hush/"]
    )
    def test_a_call_that_an_open_post_gives_is_known(self, text: str) -> None:
        shop = Workshop().action("hush").post("secret", "Soon", cta="hush", embargo_until=LATER).post("open", text)
        assert EligibilityChecker(shop.workspace(), MONDAY, None).early.calls == frozenset()
        drafted = shop.post("open", status="draft").workspace()
        assert EligibilityChecker(drafted, MONDAY, None).early.calls == {"hush"}

    def test_it_ends(self) -> None:
        shop = Workshop().action("hush").post("secret", "Soon", cta="hush", embargo_until=LATER)
        care = EligibilityChecker(shop.workspace(), MONDAY + timedelta(days=30), None)
        assert (care.embargoed, care.early.calls) == (frozenset(), frozenset())

    def test_facts_and_pictures(self, tmp_path: Path) -> None:
        shop = Workshop(tmp_path).picture("called.png").picture("shown.png").action("hush", picture="called.png")
        shop.fact("early").post("secret", "{{ fact['early'] }}", cta="hush", media=["shown.png"], embargo_until=LATER)
        early = EligibilityChecker(shop.workspace(), MONDAY, None).early
        assert (early.facts, early.pictures) == ({"early"}, {"called.png", "shown.png"})

    @pytest.mark.parametrize(
        ("layer", "media"),
        [
            ({"text": {"say": {"en": "We all walk on Friday!"}}}, []),
            ({"picture": {"file": "shown.png"}}, ["shown.png"]),
            ({"text": {"say": {"en": "Walk"}}}, ["rendered/walk-en-square.png"]),
        ],
    )
    def test_banners_made_for_it(self, tmp_path: Path, layer: dict[str, object], media: list[str]) -> None:
        shop = Workshop(tmp_path)
        for file in media:
            shop.picture(file)
        shop.post("secret", "Be there: we all walk, on Friday. {{ date }}", media=media, embargo_until=LATER)
        known = {"campaign": "free_anna", "about": "A test.", "scene": {"en": "A field."}, "credit": "Desk"}
        known |= {"licence": "CC0-1.0"}
        layers = [layer | {"box": [0, 0, 100, 100]}]
        other = [{"text": {"say": {"en": "On other days"}}, "box": [0, 0, 100, 100]}]
        banners = {id: word(Template, id=id, layers=its, **known) for id, its in (("walk", layers), ("free", other))}
        workspace = replace(shop.workspace(), banners=banners)
        assert EligibilityChecker(workspace, MONDAY, None).early.banners == {"walk"}


def test_names_in_templates() -> None:
    assert names_in_template("{{ cta.a }} {{ cta['b-c'] }} {{ fact.d }} cta.e", "cta") == {"a", "b-c"}
    assert names_in_template("{{ cta[fact.x.value] }}", "cta") == {ANY_NAME}
    assert names_in_template("{{ cta.a ", "cta") == {ANY_NAME}
    assert names_in_template("no template, cta.a", "cta") == frozenset()


def test_whom_the_files_have_lost_is_held_as_the_ledger_knows_her(ledger: Ledger) -> None:
    """Without her entry, or without the spelling, and before anybody has queued that."""
    spelled = {EVERYWHERE: ("Anna Petrova", "Aniuta"), "free_anna": ("Anna",)}
    with ledger.write() as connection:
        put_gates(connection, [Gate("person", "vera", closed="vera is died", state="died")])
        write_known_people(connection, [KnownPerson("vera", spelled, {}, "died", MONDAY)])
    for words in ("Remember Aniuta", "#FreeAnnaPetrova", "Anna writes"):
        assert reason(Workshop().workspace(), ledger, words) == "person", words
        assert reason(Workshop().workspace(), None, words) is None
    assert reason(Workshop().workspace(), ledger, "Nobody is named") is None
    assert not EligibilityChecker(Workshop().workspace(), MONDAY, ledger).names_nobody_held("Friends of Aniuta")
