"""From a post to a message."""

from __future__ import annotations

import contextlib
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workshop import BODY_LINE, PLATFORMS, PROFILES, Workshop, at

from amplify.model.message import BoostOf, LinkCard
from amplify.model.post import TextPart, Variant
from amplify.model.problem import SourceLocation
from amplify.rules.plan.compose import ComposeFault, compose_boost, compose_message


def required(tag: str) -> list[dict[str, Any]]:
    return [{"tag": tag, "why": "Because.", "required": True}]


# Calls to action


def test_a_call_to_action_stands_in_the_text_or_on_a_card() -> None:
    shop = Workshop().action("petition", title={"en": "Sign!", "be": "Падпішы!"}, text={"en": "Ten seconds."})
    shop.picture("card.png").action("petition", picture="card.png").post("hello", "Hello.", cta="petition")
    for platform in ("x", "mastodon"):
        assert shop.said("hello", platform) == "Hello.\n\nhttps://example.org/petition"
        assert shop.composed("hello", platform).message.parts[0].card is None
    part = shop.composed("hello", "bluesky").message.parts[0]
    assert part.text == "Hello."
    assert part.card is not None
    assert part.card.picture is not None
    assert (part.card.url, part.card.title, part.card.text) == (
        "https://example.org/petition",
        "Sign!",
        "Ten seconds.",
    )
    assert part.card.picture.file == "card.png"


def test_a_card_speaks_the_language_of_the_post() -> None:
    shop = Workshop().action("petition", title={"en": "Sign!", "be": "Падпішы!"}).post("hello", "Так.", lang="be")
    card = shop.post("hello", cta="petition").composed("hello", "bluesky").message.parts[0].card
    assert card == LinkCard("https://example.org/petition", "Падпішы!", "", None)


def test_pictures_take_the_place_of_a_card() -> None:
    shop = Workshop().action("petition").picture("banner.png")
    shop.post("hello", "Hello.", cta="petition", media=["banner.png"])
    part = shop.composed("hello", "bluesky").message.parts[0]
    assert (part.text, part.card) == ("Hello.\n\nhttps://example.org/petition", None)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("inline", ["https://example.org/petition", "{{ cta.petition }}"])
@pytest.mark.parametrize("end", ["", ".", ")", "!\nMore.", "?", "/", ", then"])
def test_an_address_in_the_text_is_not_said_twice(platform: str, inline: str, end: str) -> None:
    shop = Workshop().action("petition").post("hello", f"Sign {inline}{end}", cta="petition")
    part = shop.composed("hello", platform).message.parts[0]
    assert part.text.count("https://") == 1
    assert part.card is None


@pytest.mark.parametrize("longer", ["2", "/letters", "?lang=be", "#top", "-2", ".pdf"])
def test_a_longer_address_is_another(longer: str) -> None:
    shop = Workshop().action("petition").post("hello", f"Read https://example.org/petition{longer}.", cta="petition")
    assert shop.said("hello").endswith("\n\nhttps://example.org/petition")
    assert shop.composed("hello", "bluesky").message.parts[0].card is not None


def test_the_call_to_action_is_what_the_delivery_speaks_of() -> None:
    shop = Workshop().action("petition").fact("shown").post("hello", "Hello.", cta="petition", facts=["shown"])
    assert shop.post("hello", people=["anna"]).composed("hello").subjects == (
        "account:press_union/x",
        "action:petition",
        "campaign:free_anna",
        "fact:shown",
        "person:anna",
    )


# Mentions and signatories


def test_mentions_stand_below() -> None:
    shop = Workshop().partner("writers").partner("nameless", handles={}, name="The Nameless")
    shop.post("hello", "Hello.", mentions=["writers", "nameless"])
    assert shop.said("hello") == "Hello.\n\n@writers The Nameless"
    assert shop.said("hello", "bluesky") == "Hello.\n\n@writers.example The Nameless"
    assert shop.said("hello", "mastodon") == "Hello.\n\n@writers@social.example The Nameless"
    assert {"partner:writers", "partner:nameless"} <= set(shop.composed("hello").subjects)


def test_nobody_mentions_themselves() -> None:
    shop = Workshop().partner("writers").post("hello", "Hello.", mentions=["press_union", "writers", "writers"])
    assert shop.said("hello") == "Hello.\n\n@writers"
    assert shop.said("hello", partner="writers") == "Hello.\n\n@press_union"
    assert "partner:press_union" not in shop.composed("hello").subjects


@pytest.mark.parametrize("text", ["With @writers.", "With @Writers", "{{ partner.writers }} says", "Ask @writers, now"])
def test_a_mention_in_the_text_is_not_said_twice(text: str) -> None:
    shop = Workshop().partner("writers").post("hello", text, mentions=["writers"])
    assert shop.said("hello").casefold().count("@writers") == 1


def test_a_handle_that_only_begins_alike_is_another() -> None:
    shop = Workshop().partner("writers").post("hello", "With @writers_house.", mentions=["writers"])
    assert shop.said("hello") == "With @writers_house.\n\n@writers"


def test_a_designated_partner_is_not_mentioned_to_readers_in_the_country() -> None:
    shop = (
        Workshop()
        .partner("watched", name="Watched", designated_in=["BY"])
        .post("hello", "Hello.", mentions=["watched"])
    )
    assert shop.said("hello") == "Hello.\n\n@watched"
    assert shop.post("hello", risk={"audience": "in_country"}).said("hello") == "Hello.\n\nWatched"


def test_signatories_of_a_cosigned_post() -> None:
    shop = Workshop().campaign("free_anna", signatories=[{"name": "Zeta"}, {"partner": "press_union", "order": 1}])
    shop.post("hello", "We say no.", cosigned=True)
    assert shop.said("hello") == "We say no.\n\nPress Union, Zeta"
    assert "partner:press_union" in shop.composed("hello").subjects
    assert shop.post("hello", "We, {{ signatories }}, say no.").said("hello") == "We, Press Union, Zeta, say no."
    assert shop.campaign("free_anna", signatories=[]).post("hello", "We say no.").said("hello") == "We say no."


# Threads, languages, pictures


def test_where_things_stand_in_a_thread() -> None:
    shop = Workshop().partner("writers").action("petition").picture("banner.png")
    shop.campaign("free_anna", hashtags=required("FreeAnna"), signatories=[{"name": "Zeta"}])
    shop.post("hello", "One.\n## part\nTwo.\n## part\nThree.", cta="petition", mentions=["writers"], cosigned=True)
    shop.post("hello", media=["banner.png"])
    assert shop.said("hello").split("\n---\n") == [
        "One.\n\n#FreeAnna",
        "Two.",
        "Three.\n\nZeta\n\nhttps://example.org/petition\n\n@writers",
    ]
    message = shop.composed("hello", "bluesky").message
    assert [len(part.pictures) for part in message.parts] == [1, 0, 0]
    assert [part.card is not None for part in message.parts] == [False, False, True]


def test_a_text_for_one_platform() -> None:
    shop = Workshop().post("hello", "Long.\n## on x\nShort.\n## part\nAnd on.")
    assert [shop.said("hello", platform) for platform in PLATFORMS] == ["Short.\n---\nAnd on.", "Long.", "Long."]


def test_a_message_is_in_its_variants_language() -> None:
    shop = Workshop().fact("prisoners", unit={"en": "people", "be": "чалавек"})
    shop.post("hello", "{{ fact.prisoners }}\n## variant other in be\n{{ fact.prisoners }}")
    assert shop.composed("hello").message.langs == ("en",)
    assert shop.composed("hello", variant="other").message.langs == ("be",)
    assert "чалавек" in shop.said("hello", variant="other")


def test_alt_texts_follow_the_language() -> None:
    shop = (
        Workshop().picture("banner.png", alt={"en": "A chair", "be": "Крэсла"}).picture("other.png", alt="Only English")
    )
    shop.post("hello", "Hello.\n## variant b in be-tarask\nВітаю.", media=["banner.png", "other.png"])
    assert [p.alt for p in shop.composed("hello").message.parts[0].pictures] == ["A chair", "Only English"]
    # no alt text is borrowed from another language: ALT-MISSING asks for it
    assert [p.alt for p in shop.composed("hello", variant="b").message.parts[0].pictures] == ["Крэсла", ""]


def test_a_content_warning_goes_where_the_platform_has_one() -> None:
    shop = Workshop().post("hello", "Hello.", content_warning={"en": "Prison", "be": "Турма"}, visibility="unlisted")
    found = {platform: shop.composed("hello", platform).message.content_warning for platform in PLATFORMS}
    assert found == {"x": None, "bluesky": None, "mastodon": "Prison"}
    assert shop.composed("hello", "mastodon").message.visibility == "unlisted"
    assert shop.post("hello", lang="be").composed("hello", "mastodon").message.content_warning == "Турма"


def test_everything_is_in_composed_letters() -> None:
    apart = unicodedata.normalize("NFD", "Свабоду Ўладзю й Łŭ")
    tag_apart = unicodedata.normalize("NFD", "Ўладзя")
    shop = Workshop().person("anna", name=apart).campaign("free_anna", hashtags=required(tag_apart))
    shop.post("hello", f"{apart} {{{{ person.anna }}}}")
    text = shop.said("hello")
    assert text == unicodedata.normalize("NFC", f"{apart} {apart}\n\n#{tag_apart}")
    assert shop.composed("hello").hashtags == ("Ўладзя",)
    shop.post("hello", "Пра #Ўладзя.")  # composed here, apart in the campaign: still the same tag
    assert shop.said("hello") == "Пра #Ўладзя."


def test_what_a_message_is_made_for_does_not_change_what_it_says() -> None:
    shop = Workshop().post("hello", "Hello {{ person.anna.days_detained }}")
    early, late = (shop.composed("hello", due=at(f"2027-05-17T{hour}Z")).message for hour in ("09:00", "18:00"))
    assert early.content_hash() == late.content_hash()
    assert early.content_hash() != shop.composed("hello", due=at("2027-05-18")).message.content_hash()


def test_a_boost_has_no_words_of_its_own() -> None:
    shop = (
        Workshop()
        .partner("writers")
        .post("hello", "Hello.")
        .boost("again", of="hello", partner="writers", people=["anna"])
    )
    target = BoostOf("0" * 32, None)
    composed = compose_boost(shop.setting("again"), "press_union", PROFILES["x"], target)
    assert composed.message.parts == ()
    assert composed.message.boost == target
    assert composed.hashtags == ()
    assert composed.subjects == ("account:press_union/x", "campaign:free_anna", "partner:writers", "person:anna")


# What cannot be composed


def test_a_fault_names_its_part_and_line() -> None:
    shop = Workshop().post("hello", "One.\n## part\n\nTwo.\n{{ nobody }}")
    with pytest.raises(ComposeFault, match="nobody") as caught:
        shop.composed("hello")
    assert caught.value.place == SourceLocation("posts/hello.md", BODY_LINE + 4, 1)


@pytest.mark.parametrize("text", ["{{ ' ' }}", "{% if 1 > 2 %}Hello{% endif %}"])
def test_a_text_of_which_nothing_is_left_is_a_fault(text: str) -> None:
    with pytest.raises(ComposeFault, match="nothing is left"):
        Workshop().post("hello", text).composed("hello")


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\ud800", "{{ '\\ud800' }}", "{{ '\\0' }}"])
def test_a_character_that_cannot_be_sent_is_a_fault(character: str) -> None:
    with pytest.raises(ComposeFault, match=r"no platform shows \(U\+") as caught:
        Workshop().post("hello", f"One.\nTwo{character}.").composed("hello")
    assert caught.value.place.line == BODY_LINE + 1


FRONTS: list[dict[str, Any]] = [
    {},
    {"hashtags": {"required": ["FreeAnna", "Воля"], "optional": ["One", "Two"]}, "cosigned": True},
    {"cta": "petition", "mentions": ["writers", "nameless"], "media": ["banner.png"], "content_warning": "Prison"},
]
SHOP = (
    Workshop().action("petition").partner("writers").partner("nameless", handles={}).picture("banner.png").fact("count")
)
SHOP.campaign("free_anna", hashtags=required("FreeAnna"), signatories=[{"name": "Zeta"}])
for number, front in enumerate(FRONTS):
    SHOP.post(f"post{number}", "Hello.", **front)
SETTINGS = [SHOP.setting(f"post{n}", platform) for n in range(len(FRONTS)) for platform in PLATFORMS]
WORDS = st.sampled_from(
    ["#FreeAnna", "#freeanna", "@writers", "https://example.org/petition", "example.org", "{{ fact.count }}",
     "{{ partner.writers }}", "{{ cta.petition }}", "{{ nobody }}", "{{", "ў", "👨‍👩‍👧", "#", "@", "\u200d", "\ud800"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=120), st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=12).map(" ".join))


@settings(max_examples=150)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(SETTINGS))
def test_no_text_makes_compose_raise_anything_but_a_fault(texts: list[str], setting: Any) -> None:
    place = SourceLocation("posts/any.md", 1, 1)
    variant = Variant("default", "en", tuple(TextPart(text, place) for text in texts), {}, place)
    with contextlib.suppress(ComposeFault):
        composed = compose_message(setting, variant, "press_union", PROFILES[setting.platform])
        again = compose_message(setting, variant, "press_union", PROFILES[setting.platform])
        assert again.message == composed.message
        assert len(composed.message.parts) == len(texts)
        for part in composed.message.parts:
            assert part.text == part.text.strip() != ""
            assert part.text == unicodedata.normalize("NFC", part.text)
            end = 0
            for entity in part.entities:
                assert end <= entity.start < entity.end <= len(part.text)
                end = entity.end
