"""A day that organisations call by different names: each says its own, and the common one where it has none."""

from __future__ import annotations

import json

import pytest
from workshop import Workshop, text_of

DAY = {
    "id": "day",
    "name": {"en": "Day of Solidarity", "be": "Дзень салідарнасці"},
    "hashtag": {"en": "SolidarityDay", "be": "ДзеньСалідарнасці"},
    "month": 5,
    "day": 21,
    "names": {
        "writers_house": {
            "name": {"en": "Day of the Imprisoned Writer"},
            "hashtag": {"en": "ImprisonedWriter"},
        }
    },
}


@pytest.fixture
def shop() -> Workshop:
    made = Workshop().campaign("free_anna", occasions=[DAY]).partner("writers_house")
    return made.post("hello", "{{ occasion.name }}: we speak.\n\n## variant be in be\n\n{{ occasion }}", occasion="day")


@pytest.mark.parametrize(
    ("partner", "variant", "name", "tag"),
    [
        ("press_union", "default", "Day of Solidarity", "#SolidarityDay"),
        ("writers_house", "default", "Day of the Imprisoned Writer", "#ImprisonedWriter"),
        ("writers_house", "be", "Дзень салідарнасці", "#ДзеньСалідарнасці"),
        ("press_union", "be", "Дзень салідарнасці", "#ДзеньСалідарнасці"),
    ],
)
def test_each_partner_says_its_own_name(shop: Workshop, partner: str, variant: str, name: str, tag: str) -> None:
    made = shop.composed("hello", partner=partner, variant=variant)
    text = text_of(made.message)
    assert text.startswith(name)
    assert tag in text
    assert tag[1:] in made.hashtags
    others = {"#SolidarityDay", "#ImprisonedWriter", "#ДзеньСалідарнасці"} - {tag}
    assert not any(other in text for other in others)


def test_another_name_is_another_content(shop: Workshop) -> None:
    shop.post(
        "hello", "{{ occasion.name }}: we speak.\n\n## variant second\n\nToday is {{ occasion }}.", occasion="day"
    )
    shop.queue("once", "hello", at="2027-05-21T09:00:00Z", platforms=["x"])
    before = {one.account: one.content_hash for one in shop.plan("2027-05-20").deliveries}
    shop.campaign("free_anna", occasions=[DAY | {"names": {"writers_house": {"name": {"en": "Writers in Prison"}}}}])
    after = {one.account: one.content_hash for one in shop.plan("2027-05-20").deliveries}
    assert before.keys() == {"press_union/x", "writers_house/x"}
    assert {account for account in before if before[account] != after[account]} == {"writers_house/x"}


def test_a_post_without_an_occasion_carries_no_tag_of_one(shop: Workshop) -> None:
    assert "SolidarityDay" not in json.dumps(shop.post("plain", "We speak.").composed("plain").hashtags)


def test_a_banner_of_a_post_says_the_name_of_its_partner(shop: Workshop) -> None:
    words = {"text": {"say": {"en": "{{ occasion.name }}"}}}
    shop.banner("day", layers=[words, {"hashtags": {}, "box": [0, 90, 100, 10]}])
    shop.post("shown", "We speak.", occasion="day", media=[{"banner": "day"}])
    said = {}
    for partner in ("press_union", "writers_house", "press_union"):
        (picture,) = shop.composed("shown", partner=partner).message.parts[0].pictures
        said[partner] = picture.caption
    assert said["press_union"].split("\n") == ["Day of Solidarity", "#SolidarityDay"]
    assert said["writers_house"].split("\n") == ["Day of the Imprisoned Writer", "#ImprisonedWriter"]
