"""Readers who may be prosecuted: what they are not asked, and where they are not led."""

from __future__ import annotations

from typing import Any

import pytest
from workshop import Workshop, at, codes

from amplify.model.plan import Planned
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.lint.rulebook import RULEBOOK
from amplify.rules.plan.file_gates import derive_gates

THERE = {"audience": "in_country"}
XZ = {"in_country": ["XZ"]}
NINE = "2027-05-17T09:00:00Z"


def shop(risk: dict[str, Any] | None, text: str = "Hello", **front: Any) -> Workshop:
    made = Workshop().partner("radio", designated_in=["XZ"], website="https://www.waves.test/about", publishes=False)
    made.settings(designated=[{"domain": "mirror.test", "designated_in": ["XZ"]}])
    made.campaign(
        "free_anna", links=["example.org", "waves.test", "mirror.test", "x.com", "bsky.app", "social.example"]
    )
    made.post("hello", text, **front | ({"risk": risk} if risk else {}))
    return made.queue("monday", "hello", at=NINE, platforms=["mastodon"])


def held(made: Workshop) -> list[str]:
    one: Planned = made.planned()
    known = {f"{gate.kind}:{gate.subject}": gate for gate in derive_gates(made.workspace())}
    return [subject for subject in one.subjects if known[subject].why_not(at(NINE)) is not None]


@pytest.mark.parametrize("kind", ["subscribe", "donate"])
@pytest.mark.parametrize("risk", [THERE, XZ])
def test_readers_at_risk_are_not_asked_to_follow_or_give(kind: str, risk: dict[str, Any]) -> None:
    made = shop(risk, cta="call").action("call", kind=kind)
    assert held(made) == ["risk:action/call"]
    assert codes(made.plan().findings) == ["RISK-CALL"]
    assert held(shop(None, cta="call").action("call", kind=kind)) == []


def test_a_call_inside_the_text_counts() -> None:
    assert held(shop(THERE, "Give: {{ cta.call }}").action("call", kind="donate")) == ["risk:action/call"]


@pytest.mark.parametrize("kind", ["petition", "letter", "statement", "video", "event"])
def test_other_calls_are_given(kind: str) -> None:
    made = shop(THERE, cta="call").action("call", kind=kind)
    assert held(made) == []
    assert codes(made.plan().findings) == []


def test_a_call_of_somebody_designated_is_not_given() -> None:
    made = shop(THERE, cta="call").action("call", owner="radio")
    assert (held(made), codes(made.plan().findings)) == (["risk:action/call"], ["RISK-CALL"])


@pytest.mark.parametrize(
    ("url", "subject"),
    [
        ("https://waves.test/live", "risk:link/waves.test"),
        ("https://be.waves.test/", "risk:link/waves.test"),
        ("https://mirror.test/x", "risk:link/mirror.test"),
        ("https://x.com/Radio/status/1", "risk:partner/radio"),
        ("https://bsky.app/profile/radio.example", "risk:partner/radio"),
        ("https://social.example/@radio/109", "risk:partner/radio"),
    ],
)
def test_readers_at_risk_are_not_led_there(url: str, subject: str) -> None:
    made = shop(THERE, f"See {url}")
    assert held(made) == [subject]
    assert codes(made.plan().findings) == ["RISK-LINK"]
    assert held(shop(None, f"See {url}")) == []
    assert codes(shop(None, f"See {url}").plan().findings) == []


@pytest.mark.parametrize(
    "url", ["https://example.org/waves.test", "https://x.com/other", "https://social.example/@other"]
)
def test_another_address_is_no_account_of_theirs(url: str) -> None:
    assert held(shop(THERE, f"See {url}")) == []


def test_boosting_them_is_sharing_them() -> None:
    def boosted(risk: dict[str, Any]) -> Workshop:
        made = shop(None).boost(
            "again", partner="radio", urls={"mastodon": "https://social.example/@radio/1"}, risk=risk
        )
        return made.without("queue", "monday").queue("tuesday", "again", at=NINE, platforms=["mastodon"])

    assert held(boosted(THERE)) == ["risk:partner/radio"]
    assert codes(boosted(THERE).plan().findings) == ["RISK-BOOST"]
    assert held(boosted({})) == []


def test_the_language_of_readers_there_counts_as_their_country() -> None:
    made = shop(None, "Бачым https://mirror.test/x", lang="be").partner("press_union", languages=["be"])
    assert held(made) == []
    made.campaign("free_anna", in_country_languages=["be"])
    assert held(made) == ["risk:link/mirror.test"]


def test_a_country_that_does_not_prosecute_it_is_no_reason() -> None:
    assert held(shop({"in_country": ["XY"]}, "See https://mirror.test/x")) == []
    assert held(shop({"in_country": ["XY", "XZ"]}, "See https://mirror.test/x")) == ["risk:link/mirror.test"]
    assert held(shop({"in_country": ["XY"]}, cta="call").action("call", kind="donate")) == ["risk:action/call"]


@pytest.mark.parametrize(
    ("risk", "said"), [(None, "@radio"), (THERE, "Radio"), (XZ, "Radio"), ({"in_country": ["XY"]}, "@radio")]
)
def test_a_mention_becomes_a_name(risk: dict[str, Any] | None, said: str) -> None:
    assert shop(risk, "With {{ partner.radio }}").said("hello").endswith(said)


def test_these_rules_hold_only_what_they_name_and_cannot_be_weakened() -> None:
    for code in ("RISK-CALL", "RISK-LINK", "RISK-BOOST"):
        assert code in HELD_BY_GATES
        assert RULEBOOK[code].fixed
