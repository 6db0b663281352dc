"""Which hashtags a message gets beside those it says itself."""

from __future__ import annotations

from typing import Any

import pytest
from workshop import PLATFORMS, Workshop

from amplify.rules.compose import MOST_TAGS


def tag(name: str, **fields: Any) -> dict[str, Any]:
    return {"tag": name, "why": "Because.", **fields}


def required(*names: str) -> list[dict[str, Any]]:
    return [tag(name, required=True) for name in names]


def test_required_hashtags_are_added_below() -> None:
    shop = Workshop().campaign("free_anna", hashtags=[*required("FreeAnna"), tag("Optional")])
    shop.post("hello", "Hello.", hashtags={"required": ["Letters"]})
    assert shop.said("hello") == "Hello.\n\n#Letters #FreeAnna"
    assert shop.composed("hello").hashtags == ("Letters", "FreeAnna")


@pytest.mark.parametrize(("lang", "tags"), [("en", "#FreeAnna"), ("be-tarask", "#ВоляГанне"), ("ru", "#СвободуАнне")])
def test_hashtags_follow_the_language(lang: str, tags: str) -> None:
    spoken = [("FreeAnna", "en"), ("ВоляГанне", "be"), ("СвободуАнне", "ru")]
    hashtags = [tag(name, lang=lang, required=True) for name, lang in spoken]
    shop = Workshop().campaign("free_anna", hashtags=hashtags).post("hello", "Hello.", lang=lang)
    assert shop.said("hello") == f"Hello.\n\n{tags}"


def test_hashtags_follow_the_platform() -> None:
    hashtags = [tag("OnX", platforms=["x"], required=True), tag("Elsewhere", platforms=["mastodon"], required=True)]
    shop = Workshop().campaign("free_anna", hashtags=hashtags).post("hello", "Hello.")
    assert [shop.said("hello", platform) for platform in PLATFORMS] == [
        "Hello.\n\n#OnX",
        "Hello.",
        "Hello.\n\n#Elsewhere",
    ]


def test_retired_hashtags_are_not_added() -> None:
    shop = Workshop().campaign("free_anna", hashtags=[tag("Old", required=True, retired=True)]).post("hello", "Hello.")
    assert shop.said("hello") == "Hello."


@pytest.mark.parametrize("inline", ["#FreeAnna", "#freeanna", "#FREEANNA"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_hashtag_in_the_text_is_not_said_twice(inline: str, platform: str) -> None:
    shop = Workshop().campaign("free_anna", hashtags=required("FreeAnna")).post("hello", f"Say {inline} now.")
    assert shop.said("hello", platform) == f"Say {inline} now."


def test_a_hashtag_that_only_begins_alike_is_another() -> None:
    shop = Workshop().campaign("free_anna", hashtags=required("Free")).post("hello", "Say #FreeAnna.")
    assert shop.said("hello") == "Say #FreeAnna.\n\n#Free"


def test_campaign_and_post_may_ask_for_one_hashtag() -> None:
    shop = Workshop().campaign("free_anna", hashtags=required("FreeAnna"))
    shop.post("hello", "Hello.", hashtags={"required": ["freeanna", "Letters", "letters"], "optional": ["FREEANNA"]})
    assert shop.said("hello") == "Hello.\n\n#freeanna #Letters"


def test_optional_hashtags_come_while_there_is_room() -> None:
    shop = Workshop().post("hello", "Hello.", hashtags={"optional": ["One", "Two", "Three", "Four", "Five"]})
    assert shop.composed("hello").hashtags == ("One", "Two", "Three", "Four")
    assert MOST_TAGS == 4
    shop.post("hello", "Say #Zero now.", hashtags={"required": ["A", "B"], "optional": ["One", "Two"]})
    assert shop.said("hello") == "Say #Zero now.\n\n#A #B #One"
    # a long one is left out, and a shorter one behind it still comes
    shop.post("hello", "x" * 270, hashtags={"optional": ["ThisIsFarTooLong", "Short"]})
    assert shop.said("hello") == "x" * 270 + "\n\n#Short"
    assert "TooLong" in shop.said("hello", "bluesky")


def test_required_hashtags_come_even_without_room() -> None:
    shop = Workshop().post("hello", "x" * 280, hashtags={"required": ["FreeAnna"]})
    assert shop.said("hello").endswith("#FreeAnna")  # and TXT-LONG says so
