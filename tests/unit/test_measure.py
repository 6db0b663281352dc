"""Lengths as the platforms count them."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.platforms.mastodon.server_counting import COUNTINGS, strictest_length
from amplify.platforms.mastodon.text_length import conjunct_status_length
from amplify.platforms.mastodon.text_length import status_length as mastodon_length
from amplify.platforms.x.text_length import weighted_length as x_length
from amplify.rules.text.text_length import (
    count_code_points,
    count_graphemes,
    count_separate_graphemes,
    count_utf16_units,
    utf8_bytes,
)

IN_RUBY = [
    ("क्षि", 2, 1),
    ("क्या", 2, 1),
    ("हिन्दी", 3, 2),
    ("ঝিল্লি", 3, 2),
    ("સ્વતંત્રતા", 6, 4),
    ("ସ୍ୱାଧୀନତା", 5, 4),
    ("స్వేచ్ఛ", 4, 2),
    ("സ്വാതന്ത്ര്യം", 7, 3),
    ("क\u094d\u200dष", 2, 1),
    ("क\u200dष", 2, 2),
    ("क्\u200cष", 2, 2),
    ("ක්\u200dෂ", 2, 2),
    ("សេរីភាព", 4, 4),
    ("லட்சுமி", 4, 4),
    ("Свабода", 7, 7),
    ("👨‍👩‍👧🇵🇱", 2, 2),
]
"""A text, and its length by `each_grapheme_cluster` of Ruby 3.1, and by the rules of Unicode 15.1."""

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


@pytest.mark.parametrize(("text", "separate", "joined"), IN_RUBY)
def test_letters_that_a_virama_joins_count_as_on_most_servers(text: str, separate: int, joined: int) -> None:
    assert count_separate_graphemes(text) == mastodon_length(text) == separate
    assert count_graphemes(text) == conjunct_status_length(text) == joined


SCRIPTS = (
    *((0x900, 0x980), (0x980, 0xA00), (0xA80, 0xB00), (0xB00, 0xB80), (0xB80, 0xC00), (0xD00, 0xD80), (0xD80, 0xE00)),
    *((0x400, 0x460), (0x600, 0x660), (0xE00, 0xE50), (0x1000, 0x10A0), (0x1780, 0x17F0), (0xAC00, 0xAC40)),
    *((0x1F1E6, 0x1F200), (0x1F466, 0x1F46A), (0x1F3FB, 0x1F400)),
)
JOINERS = "\u200c\u200d\ufe0f\u0301 a\u094d\u093c\u09cd"


def random_texts(count: int) -> Iterator[str]:
    """Texts of many scripts with joiners between their letters; of letters that a Ruby of 2020 knows."""
    chance = Random(17)
    while count:
        first, end = chance.choice(SCRIPTS)
        drawn = (
            chance.choice(JOINERS) if chance.random() < 0.3 else chr(chance.randrange(first, end))
            for _ in range(chance.randint(1, 30))
        )
        text = unicodedata.normalize("NFC", "".join(one for one in drawn if unicodedata.category(one) != "Cn"))
        if text:
            count -= 1
            yield text


@pytest.mark.skipif(shutil.which("ruby") is None, reason="no Ruby to ask")
def test_ruby_counts_no_more_than_we_do() -> None:
    """Ruby itself, which counts for Mastodon: exactly as we do before 4.0, and never more since."""
    texts = list(random_texts(10_000))
    counting = "l.split.map { |c| c.to_i(16) }.pack('U*').each_grapheme_cluster.count"
    program = f"STDIN.each_line(chomp: true) {{ |l| puts {counting} }}"
    given = "\n".join(" ".join(f"{ord(one):x}" for one in text) for text in texts)
    said = subprocess.run(["ruby", "-e", program], input=given, capture_output=True, text=True, check=True).stdout
    version = subprocess.run(["ruby", "-e", "puts RUBY_VERSION"], capture_output=True, text=True, check=True).stdout
    ours = [count_separate_graphemes(text) for text in texts]
    counted = [int(one) for one in said.split()]
    assert len(counted) == len(texts)
    if int(version.partition(".")[0]) < 4:
        assert counted == ours
    else:
        assert all(one <= most for one, most in zip(counted, ours, strict=True))


@given(ANY_TEXT)
def test_the_ways_of_counting_are_in_their_order(text: str) -> None:
    assert count_graphemes(text) <= count_separate_graphemes(text) <= count_code_points(text)
    assert count_code_points(text) <= count_utf16_units(text)
    assert conjunct_status_length(text) <= mastodon_length(text) <= strictest_length(text)
    assert len({one.unit for one in COUNTINGS}) == len(COUNTINGS)
