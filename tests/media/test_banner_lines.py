"""Lines: even, complete, and nothing parted that belongs together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from amplify.banner.line_breaking import break_lines, break_units, has_lonely_word

TEXTS = st.lists(st.text("абвгўі", min_size=1, max_size=9), min_size=1, max_size=24).map(" ".join)


def wide(text: str) -> float:
    return float(len(text))


def test_short_words_numbers_and_dashes_are_not_parted_from_their_neighbours() -> None:
    assert break_units("Ліст у турму — гэта 12 дзён") == ["Ліст", "у турму —", "гэта", "12 дзён"]
    assert break_units("a letter") == ["a letter"]


def test_lines_end_at_a_comma_rather_than_in_the_middle_of_a_phrase() -> None:
    assert break_lines("Здымак займае хвіліну, а тэрмін — гады.", 24, 2, wide) == [
        "Здымак займае хвіліну,",
        "а тэрмін — гады.",
    ]


@given(TEXTS, st.integers(8, 60))
def test_all_words_are_there_and_every_line_fits(text: str, room: int) -> None:
    lines = break_lines(text, room, 99, wide)
    if lines is None:
        assert max(map(wide, break_units(text))) > room
        return
    assert " ".join(lines).split() == text.split()
    assert max(map(wide, lines)) <= room


@given(TEXTS, st.integers(12, 60))
def test_no_more_lines_than_needed(text: str, room: int) -> None:
    lines = break_lines(text, room, 99, wide)
    if lines is not None and len(lines) > 1:
        assert break_lines(text, room, len(lines) - 1, wide) is None


def test_lines_are_even() -> None:
    lines = break_lines("словы словы словы словы словы словы словы", 36, 3, wide)
    assert lines is not None
    assert [len(line.split()) for line in lines] in ([4, 3], [3, 4])


def test_a_word_left_alone_is_seen() -> None:
    assert has_lonely_word(["Чытаем іх словы", "ўголас"], lambda text: len(text) * (0.5 if text == "ўголас" else 1.0))
    assert not has_lonely_word(["Чытаем іх", "словы ўголас"], wide)
    assert not has_lonely_word(["Свабоду"], wide)


def test_a_new_line_in_the_text_is_kept() -> None:
    assert break_lines("Дзень першы\nДзень другі", 40, 4, wide) == ["Дзень першы", "Дзень другі"]
