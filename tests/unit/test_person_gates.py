"""Persons: states that posts are written for, consent and its scope, and names that nobody listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from workshop import MONDAY, Workshop, at, codes

from amplify.model.gate import Gate
from amplify.model.plan import Planned
from amplify.model.problem import Severity
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.plan.file_gates import derive_gates

SINCE = "2027-05-16T18:00:00+02:00"
CONSENT = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2027-01-02", "review": "2029-01-01"}
NINE = at("2027-05-17T09:00")


def memorial(state: str = "died", since: str | None = SINCE, **front: Any) -> Workshop:
    """A post for a state, due on Monday at nine."""
    shop = Workshop().person("anna", state=state, **({"state_since": since} if since else {}))
    shop.post("candle", "We remember {{ person.anna.name }}", **({"for_states": ["died"]} | front))
    return shop.queue("monday", "candle", at="2027-05-17T09:00:00Z", platforms=["x"])


def why_not(shop: Workshop, delivery: Planned | None = None) -> list[str]:
    """Reasons of the gates of the only delivery, at its due time; every subject has a gate."""
    one = delivery or shop.planned()
    known: dict[str, Gate] = {f"{gate.kind}:{gate.subject}": gate for gate in derive_gates(shop.workspace())}
    return [why for subject in one.subjects if (why := known[subject].why_not(one.due)) is not None]


def test_a_post_for_a_state_may_go_out_while_the_person_is_in_it() -> None:
    shop = memorial()
    assert "person:anna@died" in shop.planned().subjects
    assert "person:anna" not in shop.planned().subjects
    assert why_not(shop) == []
    assert codes(shop.plan().findings) == []


def test_its_gate_opens_when_the_state_was_set() -> None:
    gate = next(one for one in derive_gates(memorial().workspace()) if one.subject == "anna@died")
    assert gate.opens_at == at(SINCE)
    assert gate.why_not(at(SINCE) - timedelta(seconds=1)) is not None
    assert gate.why_not(at(SINCE)) is None


@pytest.mark.parametrize("state", ["detained", "convicted", "release_confirmed", "unknown", "family_hold"])
def test_in_every_other_state_it_waits(state: str) -> None:
    shop = memorial(state)
    (why,) = why_not(shop)
    assert why == f"anna is {state.replace('_', ' ')}, and this was written for died"
    assert codes(shop.plan().findings) == ["PERSON-STATE"]


def test_without_the_time_of_the_state_it_waits() -> None:
    shop = memorial(since=None)
    assert "state_since" in why_not(shop)[0]
    assert codes(shop.plan().findings) == ["PERSON-STATE"]


def test_an_ordinary_post_about_somebody_who_died_waits() -> None:
    shop = memorial(for_states=[])
    assert why_not(shop) == ["anna is died"]


def test_nothing_is_written_for_a_hold_of_the_family() -> None:
    shop = memorial("family_hold", for_states=["family_hold"])
    assert len(why_not(shop)) == 1
    assert codes(shop.plan().findings) == ["PERSON-STATE"]


def test_others_whom_it_names_must_speak_and_one_must_be_in_the_state() -> None:
    shop = memorial().person("boris", name="Boris Kern").post("candle", people=["boris"])
    assert {"person:anna@died", "person:boris"} < set(shop.planned().subjects)
    assert why_not(shop) == []
    assert why_not(shop.person("boris", state="transferred")) == ["boris is transferred"]
    early = memorial("detained").person("boris", name="Boris Kern").post("candle", people=["boris"])
    assert len(why_not(early)) == 2


def test_a_withdrawn_consent_closes_a_memorial_too() -> None:
    shop = memorial().person("anna", consent={**CONSENT, "withdrawn": "2027-05-01"})
    assert why_not(shop) == ["the consent of anna was withdrawn"]


def test_a_memorial_wants_a_state_that_was_checked_lately() -> None:
    shop = memorial().person("anna", reviewed="2027-04-01", review_days=30)
    assert why_not(shop) == ["the state of anna is due for review"]
    assert codes(shop.plan().findings) == ["STATUS-STALE"]


def scoped(*scope: str, **front: Any) -> Workshop:
    shop = Workshop().person("anna", consent={**CONSENT, "scope": list(scope)}).picture("anna.png", shows=["anna"])
    shop.post("hello", "Free {{ person.anna.name }}", **front)
    return shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])


@pytest.mark.parametrize(
    ("front", "use"),
    [
        ({"media": ["anna.png"]}, "portrait"),
        ({"risk": {"sensitive": ["health"]}}, "health"),
        ({"risk": {"sensitive": ["torture"]}}, "health"),
        ({"risk": {"sensitive": ["family"]}}, "family"),
        ({"risk": {"sensitive": ["children"]}}, "family"),
    ],
)
def test_a_use_that_consent_does_not_cover_is_held_and_told(front: dict[str, Any], use: str) -> None:
    assert why_not(scoped("name", use, **front)) == []
    assert codes(scoped("name", use, **front).plan().findings) == []
    beyond = scoped("name", **front)
    assert why_not(beyond) == [f"the consent of anna does not cover {use}"]
    (finding,) = beyond.plan().findings
    assert finding.problem.code == "CONSENT-SCOPE" in HELD_BY_GATES


def test_a_consent_of_its_own_covers_a_post() -> None:
    assert why_not(scoped("name", media=["anna.png"], consent="file C-7, for this post")) == []


def test_without_consent_for_the_name_nothing_names_the_person() -> None:
    shop = scoped("portrait")
    assert why_not(shop) == ["the consent of anna does not cover the name"]
    assert codes(shop.plan().findings) == ["CONSENT-MISSING"]


@pytest.mark.parametrize(("lang", "held"), [("en", False), ("be", True), ("ru", True)])
def test_a_language_that_consent_does_not_cover_is_held(lang: str, held: bool) -> None:
    shop = Workshop().person("anna", consent={**CONSENT, "languages": ["en"]}).partner("press_union", languages=[lang])
    shop.post("hello", "Anna", lang=lang, people=["anna"])
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    assert why_not(shop) == ([f"the consent of anna does not cover texts in {lang}"] if held else [])
    assert codes(shop.plan().findings) == (["CONSENT-LANG"] if held else [])
    assert "CONSENT-LANG" in HELD_BY_GATES


def test_a_name_that_nobody_listed_is_told_and_held_all_the_same() -> None:
    shop = Workshop().person("boris", name="Boris Kern", aliases=["Барыса Керна"])
    shop.post("hello", "Свабоду #БарысаКерна").queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    (finding,) = shop.plan().findings
    assert (finding.problem.code, finding.problem.severity) == ("PERSON-UNLISTED", Severity.WARNING)
    assert "БарысаКерна" in finding.problem.message
    assert codes(shop.post("hello", people=["boris"]).plan().findings) == []
    shop.post("hello", people=[]).person("boris", state="release_reported")
    assert why_not(shop) == ["boris is release reported"]


def test_a_name_is_held_although_its_state_was_never_listed_with_the_post() -> None:
    shop = Workshop().person("boris", name="Boris Kern", state="died").post("hello", "For Boris Kern")
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    assert why_not(shop) == ["boris is died"]
    assert MONDAY < NINE
