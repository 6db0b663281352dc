"""What is said in a film counts like a text: for names, consents, approvals and hashes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from workshop import Workshop

from amplify.model.message import message_from_json
from amplify.model.video import Captions, Motion
from amplify.rules.plan.approval_policy import words_hash
from amplify.rules.plan.message_diff import diff_messages
from amplify.rules.text.aliases import NameMatcher, texts_of

NINE = "2027-05-17T09:00:00Z"
AGREED = {"given_by": "family", "channel": "letter", "given": "2027-01-02", "review": "2029-01-01"}
BE = Captions("be", "walk.be.vtt", ((0, 900), (1000, 1900)), "Я — Ганна\n\nПятрова")
EN = Captions("en", "walk.en.vtt", ((0, 1900),), "Hello\nthere")


def week(platform: str = "bluesky", captions: tuple[Captions, ...] = (BE, EN), **note: Any) -> Workshop:
    shop = Workshop().post("hello", "Hello.", media=["walk.mp4"])
    shop.queue("monday", "hello", at=NINE, platforms=[platform])
    return shop.picture("walk.mp4", (1280, 720), Motion(2.0, 0, "avc1", "mp4a"), 9_000_000, captions, **note)


def test_all_captions_go_the_texts_own_language_first() -> None:
    (picture,) = week().planned().message.parts[0].pictures
    assert [one.lang for one in picture.captions] == ["en", "be"]
    assert picture.alt == "What walk.mp4 shows"


def test_a_message_keeps_its_captions_and_none_are_none() -> None:
    message = week().planned().message
    packed = json.loads(json.dumps(message.as_json()))
    assert message_from_json(packed) == message
    assert message_from_json(packed).content_hash() == message.content_hash()
    assert "captions" not in json.dumps(week(captions=()).planned().message.as_json())


@pytest.mark.parametrize(
    "changed",
    [
        (Captions("be", "walk.be.vtt", BE.times, "Я — Ганна\n\nПятроўна"), EN),
        (Captions("be", "walk.be.vtt", ((0, 900), (1000, 1901)), BE.words), EN),
        (EN,),
    ],
)
def test_another_word_time_or_language_is_another_message(changed: tuple[Captions, ...]) -> None:
    before, after = week().planned(), week(captions=changed).planned()
    assert before.content_hash != after.content_hash
    assert diff_messages(before.message, after.message, before.due, after.due) != []


def test_the_difference_names_the_line() -> None:
    changed = (Captions("be", "walk.be.vtt", BE.times, "Я — Ганна\n\nПятроўна"), EN)
    before, after = week().planned(), week(captions=changed).planned()
    assert diff_messages(before.message, after.message, before.due, after.due) == ["- Пятрова", "+ Пятроўна"]


def test_a_rejection_of_captions_holds_for_the_same_words_only() -> None:
    rejected, same, other = (week(captions=(one,)).planned().message.as_json() for one in (BE, BE, EN))
    assert words_hash(rejected) == words_hash(same)
    assert words_hash(rejected) != words_hash(other)


def test_on_mastodon_what_is_said_stands_below_the_alt_text_where_it_fits() -> None:
    (picture,) = week("mastodon").planned().message.parts[0].pictures
    assert picture.alt == "What walk.mp4 shows\n\nHello there"
    long = Captions("en", "walk.en.vtt", ((0, 1900),), "long " * 300)
    (picture,) = week("mastodon", (long,)).planned().message.parts[0].pictures
    assert picture.alt == "What walk.mp4 shows"
    (picture,) = week("mastodon", (BE,)).planned().message.parts[0].pictures  # in another language than the text
    assert picture.alt == "What walk.mp4 shows"


@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon"])
def test_whoever_is_named_across_two_captions_is_named_by_the_message(platform: str) -> None:
    shop = week(platform).person("hanna", name={"be": "Ганна Пятрова"})
    planned = shop.planned()
    assert "person:hanna" in planned.subjects
    names = NameMatcher({"hanna": ["Ганна Пятрова"]})
    assert names.in_message(planned.message) == {"hanna"}
    assert names.in_words(json.dumps(planned.message.as_json())) == {"hanna"}
    assert BE.words in list(texts_of(planned.message))


def test_the_name_of_a_file_or_a_language_names_nobody() -> None:
    packed = json.dumps(week(alt={"en": "A street"}).planned().message.as_json())
    assert NameMatcher({"walker": ["Walk"], "bea": ["Be"]}).in_words(packed) == frozenset()


def test_consent_is_asked_for_the_language_of_the_captions_that_name_somebody() -> None:
    consent = {**AGREED, "languages": ["en"], "scope": ["name", "portrait"]}
    shop = week().person("hanna", name={"be": "Ганна Пятрова"}, consent=consent)
    found = {one.problem.code for one in shop.plan().findings}
    assert "CONSENT-LANG" in found
    planned = shop.planned()
    assert {"consent:hanna/en", "consent:hanna/be"} <= set(planned.subjects)
    nameless = (Captions("be", "walk.be.vtt", ((0, 900),), "Прывітанне"), EN)
    assert "CONSENT-LANG" not in {one.problem.code for one in week(captions=nameless).plan().findings}


def test_faces_and_voices_of_a_film_ask_for_the_portrait() -> None:
    shop = week(shows=["hanna"]).person("hanna", name={"be": "Ганна Пятрова"}, consent={**AGREED, "scope": ["name"]})
    assert "consent:hanna/portrait" in shop.planned().subjects
    assert "CONSENT-SCOPE" in {one.problem.code for one in shop.plan().findings}
