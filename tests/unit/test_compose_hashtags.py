"""Which hashtags a message gets beside those it says itself."""

from __future__ import annotations

from typing import Any

import pytest
from workshop import PLATFORMS, PROFILES, Workshop


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


def test_a_hashtag_is_required_or_optional() -> None:
    with pytest.raises(ValueError, match="not both"):
        Workshop().campaign("free_anna", hashtags=[tag("A", required=True, optional=True)]).workspace()


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


@pytest.mark.parametrize(("platform", "most"), [("x", 2), ("bluesky", 3), ("mastodon", 5)])
def test_optional_hashtags_come_up_to_the_custom_of_the_platform(platform: str, most: int) -> None:
    names = ["One", "Two", "Three", "Four", "Five", "Six"]
    shop = Workshop().post("hello", "Hello.", hashtags={"optional": names})
    assert PROFILES[platform].hashtags_max == most
    assert list(shop.composed("hello", platform).hashtags) == names[:most]
    shop.campaign("free_anna", hashtag_customs={platform: {"most": 1}})
    assert shop.composed("hello", platform).hashtags == ("One",)


def test_required_hashtags_win() -> None:
    shop = Workshop().post("hello", "Say #Zero now.", hashtags={"required": ["A", "B"], "optional": ["One", "Two"]})
    assert shop.said("hello", "x") == "Say #Zero now.\n\n#A #B"
    assert shop.said("hello", "mastodon") == "Say #Zero now.\n\n#A #B #One #Two"


def test_an_optional_hashtag_that_does_not_fit_is_left_out_and_a_shorter_one_behind_it_comes() -> None:
    shop = Workshop().post("hello", "x" * 270, hashtags={"optional": ["ThisIsFarTooLong", "Short"]})
    assert shop.said("hello") == "x" * 270 + "\n\n#Short"
    assert "TooLong" in shop.said("hello", "bluesky")


def test_optional_hashtags_of_the_campaign_differ_from_post_to_post_and_never_for_one_post() -> None:
    names = ["One", "Two", "Three", "Four", "Five"]
    shop = Workshop().campaign("free_anna", hashtags=[tag(name, optional=True) for name in names])
    chosen = {}
    for number in range(12):
        post = f"post-{number}"
        chosen[post] = shop.post(post, "Hello.").composed(post, "bluesky").hashtags
        assert len(chosen[post]) == 3
    assert len(set(chosen.values())) > 3
    # another tag joins: it takes a place here and there, and changes the order of the others nowhere
    shop.campaign("free_anna", hashtags=[tag(name, optional=True) for name in ["Six", *reversed(names)]])
    for post, before in chosen.items():
        after = [one for one in shop.composed(post, "bluesky").hashtags if one != "Six"]
        assert after == list(before)[: len(after)]


def test_hashtags_that_are_neither_required_nor_optional_are_for_authors_to_choose() -> None:
    shop = Workshop().campaign("free_anna", hashtags=[tag("FreeAnna")]).post("hello", "Hello.")
    assert shop.said("hello") == "Hello."


def test_a_banned_hashtag_is_not_chosen() -> None:
    banned = [{"tag": "bad", "why": "Others took it over."}]
    shop = Workshop().campaign("free_anna", hashtags=[tag("Bad", optional=True)], banned=banned).post("hello", "Hello.")
    assert shop.said("hello") == "Hello."


# Where they stand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write Letters today.", "Write #Letters today."),
        ("write letters, today", "write #Letters, today"),
        ("letters", "#Letters"),
        ("Newsletters and letters.", "Newsletters and #Letters."),
        ("Two letters, more letters.", "Two #Letters, more letters."),
        ("letters-to-friends", "letters-to-friends\n\n#Letters"),
        ("@letters and letters", "@letters and #Letters"),
        ("letters.example and letters's", "letters.example and letters's\n\n#Letters"),
        ("See https://example.org/letters now", "See https://example.org/letters now\n\n#Letters"),
        ("Nothing.", "Nothing.\n\n#Letters"),
        ("letters and #letters", "letters and #letters"),
    ],
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_word_of_the_text_becomes_the_hashtag(platform: str, text: str, expected: str) -> None:
    shop = Workshop().post("hello", text, hashtags={"required": ["Letters"]})
    assert shop.said("hello", platform) == expected


def test_a_hashtag_stands_only_where_the_platform_sees_it() -> None:
    shop = Workshop().campaign("free_anna", hashtags=required("Анна"))
    shop.post("hello", "Свабода («Анна») і Анна.", lang="be")
    assert shop.said("hello", "x") == "Свабода («#Анна») і Анна."  # X takes a tag after a bracket or quote
    assert shop.said("hello", "bluesky") == "Свабода («Анна») і #Анна."
    assert shop.said("hello", "mastodon") == "Свабода («Анна») і #Анна."


def test_placement_at_the_end() -> None:
    shop = Workshop().campaign("free_anna", hashtags=required("Letters"), hashtag_customs={"x": {"placement": "end"}})
    shop.post("hello", "Write letters.")
    assert shop.said("hello", "x") == "Write letters.\n\n#Letters"
    assert shop.said("hello", "bluesky") == "Write #Letters."


def test_signatories_and_mentions_are_not_touched() -> None:
    shop = Workshop().campaign(
        "free_anna", hashtags=required("Press", "Writers"), signatories=[{"name": "Press Guild"}]
    )
    shop.partner("writers", handles={}, name="Writers").post("hello", "Hello.", cosigned=True, mentions=["writers"])
    assert shop.said("hello") == "Hello.\n\nPress Guild\n\nWriters\n\n#Press #Writers"


def test_required_hashtags_come_even_without_room() -> None:
    shop = Workshop().post("hello", "x" * 280, hashtags={"required": ["FreeAnna"]})
    assert shop.said("hello").endswith("#FreeAnna")  # and TXT-LONG says so
