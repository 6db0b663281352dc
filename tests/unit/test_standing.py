"""How a text stands: what is left, what breaks, where it would be cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplify.model.platform_profile import PlatformProfile
from amplify.platforms import registry
from amplify.rules.text.text_length import GRAPHEME, normalise_text
from amplify.rules.text.text_report import measure_on

X, BLUESKY, MASTODON = (registry.profile(name) for name in registry.names())


def test_a_text_that_fits() -> None:
    one = measure_on("Сёння #тэг https://example.org @press_union $ABC", X)
    assert (one.length, one.left, one.valid) == (5 + 1 + 4 + 1 + 23 + 1 + 12 + 1 + 4, 280 - 52, True)
    assert one.values("tag") == ["тэг"]
    assert one.values("mention") == ["press_union"]
    assert one.values("link") == ["https://example.org"]
    assert one.values("cashtag") == ["ABC"]
    assert one.fits == len(one.text)
    assert not one.faults + one.notes


@pytest.mark.parametrize(
    ("which", "text", "fault"),
    [
        (X, "", "nothing to say"),
        (BLUESKY, " \n", "nothing to say"),
        (MASTODON, "", "nothing to say"),
        (X, "x" * 290, "10 too long"),
        (X, "a\ufeffb", "U+FEFF"),
        (X, "a\ud800b", "half of a character"),
        (BLUESKY, "a\ud800b", "half of a character"),
        (MASTODON, "a\x00b", "U+0000"),
        (BLUESKY, "👨‍👩‍👧‍👦" * 121, "25 bytes too long"),
    ],
)
def test_what_breaks_is_said(which: PlatformProfile, text: str, fault: str) -> None:
    one = measure_on(text, which)
    assert not one.valid
    assert any(fault in said for said in one.faults), one.faults


def test_a_warning_counts_on_mastodon() -> None:
    assert measure_on("ab", MASTODON, "турма").length == 7


def test_two_cashtags_are_a_note() -> None:
    one = measure_on("$A and $B", X)
    assert one.valid
    assert "2 cashtags" in one.notes[0]


@pytest.mark.parametrize("which", [X, BLUESKY, MASTODON], ids=registry.names())
def test_a_cut_never_divides_a_link_or_an_emoji(which: PlatformProfile) -> None:
    for before in range(which.text_max - 12, which.text_max + 2):
        for end in ("#СвабодаАнне x", "https://example.org/" + "a" * 50, "👨‍👩‍👧‍👦" * 8):
            text = "я" * (before - 1) + " " + end
            one = measure_on(text, which)
            if one.valid:
                continue
            assert which.measure(one.text[: one.fits]) <= which.text_max
            assert not any(entity.start < one.fits < entity.end for entity in one.entities)
            assert one.fits in {0, *(match.end() for match in GRAPHEME.finditer(one.text))}


PIECES = [*"ab яў\n.👋\u0301\u200d", "👩\u200d👩\u200d👧 ", " https://example.org/a", " #тэг", "слова " * 30]
LONG = st.lists(st.sampled_from(PIECES), max_size=60)


@settings(deadline=None)
@given(LONG.map("".join), st.sampled_from([X, BLUESKY, MASTODON]))
def test_what_fits_is_taken(text: str, which: PlatformProfile) -> None:
    one = measure_on(text, which)
    assert 0 <= one.fits <= len(one.text)
    assert which.measure(one.text[: one.fits]) <= which.text_max
    assert (one.fits == len(one.text)) == (one.left >= 0 and one.octets <= (which.bytes_max or one.octets))


@given(st.text(alphabet=st.characters(), max_size=200), st.sampled_from([X, BLUESKY, MASTODON]))
def test_no_text_makes_it_raise(text: str, which: PlatformProfile) -> None:
    one = measure_on(text, which)
    assert one.text == normalise_text(text)
    assert all(0 <= entity.start < entity.end <= len(one.text) for entity in one.entities)
