"""X's weights are the library's own, found faster."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from amplify.platforms.x.text_length import emoji, fitting_length, scale, weigh_text
from amplify.rules.text.text_length import normalise_text
from amplify.rules.text.text_spans import utf16_units
from amplify.rules.text.url_finder import find_urls
from amplify.rules.text.url_library import url_tables

PIECES = [
    *"abzA019 \n\r\t.,:;-_/@#$＠＃()!?'\"&=+%~|*«»—…’ʼіўяЖж日本語。の",
    *"\u200d\ufe0f\u20e3\u202a\u202c\u2066\u200e\ufeff\ufffe\u0301\u00a0\u3000©☺Ŭß",
    *("https://", "http://", "HTTP://", "www.", ".com", ".co.uk", ".рф", "xn--p1ai", "t.co/abc", "example.org"),
    *("x.бел", "example.com/path", "т.д.", "e.g.", "notes.txt", "...", "🏽", "👨", "👩‍❤️‍👨", "❤️", "🇵🇱", "🇵", "#️⃣", "1⃣"),
]  # fmt: skip
MIXED = st.lists(
    st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"], exclude_characters="İıſ\u212a"), max_size=60
).map("".join)
"""Without the four letters that Python's expressions take for others: `tests/conformance/test_oracles.py` has them."""
OPTIONS = url_tables().config.config["defaults"]


@pytest.fixture(autouse=True)
def any_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library asks IDNA whether a domain may be; X's own code writes down whatever it is given."""
    monkeypatch.setattr(import_module("twitter_text.extract_urls"), "idna_to_ascii", lambda domain: domain)


def as_the_library_says(text: str, once: bool) -> tuple[int, bool, int]:
    said = url_tables().parse_tweet(text, {**OPTIONS, "emoji_parsing_enabled": once})
    return said.weightedLength, said.valid, max(said.validRangeEnd, 0)


@settings(max_examples=400, deadline=None)
@given(MIXED, st.booleans())
@example("日example.com/日example.com/日", True)
@example("http://example.org/1️⃣ 1️⃣.com", True)
@example("a.b.c.d.e.f.g.h.i.j.k.com.l.m.n https://example.org/x.y.z", True)
@example("я" * 120 + "@example.org", True)
@example("\ufffe", True)
def test_weights_are_those_of_the_library(text: str, once: bool) -> None:
    text = normalise_text(text)
    weight = weigh_text(text, once)
    # It says 0 where not even the first character is taken, and -1 of nothing at all.
    range_end = max(utf16_units(text[: fitting_length(text, emoji_count_once=once)]) - 1, 0)
    assert (weight.length, weight.valid, range_end) == as_the_library_says(text, once)


@settings(max_examples=300, deadline=None)
@given(MIXED)
def test_addresses_are_those_of_the_library(text: str) -> None:
    found = url_tables().extract_urls_with_indices(text)
    assert [tuple(one) for one in find_urls(text)] == [(*one["indices"], len(one["url"])) for one in found]


def test_long_texts_are_cut_where_the_library_cuts() -> None:
    for text in ("x" * 300, "日" * 141, "👋" * 141, "a " * 130 + "https://example.org/" + "b" * 50, "ab\ufeffcd"):
        assert utf16_units(text[: fitting_length(text)]) - 1 == as_the_library_says(text, True)[2]


def test_every_emoji_of_the_library_is_one() -> None:
    known = emoji()
    listed = import_module("twitter_text.regexp.emoji").emoji
    for sequence in known.sequences:
        assert weigh_text(sequence).length == 2
        assert not re.search(r"[\x00-\x7f]", sequence[1:]), "the search would miss it"
    singles = {chr(code) for code in range(0x110000) if listed.fullmatch(chr(code))}
    assert singles == {one for one in known.sequences if len(one) == 1}
    assert min(singles) == "©"


def test_the_numbers_are_those_of_version_three() -> None:
    rules = scale()
    assert (rules.most, rules.scale, rules.other, rules.address) == (280, 100, 200, 23)


@pytest.mark.parametrize(
    ("text", "valid"), [("", False), ("a", True), ("x" * 281, False), ("a\ufeffb", False), (" ", True)]
)
def test_validity(text: str, valid: bool) -> None:
    assert weigh_text(text).valid is valid
