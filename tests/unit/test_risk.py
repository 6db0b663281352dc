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


PATHS = [{"domain": "t.test/Waves", "designated_in": ["XZ"]}, {"domain": "mirror.test", "designated_in": ["XZ"]},
         {"domain": "радио.бел", "designated_in": ["XZ"]}, {"domain": "xn--80aesfpebagmfblc0a.xn--p1ai",
         "designated_in": ["XZ"]}, {"hashtag": "ListenWaves", "designated_in": ["XZ"]},
         {"handle": "waves_live", "designated_in": ["XZ"]}]  # fmt: skip
LED = {
    "link/mirror.test": [
        "mirror.test", "www.mirror.test", "MIRROR.TEST/x", "be.mirror.test", "https://mirror.test", "(mirror.test)",
        "mirror.test.", "https://mirror.test./x", "//mirror.test", "https://user:word@mirror.test:8080/x",
        "https://example.org@mirror.test", "mir\u200bror.test", "mirror\u2060.\ufefftest", "mir\xadror.te\u034fst",
        "mirror。test", "mirror．test", "ｍｉｒｒｏｒ.test", "𝐦irror.test", "hxxps://mirror[.]test", "mirror(.)test",
        "https://m%69rror.test", "a,mirror.test", "https://example.org/?u=https://mirror.test/",
        "example.org/?u=mirror.test", "https:/mirror.test", "https:\\\\mirror.test\\x", "desk@mirror.test",
    ],
    "link/waves.test": [
        "waves.test", "https://be.waves.test:443",
    ],
    "link/t.test/Waves": [
        "t.test/waves", "https://t.test/WAVES/12?x=1", "t.test/waves.", "t.test//./waves", "t.test/x/../waves",
        "t.test/w%61ves", "https://t.test:443/@waves", "(t.test/waves)", "t.test/wa\u200bves",
    ],
    "link/радио.бел": [
        "радио.бел", "РАДИО.бел/х",
    ],
    "hashtag/listenwaves": [
        "#ListenWaves", "#listenwaves", "＃ListenWaves!", "#Listen\u200bWaves", "#ListenWаves",
    ],
    "handle/waves_live": [
        "@waves_live", "＠Waves_Live", ".@waves_live:",
    ],
    "partner/radio": [
        "@radio", "@RADIO, hear", "@ra\u200bdio", "＠radio", "@radio@social.example", "radio@social.example",
        "radio.example", "@radio.example", "x.com/radio", "X.com/Radio/status/1", "https://www.x.com:443/radio",
        "x.com/#!/radio", "social.example/@radio", "bsky.app/profile/radio.example/post/1",
        "mobile.x.com@x.com/radio",
    ],
}  # fmt: skip
LED["link/радио.бел"].append(f"https://{'радио.бел'.encode('idna').decode()}/")
FREE = [
    "https://example.org/mirror.test", "mirrors.test", "mirror.testing", "amirror.test", "mirror-test", "mirror test",
    "mirror.test.example", "t.test", "t.test/other", "t.test/wavesome", "t.test/x/waves", "example.org/t.test/waves",
    "#ListenWavesNow", "#Listen", "ListenWaves", "@waves_lively", "waves_live", "@radiohead", "Radio", "radio",
    "@other@radio.test",
    "x.com/radiohead", "example.org/@radiohead", "Hello. Again", "a.b.c", "1.5", "…", "x@y",
]  # fmt: skip


def worded(text: str) -> Workshop:
    return shop(None, f"See {text} now").settings(designated=PATHS)


@pytest.mark.parametrize(("subject", "text"), [(subject, text) for subject, texts in LED.items() for text in texts])
def test_an_address_in_any_dress_leads_there(subject: str, text: str) -> None:
    made = worded(text)
    assert held(made) == []
    assert held(made.post("hello", risk=THERE)) == [f"risk:{subject}"]
    found = [one for one in codes(made.plan().findings) if one in ("RISK-LINK", "TAG-DESIGNATED")]
    assert len(found) == 1
    assert subject.startswith("partner/") or (found == ["RISK-LINK"]) is subject.startswith("link/")
    assert held(made.post("hello", risk={"in_country": ["XY"]})) == []


@pytest.mark.parametrize("text", FREE)
def test_another_word_leads_nowhere(text: str) -> None:
    assert held(worded(text).post("hello", risk=THERE)) == []


@pytest.mark.parametrize(
    "text", ["mirror.test", "@radio", "#ListenWaves", "t.test/waves", "@waves_live", "x.com/radio"]
)
@pytest.mark.parametrize("where", ["alt", "caption", "warning", "card title", "card text", "card alt", "call address"])
def test_wherever_readers_meet_it(text: str, where: str) -> None:
    made = shop(THERE, media=["a.png"] if where in ("alt", "caption") else []).settings(designated=PATHS)
    made.picture("a.png", **({where: {"en": text}} if where in ("alt", "caption") else {}))
    made.picture("b.png", alt=f"See {text}").action("call", kind="letter")
    if where == "warning":
        made.post("hello", content_warning={"en": f"About {text}"})
    elif where.startswith("card"):
        key = {"card title": "title", "card text": "text"}.get(where)
        made.action("call", **({key: f"With {text}"} if key else {"picture": "b.png"}))
        made.post("hello", cta="call").queue("monday", "hello", at=NINE, platforms=["bluesky"])
    elif where == "call address":
        made.action("call", url=f"https://example.org/?{text}")
        made.post("hello", cta="call")
    if where != "call address" or text in ("mirror.test", "t.test/waves", "x.com/radio"):
        assert len(held(made)) == 1, where


@pytest.mark.parametrize(
    "owner",
    ["radio", "Radio Waves", "RADIO  waves", "Radio\u200b Waves", "Rаdio Waves", "Radio Waves (Berlin)", "радыё хвалі"],
)
def test_a_call_of_somebody_designated_by_any_name(owner: str) -> None:
    made = shop(THERE, cta="call").partner("radio", name={"en": "Radio Waves", "be": "Радыё Хвалі"})
    assert held(made.action("call", owner=owner)) == ["risk:action/call"]
    assert held(made.action("call", owner="Radium Waves")) == []


def test_what_is_designated_is_one_thing() -> None:
    from workshop import word

    from amplify.model.settings import Designated

    for good in PATHS:
        assert word(Designated, **good).designated_in == ("XZ",)
    for bad in (
        {},
        {"domain": "a.test", "handle": "a"},
        {"domain": "a"},
        {"domain": "https://a.test"},
        {"hashtag": "#a"},
    ):
        with pytest.raises(ValueError):
            word(Designated, **bad, designated_in=["XZ"])
