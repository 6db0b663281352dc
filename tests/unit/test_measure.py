"""Lengths as the platforms count them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.platforms.mastodon.text_length import status_length as mastodon_length
from amplify.platforms.x.text_length import weighted_length as x_length
from amplify.rules.text.text_length import count_graphemes, utf8_bytes

ANY_TEXT = st.text(alphabet=st.characters(), max_size=300)  # lone surrogates included


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Свабода", 7),
        ("— ’ « »", 7),
        ("…", 2),
        ("№ € → •", 11),
        ("日本", 4),
        ("👨‍👩‍👧", 2),
        ("🇵🇱", 2),
        ("see https://example.org/" + "a" * 200, 4 + 23),
        ("example.org/petition", 23),
        ("https://x.бел", 23),
        ("a\r\nb", 3),
    ],
)
def test_x_weighs_characters(text: str, length: int) -> None:
    assert x_length(text) == length


def test_composed_and_decomposed_letters_are_one_length() -> None:
    text = "ўсё ŭ й"
    apart = unicodedata.normalize("NFD", text)
    assert len(apart) > len(text)
    for measure in (x_length, count_graphemes, utf8_bytes, mastodon_length):
        assert measure(apart) == measure(text)


def test_graphemes_and_bytes() -> None:
    assert count_graphemes("👨‍👩‍👧🇵🇱й") == 3
    assert utf8_bytes("ў") == 2
    assert utf8_bytes("👋") == 4


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://example.org/" + "a" * 100, 23),
        ("http://a.bel", len("http://a.bel")),  # no such ending: no address
        ("example.org", 11),
        ("hello @press@social.example!", len("hello @press!")),
        ("@press", 6),
        ("ад https://example.org і @a@b.example 👨‍👩‍👧", 2 + 1 + 23 + 1 + 1 + 1 + 2 + 1 + 1),
    ],
)
def test_mastodon_counts_addresses_and_mentions(text: str, length: int) -> None:
    assert mastodon_length(text) == length


@pytest.mark.parametrize(
    ("text", "graphemes"),
    [
        ("ক্ষ", 1),
        ("क़्य", 1),
        ("র্‍য", 1),
        ("অ্যাপ", 3),  # no consonant stands before the virama
        ("എൻ്റെ", 3),
        ("ଅ୍ୟ", 2),
        ("कि्क", 2),
        ("a\u094dक", 2),
        ("한글", 2),
        ("\u1112\u1161\u11ab", 1),
        ("\u0600a\u0301", 1),
        ("\u0301a", 2),
        ("🇧🇾🇺🇦🇵", 3),
        ("👩\u200d👩\u200d👧\u200d", 1),
        ("a\u200d👩", 2),
    ],
)
def test_graphemes_are_those_of_unicode(text: str, graphemes: int) -> None:
    assert count_graphemes(text) == graphemes


@given(ANY_TEXT)
def test_no_text_makes_a_measure_raise(text: str) -> None:
    for measure in (x_length, count_graphemes, utf8_bytes, mastodon_length):
        assert measure(text) >= 0
    assert count_graphemes(text) <= len(text)
    assert utf8_bytes(text) >= count_graphemes(text)


@pytest.mark.parametrize("text", ["\ud800", "a \udfff b https://example.org"])
def test_a_lone_surrogate_counts_as_something(text: str) -> None:
    for measure in (x_length, count_graphemes, utf8_bytes, mastodon_length):
        assert measure(text) > 0
