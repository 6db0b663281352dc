"""Messages that become several because one is too short."""

from __future__ import annotations

from typing import Any

import pytest
from workshop import PLATFORMS, PROFILES, Workshop, codes

SENTENCES = [
    "The appeal was heard on a Tuesday, behind a closed door, and it took eleven minutes.",
    "Her lawyer was let in for the last four of them.",
    "The judge read from a sheet that had been printed the evening before, date included.",
    "Outside stood some forty people with books under their arms, and nobody told them anything.",
    "At noon a clerk came out, asked for a light, and said that it was over.",
    "Those who had come by train went back to the station in twos and threes, the way one leaves a funeral.",
    "We write this down because nobody else was allowed to.",
]
LONG = " ".join(SENTENCES)


def long_post(**front: Any) -> Workshop:
    shop = Workshop().partner("writers").action("petition").picture("banner.png")
    hashtags = [{"tag": "FreeAnna", "why": "Because.", "required": True}]
    shop.campaign("free_anna", hashtags=hashtags, signatories=[{"name": "Zeta"}])
    return shop.post("hello", LONG, **front)


def test_without_asking_nothing_is_divided_and_the_problem_says_how() -> None:
    shop = long_post().queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    assert shop.said("hello").startswith(LONG)
    plan = shop.plan()
    assert codes(plan.findings) == ["TXT-LONG"]
    assert "thread: auto" in plan.findings[0].problem.message
    assert codes(shop.post("hello", thread="auto").plan().findings) == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("how", ["auto", "numbered"])
def test_everything_stands_where_it_belongs(platform: str, how: str) -> None:
    shop = long_post(thread=how, cta="petition", mentions=["writers"], cosigned=True, media=["banner.png"])
    message = shop.composed("hello", platform).message
    profile = PROFILES[platform]
    first, *_, last = parts = message.parts
    assert len(parts) == {"x": 3, "bluesky": 3, "mastodon": 2}[platform]
    assert all(profile.measure(part.text) <= profile.text_max for part in parts)
    assert [len(part.pictures) for part in parts] == [1] + [0] * (len(parts) - 1)
    assert first.text.endswith("\n\n#FreeAnna")
    mention = "@" + shop.workspace().partners["writers"].handles[platform]
    address = "" if profile.card else "https://example.org/petition\n\n"
    assert last.text.endswith(f"\n\nZeta\n\n{address}{mention}")
    assert [part.card is not None for part in parts] == [False] * (len(parts) - 1) + [profile.card]
    numbers = [f"\n\n{i}/{len(parts)}" in part.text for i, part in enumerate(parts, start=1)]
    assert numbers == [how == "numbered"] * len(parts)
    # no sentence is divided
    for sentence in SENTENCES:
        assert sum(sentence in part.text for part in parts) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_text_that_fits_stays_one_message(platform: str) -> None:
    shop = long_post(thread="numbered", cta="petition", media=["banner.png"]).post("hello", "Hello.")
    message = shop.composed("hello", platform).message
    assert [part.text for part in message.parts] == ["Hello.\n\nhttps://example.org/petition\n\n#FreeAnna"]
    assert message.parts[0].card is None


def test_the_same_text_the_same_parts() -> None:
    shop = long_post(thread="numbered", cta="petition")
    hashes = {shop.composed("hello").message.content_hash() for _ in range(3)}
    assert len(hashes) == 1


def test_a_content_warning_takes_room_in_each_message() -> None:
    shop = long_post(thread="auto").post("hello", f"{LONG} {LONG}", content_warning={"en": "x" * 120})
    message = shop.composed("hello", "mastodon").message
    assert len(message.parts) > 2
    measure = PROFILES["mastodon"].measure
    assert all(measure(part.text) + 120 <= 500 for part in message.parts)


def test_a_required_hashtag_that_stands_further_down_still_stands_with_the_first_message() -> None:
    shop = long_post(thread="auto").post("hello", f"{LONG} Say #FreeAnna.")
    parts = shop.composed("hello").message.parts
    assert parts[0].text.endswith("\n\n#FreeAnna")
    assert parts[-1].text.endswith("Say #FreeAnna.")
    assert all(PROFILES["x"].measure(part.text) <= 280 for part in parts)


def test_explicit_parts_are_divided_and_numbered_too() -> None:
    shop = long_post(thread="numbered").post("hello", f"Listen.\n## part\n{LONG}\n## part\nThat is all.")
    parts = shop.said("hello").split("\n---\n")
    assert len(parts) == 5
    assert parts[0] == "Listen.\n\n1/5\n\n#FreeAnna"
    assert parts[-1] == "That is all.\n\n5/5"
    assert shop.post("hello", thread="parts").said("hello").count("\n---\n") == 2


def test_a_smaller_limit_of_a_server() -> None:
    from dataclasses import replace

    from amplify.rules.plan.compose import compose_message

    shop = long_post(thread="auto")
    place = shop.setting("hello", "mastodon")
    small = replace(PROFILES["mastodon"], text_max=150)
    message = compose_message(place, place.post.variants[0], "press_union", small).message
    assert len(message.parts) > 3
    assert all(small.measure(part.text) <= 150 for part in message.parts)
