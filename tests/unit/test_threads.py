"""Long texts as several messages."""

from __future__ import annotations

import time
from itertools import accumulate

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from workshop import PLATFORMS, PROFILES

from amplify.rules.text.text_length import GRAPHEME
from amplify.rules.text.thread_split import PartLimit, ThreadPart, append_paragraph, part_limit, split_thread

SENTENCES = "Mira is in prison. She was on air. Leon held the camera. Nobody was hurt. They were arrested all the same."
SMALL = {name: part_limit(profile, 40) for name, profile in PROFILES.items()}


def joined(pieces: tuple[ThreadPart, ...]) -> str:
    return "".join(piece.text + piece.after for piece in pieces)


def said(text: str, limit: int, platform: str = "bluesky", **how: object) -> list[str]:
    pieces = split_thread([text], part_limit(PROFILES[platform], limit), **how)  # type: ignore[arg-type]  # as the test says
    assert joined(pieces) == text
    return [piece.said for piece in pieces]


def test_what_fits_is_one_message() -> None:
    assert said("Hello. You.", 11, numbered=True) == ["Hello. You."]


def test_as_many_whole_sentences_as_fit() -> None:
    assert said(SENTENCES, 40) == [
        "Mira is in prison. She was on air.",
        "Leon held the camera. Nobody was hurt.",
        "They were arrested all the same.",
    ]


def test_a_paragraph_ends_a_message_and_leaves_no_blanks() -> None:
    assert said("One line\n\n\nand another line", 20) == ["One line", "and another line"]


def test_a_paragraph_that_fills_half_a_message_is_not_continued() -> None:
    text = "First one here. Second one.\n\nThird. Fourth one, longer."
    assert said(text, 40) == ["First one here. Second one.", "Third. Fourth one, longer."]
    assert said("First.\n\nSecond one here. Third. Fourth one, longer.", 40) == [
        "First.\n\nSecond one here. Third.",
        "Fourth one, longer.",
    ]


def test_a_sentence_that_is_too_long_is_divided_between_words() -> None:
    assert said("Short. This sentence is longer than one message can be, alas.", 30) == [
        "Short.",
        "This sentence is longer than",
        "one message can be, alas.",
    ]


def test_a_word_that_is_too_long_is_divided_between_graphemes() -> None:
    assert said("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]
    family = "👨‍👩‍👧‍👦"
    assert said(family * 25, 10) == [family * 10, family * 10, family * 5]


def test_numbers_count_towards_the_length() -> None:
    numbered = said(SENTENCES, 40, numbered=True)
    assert numbered[0] == "Mira is in prison. She was on air.\n\n1/4"
    assert [text.rpartition("\n\n")[2] for text in numbered] == ["1/4", "2/4", "3/4", "4/4"]
    assert all(len(text) <= 40 for text in numbered)


def test_more_than_nine_messages_have_two_digits() -> None:
    numbered = said(SENTENCES * 6, 30, numbered=True)
    total = len(numbered)
    assert total > 9
    assert [text.rpartition("\n\n")[2] for text in numbered] == [f"{i}/{total}" for i in range(1, total + 1)]
    assert all(len(text) <= 30 for text in numbered)


def test_room_is_kept_for_what_is_added() -> None:
    opening, closing = "#FreeMiraAndLeon", "https://a.example/sign"
    pieces = split_thread([SENTENCES], part_limit(PROFILES["bluesky"], 60), opening, closing)
    assert joined(pieces) == SENTENCES
    assert len(append_paragraph(pieces[0].said, opening)) <= 60
    assert len(append_paragraph(pieces[-1].said, closing)) <= 60
    assert [piece.text for piece in pieces] == [
        "Mira is in prison. She was on air.",
        "Leon held the camera. Nobody was hurt.",
        "They were arrested all the same.",
    ]


def test_what_is_added_below_never_divides_a_sentence() -> None:
    pieces = split_thread(
        ["They were arrested all the same, alas."], part_limit(PROFILES["bluesky"], 40), "", "#" + "a" * 30
    )
    assert [piece.text for piece in pieces] == ["They were arrested all the same, alas.", ""]
    assert joined(pieces) == "They were arrested all the same, alas."


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_belongs_together_stays_together(platform: str) -> None:
    whole = "https://a.example/" + "b" * 60
    tag = "#" + "Я" * 60
    pieces = split_thread([f"{'x' * 35} {whole} {tag} {'y' * 35}"], SMALL[platform])
    assert [piece.text for piece in pieces if whole in piece.text]
    assert [piece.text for piece in pieces if tag in piece.text]


def test_several_texts_are_divided_each() -> None:
    pieces = split_thread(["Short.", SENTENCES, "End."], SMALL["bluesky"], numbered=True)
    assert pieces[0] == ThreadPart("Short.", "", "1/6")
    assert pieces[-1] == ThreadPart("End.", "", "6/6")
    assert joined(pieces[1:-1]) == SENTENCES


def test_bytes_count_too() -> None:
    small = PartLimit(len, PROFILES["bluesky"].entities, text_max=300, bytes_max=20)
    pieces = split_thread(["ыыыы ыыыы ыыыы ыыыы"], small)
    assert [piece.text for piece in pieces] == ["ыыыы ыыыы", "ыыыы ыыыы"]


def test_the_room_of_a_server() -> None:
    assert part_limit(PROFILES["mastodon"]).text_max == 500
    assert part_limit(PROFILES["mastodon"], 5000, taken=12).text_max == 4988


WORDS = st.sampled_from(
    (
        *("Mira", "was", "free.", "Свабода!", "А.", "г.", "—", "«Так».", "1\u00a0040", "…", "x" * 45),
        *("#Тэг", "#", "@mira.example", "@mira@a.example", "@", "👨‍👩‍👧‍👦", "e\u0301" * 12),
        *("https://a.example/b?c=d", "a.example/" + "z" * 50, "http://"),
    )
)
TEXTS = st.lists(WORDS | st.text(max_size=8), min_size=1, max_size=30).flatmap(
    lambda words: st.lists(
        st.sampled_from([" ", "  ", "\n", "\n\n", "", "\u00a0"]), min_size=len(words), max_size=len(words)
    ).map(lambda blanks: "".join(word + blank for word, blank in zip(words, blanks, strict=True)))
)
EXTRAS = st.sampled_from(["", "#Tag", "https://a.example/sign", "#A #B", "x" * 60])


@pytest.mark.parametrize("platform", PLATFORMS)
@given(text=TEXTS | st.text(), opening=EXTRAS, closing=EXTRAS, numbered=st.booleans())
@example(text="", opening="", closing="x" * 60, numbered=True)
@example(text=" \n ", opening="", closing="", numbered=False)
@example(text="\ud800\x00\u202e\r\n" * 9, opening="", closing="", numbered=True)
@settings(max_examples=150)
def test_parts_joined_give_the_text_back(platform: str, text: str, opening: str, closing: str, numbered: bool) -> None:
    space = SMALL[platform]
    pieces = split_thread([text], space, opening, closing, numbered)
    assert joined(pieces) == text
    assert pieces == split_thread([text], space, opening, closing, numbered)
    assert all(piece.after.strip() == "" for piece in pieces)
    places = list(accumulate(len(piece.text + piece.after) for piece in pieces))[:-1]
    for one in space.entities(text):
        assert not any(one.start < place < one.end for place in places)
    graphemes = {match.start() for match in GRAPHEME.finditer(text)} | {len(text)}
    assert all(place in graphemes for place in places)


@pytest.mark.parametrize("platform", PLATFORMS)
@given(text=TEXTS, opening=st.sampled_from(["", "#Tag"]), closing=st.sampled_from(["", "#Closing"]))
@settings(max_examples=150)
def test_every_message_fits_that_can(platform: str, text: str, opening: str, closing: str) -> None:
    space = SMALL[platform]
    pieces = split_thread([text], space, opening, closing, numbered=True)
    for index, piece in enumerate(pieces):
        whole = append_paragraph(piece.said, opening if index == 0 else "")
        whole = append_paragraph(whole, closing if index == len(pieces) - 1 else "")
        alone = len(space.entities(piece.text)) == 1 or "://" in piece.text or "\u0301" in piece.text
        assert space.fits(whole) or alone, whole


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "text",
    [
        "Міра А. Астраван з 2024 г. за кратамі. She said: “No.” See https://a.example/x and #Тэг. " * 1200,
        "ы" * 100_000,
        "a" + "\u0301" * 100_000,
        ("a" + "\u0323\u0301" * 50 + " ") * 1000,
        "👨‍👩‍👧‍👦" * 14_000,
        "https://a.example/" + "b" * 99_000,
        ". " * 50_000,
        "#" * 100_000,
        "@a.example " * 10_000,
        " \n" * 50_000,
    ],
    ids=["prose", "word", "tower", "towers", "emoji", "address", "stops", "signs", "mentions", "blanks"],
)
def test_hostile_texts_take_bounded_time(platform: str, text: str) -> None:
    start = time.process_time()
    pieces = split_thread([text], part_limit(PROFILES[platform]), "#Tag", "https://a.example/sign", numbered=True)
    assert time.process_time() - start < 30  # seconds: a generous bound; a quadratic way would take minutes
    assert joined(pieces) == text
