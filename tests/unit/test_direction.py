"""What is put into a right-to-left text is kept apart, and is still found by every platform."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import PROFILES, Workshop

from amplify.model.message import Entity
from amplify.rules.text.bidi import END, ISOLATE, LEFT_TO_RIGHT, isolate_text, right_to_left, tag_line
from amplify.rules.text.thread_split import part_limit, split_thread
from amplify.rules.text.unsafe_characters import find_unsafe

ARABIC = "الحرية الآن"


@pytest.mark.parametrize("lang", ["ar", "he", "fa", "ur", "ps", "ckb", "ar-EG", "ara", "uz-Arab", "pa-Arab", "az-arab"])
def test_right_to_left(lang: str) -> None:
    assert right_to_left(lang)


@pytest.mark.parametrize("lang", ["be", "be-tarask", "ru", "en", "ar-Latn", "uz", "ku", "zz"])
def test_left_to_right(lang: str) -> None:
    assert not right_to_left(lang)


def test_other_languages_get_no_marks() -> None:
    assert isolate_text("@press", "be") == "@press"
    assert isolate_text("https://example.org/", "en") == "https://example.org/"
    assert tag_line(["FreeAnna", "Свабода"], "be") == "#FreeAnna #Свабода"
    assert isolate_text("", "ar") == ""


def test_hashtags_of_the_other_direction_stand_on_a_line_of_their_own() -> None:
    assert tag_line(["حرية", "FreeAnna", "أنا"], "ar") == f"#حرية #أنا\n{LEFT_TO_RIGHT} #FreeAnna"
    assert tag_line(["FreeAnna"], "he") == f"{LEFT_TO_RIGHT} #FreeAnna"
    assert tag_line(["حرية"], "ar") == "#حرية"
    assert tag_line([], "ar") == ""


def shop() -> Workshop:
    made = (
        Workshop().partner("friend", languages=["ar"]).action("letter", url={"en": "https://example.org/letter?a=1/"})
    )
    made.campaign("free_anna", languages=["ar"], hashtags=[{"tag": "FreeAnna", "why": "x", "required": True}])
    return made


@pytest.mark.parametrize("platform", sorted(PROFILES))
def test_a_composed_text_keeps_every_handle_tag_and_address(platform: str) -> None:
    made = shop().post("hello", f"{ARABIC} {{{{ partner.friend }}}} و {{{{ cta.letter }}}} {ARABIC}", lang="ar")
    message = made.composed("hello", platform=platform).message
    (part,) = message.parts
    handle = made.workspace().partners["friend"].handles[platform]
    assert f"{ISOLATE}@{handle}{END}" in part.text
    assert {(one.kind, one.value) for one in part.entities} == {
        ("mention", handle),
        ("link", "https://example.org/letter?a=1/"),
        ("tag", "FreeAnna"),
    }
    assert part.text.endswith(f"\n\n{LEFT_TO_RIGHT} #FreeAnna")
    assert list(find_unsafe(part.text)) == []


@pytest.mark.parametrize("platform", sorted(PROFILES))
def test_mentions_that_are_added_are_apart_and_not_added_twice(platform: str) -> None:
    made = shop().post("hello", ARABIC, lang="ar", mentions=["friend"])
    handle = made.workspace().partners["friend"].handles[platform]
    assert f"\n\n{ISOLATE}@{handle}{END}" in made.composed("hello", platform=platform).message.parts[0].text
    made.post("hello", f"{ARABIC} {{{{ partner.friend }}}}")
    assert made.composed("hello", platform=platform).message.parts[0].text.count(f"@{handle}") == 1


def test_a_plain_name_gets_no_marks_and_the_marks_count() -> None:
    made = shop().partner("quiet", handles={}).post("hello", f"{ARABIC} {{{{ partner.quiet }}}}", lang="ar")
    assert ISOLATE not in made.composed("hello").message.parts[0].text
    bare, apart = f"{ARABIC} @friend", f"{ARABIC} {isolate_text('@friend', 'ar')}"
    assert PROFILES["x"].measure(apart) == PROFILES["x"].measure(bare) + 4  # X weighs each mark as two
    assert PROFILES["bluesky"].measure(apart) == PROFILES["bluesky"].measure(bare) + 2


HANDLES = {"x": "friend_1", "bluesky": "friend.example", "mastodon": "friend@social.example"}
WORDS = st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهوي ،.؟!\n", max_size=30)
URLS = st.sampled_from(["https://example.org", "https://example.org/", "https://example.org/a_(b)?c=1#d"])


@pytest.mark.parametrize("platform", sorted(PROFILES))
@given(before=WORDS, between=WORDS, after=WORDS, url=URLS)
def test_entities_are_found_wherever_they_are_put(
    platform: str, before: str, between: str, after: str, url: str
) -> None:
    handle = HANDLES[platform]
    text = f"{before} {isolate_text(f'@{handle}', 'ar')} {between} {isolate_text(url, 'ar')} {after}"
    text = f"{text}\n\n{tag_line(['حرية', 'FreeAnna'], 'ar')}"
    found = PROFILES[platform].entities(text)
    assert [(one.kind, text[one.start : one.end]) for one in found] == [
        ("mention", f"@{handle}"),
        ("link", url),
        ("tag", "#حرية"),
        ("tag", "#FreeAnna"),
    ]
    assert all(isinstance(one, Entity) for one in found)
    assert list(find_unsafe(text)) == []


@pytest.mark.parametrize("platform", sorted(PROFILES))
@given(words=st.lists(WORDS, min_size=1, max_size=40), url=URLS)
def test_a_thread_is_never_divided_inside_what_was_put_in(platform: str, words: list[str], url: str) -> None:
    inserted = isolate_text(url, "ar"), isolate_text(f"@{HANDLES[platform]}", "ar")
    text = " ".join(f"{word} {inserted[number % 2]}" for number, word in enumerate(words))
    pieces = split_thread([text], part_limit(PROFILES[platform], text_max=60))
    assert "".join(piece.text + piece.after for piece in pieces) == text
    assert all(list(find_unsafe(piece.text)) == [] for piece in pieces)
