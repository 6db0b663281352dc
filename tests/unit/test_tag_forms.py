"""Hashtags that are none as they are written."""

from __future__ import annotations

from typing import Any

import pytest
from workshop import PLATFORMS, PROFILES, Workshop

from amplify.model.plan import LintFinding
from amplify.rules.text.tag_forms import nearest_tag, where_no_tag


def tag(name: str, **fields: Any) -> dict[str, Any]:
    return {"tag": name, "why": "Because.", **fields}


def forms(shop: Workshop) -> list[LintFinding]:
    return [one for one in shop.plan().findings if one.problem.code == "TAG-FORM"]


def week(text: str, **front: Any) -> Workshop:
    shop = Workshop().post("hello", text, **front)
    return shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=PLATFORMS, partners=["press_union"])


BROKEN = [
    ("Letter-Day", "LetterDay", "Mastodon, X"),
    ("Node.js", "Nodejs", "Mastodon, X"),
    ("C++", "C", "Mastodon, X"),
    ("2027", "FreeAnna2027", "Bluesky, Mastodon, X"),
    ("🔥", None, "Mastodon, X"),
    ("FreeAnna\u200b", "FreeAnna", "Bluesky, Mastodon, X"),
    ("п’ять", "пять", "Mastodon, X"),
]


@pytest.mark.parametrize(("name", "nearest", "where"), BROKEN)
def test_a_listed_tag_that_is_none_is_told_with_the_nearest_that_works(
    name: str, nearest: str | None, where: str
) -> None:
    for shop in (
        week("Hello.").campaign("free_anna", hashtags=[tag(name, optional=True)]),
        week("Hello.", hashtags={"required": [name]}),
    ):
        found = [one for one in forms(shop) if not str(one.problem.place).endswith(":10:1")]
        assert len(found) == 1
        assert f"is no hashtag on {where} as it is written" in found[0].problem.message
        assert (f"write #{nearest}" in found[0].problem.message) == (nearest is not None)


@pytest.mark.parametrize(("name", "nearest", "where"), BROKEN)
def test_the_nearest_tag_works_everywhere(name: str, nearest: str | None, where: str) -> None:
    profiles = list(PROFILES.values())
    assert ", ".join(sorted(one.title for one in where_no_tag(name, profiles))) == where
    assert nearest_tag(name, profiles, "free-anna") == nearest
    assert nearest is None or not where_no_tag(nearest, profiles)


def test_a_tag_for_one_platform_is_asked_there_only() -> None:
    shop = week("Hello.").campaign("free_anna", hashtags=[tag("🔥", optional=True, platforms=["bluesky"])])
    assert not forms(shop)


@pytest.mark.parametrize("name", ["FreeAnna", "СвабодаАнне", "імʼя", "क्षेत्र", "חירות", "自由", "a1", "Воля_2027"])
def test_tags_that_work_are_not_told(name: str) -> None:
    assert not forms(week(f"Say #{name}, all.").campaign("free_anna", hashtags=[tag(name, required=True)]))


@pytest.mark.parametrize("name", ["Letter-Day", "Node.js", "C++", "2027", "🔥", "FreeAnna\u200b"])
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("how", ["required", "optional"])
def test_one_that_the_author_typed_is_not_added_again(name: str, platform: str, how: str) -> None:
    shop = Workshop().campaign("free_anna", hashtags=[tag(name, **{how: True})]).post("hello", f"Say #{name} now.")
    assert shop.said("hello", platform) == f"Say #{name} now."
    assert shop.said("hello", platform).count("#") == 1


def test_a_longer_one_is_another() -> None:
    shop = Workshop().campaign("free_anna", hashtags=[tag("C++", required=True)]).post("hello", "Say #C++Day now.")
    assert shop.said("hello", "x").endswith("\n\n#C++")


@pytest.mark.parametrize("name", ["Letter-Day", "Node.js", "C++", "2027", "🔥"])
def test_a_typed_one_is_told_once(name: str) -> None:
    (found,) = forms(week(f"Say #{name} now."))
    assert f"#{name} is no hashtag on" in found.problem.message


@pytest.mark.parametrize(
    "text", ["We are #1.", "Press #️⃣ and 1️⃣", "See https://example.org/#Letter-Day", "#FreeAnna's day", "a#b-c"]
)
def test_what_is_meant_as_no_hashtag_is_not_told(text: str) -> None:
    assert not forms(week(text))


def test_a_tag_behind_a_bracket_wants_a_blank() -> None:
    (found,) = forms(week("Read (#FreeAnna) aloud"))
    assert "#FreeAnna is no hashtag on Bluesky, Mastodon where it stands: put a blank" in found.problem.message


def test_a_keycap_is_no_hashtag_anywhere() -> None:
    for profile in PROFILES.values():
        assert not profile.entities("#️⃣ Press #️⃣")
