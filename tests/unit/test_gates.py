"""Gates: what may be spoken of, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from workshop import Workshop, at

from amplify.model.gate import Gate
from amplify.rules.plan.file_gates import derive_gates

CONSENT = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2027-01-02", "review": "2027-06-30"}
SECOND = timedelta(seconds=1)


def gate(shop: Workshop, kind: str, subject: str) -> Gate:
    found = [one for one in derive_gates(shop.workspace()) if (one.kind, one.subject) == (kind, subject)]
    assert len(found) == 1
    return found[0]


def closes(shop: Workshop, kind: str, subject: str, instant: str) -> str:
    """It is open until just before this instant; the reason from then on."""
    one = gate(shop, kind, subject)
    assert one.why_not(at(instant) - SECOND) is None
    why = one.why_not(at(instant))
    assert why is not None
    return why


def test_there_is_one_gate_for_everything_a_delivery_speaks_of() -> None:
    shop = Workshop().fact("count").action("petition").partner("writers")
    found = [f"{one.kind}:{one.subject}" for one in derive_gates(shop.workspace())]
    assert len(found) == len(set(found))
    assert set(found) == {
        "person:anna", "fact:count", "action:petition", "campaign:free_anna", "partner:press_union", "partner:writers",
        "account:press_union/x", "account:press_union/bluesky", "account:press_union/mastodon",
        "consent:anna/portrait", "consent:anna/health", "consent:anna/family", "risk:action/petition",
    }  # fmt: skip
    shop.picture("a.png").post("hello", "{{ fact.count }} {{ partner.writers }}", cta="petition", people=["anna"])
    assert set(shop.composed("hello").subjects) <= set(found)


@pytest.mark.parametrize(
    "state", ["release_reported", "release_confirmed", "died", "transferred", "family_hold", "unknown"]
)
def test_any_state_but_detention_closes_at_once(state: str) -> None:
    one = gate(Workshop().person("anna", state=state), "person", "anna")
    assert one.why_not(at("2027-05-17")) == f"anna is {state.replace('_', ' ')}"


@pytest.mark.parametrize("state", ["detained", "convicted"])
def test_a_person_is_open_until_the_review(state: str) -> None:
    shop = Workshop().person("anna", state=state, reviewed="2027-05-10", review_days=30)
    assert closes(shop, "person", "anna", "2027-06-10") == "the state of anna is due for review"


def test_the_earlier_of_two_reviews_closes() -> None:
    shop = Workshop().person("anna", reviewed="2027-05-10", review_days=365, consent=CONSENT)
    assert closes(shop, "person", "anna", "2027-07-01") == "the consent of anna is due for review"
    shop.person("anna", review_days=30)
    assert closes(shop, "person", "anna", "2027-06-10") == "the state of anna is due for review"


def test_a_withdrawn_consent_closes_at_once() -> None:
    one = gate(Workshop().person("anna", consent={**CONSENT, "withdrawn": "2027-05-01"}), "person", "anna")
    assert one.why_not(at("2027-01-01")) == "the consent of anna was withdrawn"


def test_a_fact_may_be_said_on_its_last_day() -> None:
    shop = Workshop().fact("count", expires="2028-02-29")
    assert closes(shop, "fact", "count", "2028-03-01") == "the fact count has expired"


def test_a_call_to_action_is_open_between_its_instants() -> None:
    shop = Workshop().action("petition", opens="2027-05-17T09:00:00+02:00", closes="2027-05-20T09:00:00+02:00")
    one = gate(shop, "action", "petition")
    assert one.why_not(at("2027-05-17T06:59:59Z")) == "action petition opens 2027-05-17 07:00 UTC"
    assert one.why_not(at("2027-05-17T07:00Z")) is None
    assert closes(shop, "action", "petition", "2027-05-20T07:00Z") == "the call petition is closed"
    assert gate(Workshop().action("petition"), "action", "petition").why_not(at("2999-01-01")) is None


@pytest.mark.parametrize("status", ["paused", "ended"])
def test_a_campaign_that_is_not_active_is_closed(status: str) -> None:
    one = gate(Workshop().campaign("free_anna", status=status), "campaign", "free_anna")
    assert one.why_not(at("2027-05-17")) == f"the campaign free_anna is {status}"


def test_a_campaign_speaks_on_its_last_day() -> None:
    shop = Workshop().campaign("free_anna", ends="2027-12-31")
    assert closes(shop, "campaign", "free_anna", "2028-01-01") == "the campaign free_anna has ended"
    assert gate(Workshop(), "campaign", "free_anna").why_not(at("2999-01-01")) is None


@pytest.mark.parametrize(("closed", "reason"), [(None, "fact x is over"), ("stopped", "stopped")])
def test_a_gate_without_a_reason_makes_one(closed: Any, reason: str) -> None:
    assert Gate("fact", "x", closed=closed, closes_at=at("2027-05-17")).why_not(at("2027-05-17")) == reason


def test_the_last_day_of_the_calendar_is_a_day() -> None:
    shop = Workshop().fact("count", expires="2999-12-31").person("anna", reviewed="2999-12-31")
    assert gate(shop, "fact", "count").closes_at == at("3000-01-01")
