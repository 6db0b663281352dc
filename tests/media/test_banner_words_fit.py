"""Words fit their box or are refused; they never touch each other, and bars never lie over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplify.banner.cannot_paint import BannerFault
from amplify.banner.text_fit import Rect, Style, fit_text
from media.easel import painted, template, text

BARS = {"bars": {"count": 30, "width": 2}, "bleed": True}
STYLE = Style("sans", "bold", 120, 14, lines=8)


@given(
    st.lists(st.text("абвгўёіźłŁЎ", min_size=1, max_size=12), min_size=1, max_size=20).map(" ".join),
    st.sampled_from(["left", "centre", "right"]),
    st.sampled_from(["top", "middle"]),
)
@settings(max_examples=60, deadline=None)
def test_the_ink_lies_within_the_box(said: str, align: str, valign: str) -> None:
    box = Rect(100, 50, 900, 600)
    fitted = fit_text(said, box, Style("serif", "bold", 120, 14, align=align, valign=valign, lines=8))
    ink = fitted.ink
    assert box.left - 1 <= ink.left
    assert ink.right <= box.right + 1
    assert box.top - 1 <= ink.top
    assert ink.bottom <= box.bottom + 1
    assert " ".join(line.text for line in fitted.lines).split() == said.split()


def test_a_text_is_as_large_as_its_box_allows() -> None:
    small, large = fit_text("Свабоду", Rect(0, 0, 300, 200), STYLE), fit_text("Свабоду", Rect(0, 0, 600, 200), STYLE)
    assert small.size < large.size <= 120
    assert small.ink.width > 280


def test_no_word_is_left_alone_where_a_little_smaller_helps() -> None:
    fitted = fit_text("A sentence takes many long years", Rect(0, 0, 640, 400), Style("sans", "bold", 90, 20, lines=4))
    assert len(fitted.lines[-1].text.split()) > 1


def test_a_text_that_does_not_fit_is_refused_and_not_cut() -> None:
    with pytest.raises(BannerFault, match=r"“word word.*does not fit its box .*shorten it"):
        painted(template(text("word " * 300, (0, 0, 30, 20))))


def test_two_texts_in_each_others_way_are_refused() -> None:
    with pytest.raises(BannerFault, match="stand in each other's way"):
        painted(template(text("One text here", largest=12), text("Another text", largest=12)))


def test_words_that_would_leave_the_picture_are_refused() -> None:
    with pytest.raises(BannerFault, match="stands partly outside"):
        painted(template(text("Outside", (-40, 0, 60, 20), largest=10)))


@pytest.mark.parametrize("first", [True, False])
def test_bars_never_lie_over_words_wherever_their_layer_stands(first: bool) -> None:
    """Every pixel that is fully covered by a letter without bars is so with them."""
    said = text("Свабоду Анне", largest=20, colour="#ffffff", scrim="auto")
    plain = np.asarray(painted(template(said)))
    barred = np.asarray(painted(template(*((BARS, said) if first else (said, BARS)))))
    letters = (plain == 255).all(axis=2)
    assert letters.sum() > 5_000
    assert (barred[letters] == 255).all()
    assert (barred != plain).any(axis=2).sum() > 50_000, "there are no bars at all"


def test_an_override_changes_one_size_and_leaves_the_others() -> None:
    moved = text("Move", (0, 0, 50, 50), largest=10) | {"on": {"square": {"box": [0, 70, 50, 30]}}}
    square, post = painted(template(moved), "square"), painted(template(moved), "post")
    ground = np.asarray(square)[0, 0]
    rows = [np.flatnonzero((np.asarray(one) != ground).any(axis=(1, 2))) for one in (square, post)]
    assert rows[0].min() > 700
    assert rows[1].max() < 340


def test_words_keep_clear_of_what_a_story_lays_over_them() -> None:
    story = np.asarray(painted(template(text("Clear", largest=20)), "story"))
    rows = np.flatnonzero((story != story[0, 0]).any(axis=(1, 2)))
    assert rows.min() >= 220
