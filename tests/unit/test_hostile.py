"""Texts that want to hurt: bounded time, and a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.platforms import registry
from amplify.rules.lint.unsafe_text import handle_fault, is_handle
from amplify.rules.text.loose_references import find_references
from amplify.rules.text.text_report import measure_on
from amplify.rules.text.unsafe_characters import find_unsafe, find_unwritable

SIZE = 100_000
SECONDS = 30
"""Far above what any of them takes (the worst some 3 s), far below what backtracking would."""
HOSTILE: dict[str, Callable[[int], str]] = {
    "one word": lambda n: "a" * n,
    "one Cyrillic word and an address": lambda n: "я" * n + ".com",
    "labels": lambda n: "a." * (n // 2),
    "Cyrillic labels": lambda n: "я." * (n // 2),
    "hyphens": lambda n: "a-" * (n // 2) + ".org",
    "endings that are none": lambda n: "a.comb" * (n // 6),
    "one address after another": lambda n: "a.co/" * (n // 5),
    "schemes": lambda n: "https://" * (n // 8) + ".a",
    "brackets in a path": lambda n: "https://a.co/" + "(a)" * (n // 3) + "!",
    "brackets at an end": lambda n: "https://example.org/" + ")" * n,
    "stops at an end": lambda n: "https://example.org/" + "." * n,
    "a long handle": lambda n: "@" + "a" * n,
    "a handle with dots": lambda n: "@" + "a." * (n // 2),
    "handles of hosts": lambda n: "@a" + "@b" * (n // 2),
    "signs": lambda n: "#" * (n // 2) + "@" * (n // 2),
    "digits after a sign": lambda n: "#" + "1" * n,
    "stops after a sign": lambda n: "#" + "!" * n + "a",
    "cashtags": lambda n: " $A" * (n // 3),
    "emoji": lambda n: "👩\u200d❤️\u200d👨" * (n // 6),
    "a tower": lambda n: "a" + "\u0301" * n,
    "towers": lambda n: ("a" + "\u0301\u0300" * 5) * (n // 11),
    "overrides": lambda n: "\u202e" * n,
    "isolates": lambda n: "\u2066" * n,
    "joiners after a sign": lambda n: "@a" + "\u200d" * n,
    "NUL": lambda n: "\x00" * n,
    "lone surrogates": lambda n: "\ud800" * n,
    "words": lambda n: "слова " * (n // 6),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hundred_thousand_characters_are_judged_in_bounded_time(name: str) -> None:
    text = HOSTILE[name](SIZE)
    began = time.perf_counter()
    for platform in registry.names():
        one = measure_on(text, registry.profile(platform))
        assert all(0 <= entity.start < entity.end <= len(one.text) for entity in one.entities)
        assert 0 <= one.fits <= len(one.text)
    assert time.perf_counter() - began < SECONDS


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_text_may_lead_to_is_found_in_time_that_grows_with_it(name: str) -> None:
    began = time.perf_counter()
    find_references([HOSTILE[name](SIZE)])
    assert time.perf_counter() - began < SECONDS / 3


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("plain", []),
        ("שלום \u2068@press\u2069, \u2068#tag\u2069.", []),
        ("\u202bשלום\u202c", []),
        ("\u202eesrever\u202c", ["TXT-BIDI"]),
        ("\u202dforced", ["TXT-BIDI"]),
        ("\u2066never closed", ["TXT-BIDI"]),
        ("\u2066closed too late\n\u2069", ["TXT-BIDI"]),
        ("closed before opened\u2069", ["TXT-BIDI"]),
        ("\u2066crossed\u202a\u2069\u202c", ["TXT-BIDI"]),
        ("ў" + "\u0301" * 7, []),
        ("a" + "\u0301" * 8, []),
        ("a" + "\u0301" * 9, ["TXT-MARKS"]),
        ("👩‍👩‍👧 می‌خواهم", []),
        ("@press\u200d_union", ["TXT-HIDDEN"]),
        ("@press.\u200bexample", ["TXT-HIDDEN"]),
        ("@press@social\u00ad.example", ["TXT-HIDDEN"]),
        ("@press\u200b, @writers", []),
        ("x" * 10_000, []),
        ("x" * 10_001, ["TXT-HUGE"]),
    ],
)
def test_what_is_hidden_is_found(text: str, codes: list[str]) -> None:
    assert [one.code for one in find_unsafe(text)] == codes
    assert all(0 <= one.at < len(text) for one in find_unsafe(text))


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\ud800"])
def test_what_cannot_be_written_is_found(sign: str) -> None:
    found = find_unwritable(f"ab{sign}c")
    assert found is not None
    assert found.at == 2
    assert f"U+{ord(sign):04X}" in found.sentence


@given(st.text(alphabet=st.characters(), max_size=100))
def test_no_text_makes_the_search_raise(text: str) -> None:
    for one in (*find_unsafe(text), *([found] if (found := find_unwritable(text)) else [])):
        assert 0 <= one.at < len(text)
        assert one.sentence.isprintable()


@pytest.mark.parametrize(
    ("platform", "good", "bad"),
    [
        ("x", ["press_union", "A1"], ["press.union", "press-union", "p" * 21, "прэс", ""]),
        (
            "bluesky",
            ["press.example", "a.b-c.example"],
            ["press", "press.example.", "-a.example", "прэс.example"],
        ),
        ("mastodon", ["press@social.example", "p.r-s@a.example:8080"], ["press", "@a@b.example", "a@", "a.@b.example"]),
    ],
)
def test_handles_that_can_be(platform: str, good: list[str], bad: list[str]) -> None:
    syntax = registry.profile(platform).handles
    for handle in good:
        assert is_handle(syntax, handle), handle
        assert handle_fault(syntax, handle) is None
        hidden = handle[:1] + "\u200d" + handle[1:]
        assert "U+200D" in (handle_fault(syntax, hidden) or "")
    for handle in bad:
        assert not is_handle(syntax, handle), handle
        assert "a handle there is" in (handle_fault(syntax, handle) or "")
