"""Which texts count as the same."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz
from workshop import PROFILES

from amplify.model.message import Message, Part
from amplify.rules.text.similarity import comparable_text, similar_pairs, similar_to


def form(*texts: str, platform: str = "x") -> str:
    entities = PROFILES[platform].entities
    return comparable_text(Message(platform, ("en",), tuple(Part(text, entities(text)) for text in texts)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Free Anna!", "free anna"),
        ("FREE  Anna — now…", "free anna now"),
        ("Free Anna #FreeAnna", "free anna"),
        ("Free Anna, says @writers: https://example.org/a?b=c", "free anna says"),
        ("See example.org/petition now", "see now"),
        ("🔥Free🔥 Anna ❤️", "free anna"),
        ("СВАБОДА Ганне, сёння", "свабода ганне сёння"),
        ("прыи\u0306шоў", "прыйшоў"),
        ("512 days", "512 days"),
        ("snake_case", "snake case"),
    ],
)
def test_what_is_left_of_a_text(text: str, left: str) -> None:
    assert form(text) == left


def test_a_thread_is_one_text() -> None:
    assert form("One.", "Two.") == form("One. Two.")


def test_without_words_the_tags_are_the_text() -> None:
    assert form("#FreeAnna @writers") == form("#freeanna  @Writers!") == "freeanna\nwriters"
    assert form("🔥") == ""


def library(size: int, seed: int = 1) -> list[str]:
    """Texts as different as people write them: few words are frequent, most are rare."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(2000)]
    weights = [1 / (rank + 1) for rank in range(2000)]
    return [" ".join(chance.choices(words, weights, k=chance.randint(15, 40))) for _ in range(size)]


def test_similar_pairs_are_those_that_comparing_everything_finds() -> None:
    texts = library(300)
    chance = random.Random(2)
    for text in texts[:60]:  # a word or two is changed, as somebody does who wants to get around a rule
        words = text.split()
        for _ in range(chance.randint(1, 2)):
            words[chance.randrange(len(words))] = chance.choice(texts).split()[0]
        texts.append(" ".join(words))
    found = {(one, other) for one, other, _ in similar_pairs(texts, 0.85)}
    every = {
        (one, other) for one in range(len(texts)) for other in range(one) if fuzz.ratio(texts[one], texts[other]) >= 85
    }
    assert len(every) >= 55
    assert found == every


def test_a_pair_says_how_alike_it_is() -> None:
    ((later, earlier, likeness),) = similar_pairs(["the winter was long and cold", "the winter was long and old"], 0.85)
    assert (later, earlier) == (1, 0)
    assert likeness == pytest.approx(fuzz.ratio("the winter was long and cold", "the winter was long and old") / 100)


def test_the_same_texts_give_the_same_pairs() -> None:
    texts = library(200) + [text[:-4] for text in library(200)]
    assert list(similar_pairs(texts, 0.85)) == list(similar_pairs(list(texts), 0.85))


def test_a_library_of_one_text_takes_no_longer_than_others() -> None:
    """Everything like everything: the answers are bounded, not every pair."""
    texts = [f"day {number} behind bars for an article about the winter in the north" for number in range(1000)]
    pairs = list(similar_pairs(texts, 0.85))
    assert {one for one, _, _ in pairs} == set(range(1, 1000))
    assert len(pairs) < 1000 * 200


@given(st.lists(st.text(max_size=60), max_size=8))
def test_no_texts_make_it_raise(texts: list[str]) -> None:
    forms = list(dict.fromkeys(form(text) for text in texts))
    for one, other, likeness in similar_pairs(forms, 0.85):
        assert 0 <= other < one < len(forms)
        assert 0.85 <= likeness <= 1
    if forms:
        assert (0, 1.0) in similar_to(forms[0], forms, 0.85)
