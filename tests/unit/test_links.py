"""Addresses without what follows readers around, and one call to action a post."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import PLATFORMS, PROFILES, Workshop, codes

from amplify.model.message import BoostOf
from amplify.rules.plan.compose import compose_boost
from amplify.rules.text.link_cleaning import TRACKING, strip_tracking, without_tracking


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a.example/?utm_source=x", "https://a.example/"),
        ("https://a.example/?utm_source=x&page=2", "https://a.example/?page=2"),
        ("https://a.example/?page=2&utm_source=x&lang=be#top", "https://a.example/?page=2&lang=be#top"),
        ("https://a.example/?utm_source=x#utm_source=x", "https://a.example/#utm_source=x"),
        ("https://a.example/#/?utm_source=x", "https://a.example/#/?utm_source=x"),
        ("https://a.example/?a&&b=%D0%B0&=&UTM_Medium=y", "https://a.example/?a&&b=%D0%B0&="),
        ("https://a.example/?utm%5Fsource=x", "https://a.example/"),
        ("https://a.example/?a=1?utm_source=x", "https://a.example/?a=1?utm_source=x"),
        ("https://a.example/utm_source=x", "https://a.example/utm_source=x"),
        ("https://a.example/?my_utm_source=x&gclidx=1", "https://a.example/?my_utm_source=x&gclidx=1"),
        ("https://a.example/?", "https://a.example/?"),
        ("https://a.example/?q=тэст&fbclid=1", "https://a.example/?q=тэст"),
    ],
)
def test_tracking_parameters_go_and_the_rest_stays(url: str, clean: str) -> None:
    assert without_tracking(url) == clean
    assert strip_tracking(f"Look: {url} now") == f"Look: {clean} now"


@pytest.mark.parametrize("name", sorted(TRACKING))
def test_each_known_parameter(name: str) -> None:
    assert without_tracking(f"https://a.example/p?x=1&{name}=abc") == "https://a.example/p?x=1"


@pytest.mark.parametrize("end", ["", ".", "!", ")", "»", "”", "’.", ").", "\nMore", " more"])
def test_the_sentence_around_stays(end: str) -> None:
    assert strip_tracking(f"(See https://a.example/?utm_source=x{end}") == f"(See https://a.example/{end}"
    assert strip_tracking(f"a.example/p?fbclid=x{end}") == f"a.example/p{end}"


@pytest.mark.parametrize("text", ["Really?yes&utm_source=x", "What?utm_source=x", "a?b", "No address: ?utm_source=x"])
def test_what_is_no_address_stays(text: str) -> None:
    assert strip_tracking(text) == text


@given(st.text())
def test_no_text_makes_it_raise_and_twice_is_once(text: str) -> None:
    once = strip_tracking(text)
    assert strip_tracking(once) == once
    assert without_tracking(without_tracking(text)) == without_tracking(text)
    if "utm" not in text.lower() and "%" not in text and not any(name in text.lower() for name in TRACKING):
        assert once == text


_FIELDS = st.lists(st.sampled_from(["a=1", "utm_x=2", "b", "", "gclid=z", "c=%26utm_x"]), min_size=1, max_size=6)


@given(_FIELDS, st.sampled_from(["", "#top"]))
def test_other_fields_keep_their_order(fields: list[str], fragment: str) -> None:
    kept = [one for one in fields if not one.startswith(("utm_", "gclid"))]
    expected = "https://a.example/p" + ("?" + "&".join(kept) if kept else "") + fragment
    assert without_tracking("https://a.example/p?" + "&".join(fields) + fragment) == expected


@pytest.mark.parametrize("platform", PLATFORMS)
def test_composing_strips_texts_calls_and_cards(platform: str) -> None:
    shop = Workshop().action("petition", url="https://example.org/p?utm_source=mail&id=7")
    shop.post("hello", "Read https://example.org/news?fbclid=1.", cta="petition")
    part = shop.composed("hello", platform).message.parts[0]
    said = part.text + (part.card.url if part.card else "")
    assert "utm_" not in said
    assert "fbclid" not in said
    assert "https://example.org/news." in said
    assert said.endswith("https://example.org/p?id=7")


def test_an_address_that_is_said_with_tracking_is_not_said_twice() -> None:
    shop = Workshop().action("petition", url="https://example.org/p?utm_source=mail")
    shop.post("hello", "Sign {{ cta.petition }}", cta="petition")
    assert shop.said("hello") == "Sign https://example.org/p"


def test_boosts_too() -> None:
    shop = Workshop().boost("again", urls={"x": "https://x.com/a/status/1?ref_src=twsrc"})
    target = BoostOf(None, "https://x.com/a/status/1?ref_src=twsrc")
    boosted = compose_boost(shop.setting("again"), "press_union", PROFILES["x"], target).message.boost
    assert boosted == BoostOf(None, "https://x.com/a/status/1")


# One call to action a post


def called(text: str, **front: str) -> list[str]:
    shop = Workshop().action("petition").action("letter").post("hello", text, **front)
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x", "bluesky"])
    return [code for code in codes(shop.plan().findings) if code == "CTA-MANY"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.org/sign", []),
        ("https://пример.рф/лист", []),
        ("https://petitions.notadomain/sign", ["LINK-FORM"]),
        ("https://-example-.org/sign", ["LINK-FORM"]),
    ],
)
def test_an_address_that_x_makes_no_link_of(url: str, found: list[str]) -> None:
    shop = Workshop().action("petition", url=url).post("hello", "Sign it.", cta="petition")
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x", "mastodon"])
    assert [code for code in codes(shop.plan().findings) if code == "LINK-FORM"] == found


def test_one_call_a_post() -> None:
    assert called("Sign {{ cta.petition }} or {{ cta.petition }}") == []
    assert called("Sign {{ cta.petition }} and see https://example.org/news") == []
    assert called("Sign {{ cta.petition }} and write {{ cta.letter }}") == ["CTA-MANY"]
    assert called("Sign https://example.org/petition/ and write", cta="letter") == ["CTA-MANY"]
    assert called("Sign {{ cta.petition }}\n## part\nWrite {{ cta.letter }}") == ["CTA-MANY"]


def test_several_calls_on_purpose() -> None:
    assert called("Sign {{ cta.petition }} and write {{ cta.letter }}", calls="many") == []
