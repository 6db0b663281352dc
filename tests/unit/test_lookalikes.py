"""Letters that look like another script's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.rules.text.confusables import mixed_words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Аnna must be free", ["Аnna"]),  # a Cyrillic А
        ("Воля Aнне", ["Aнне"]),  # a Latin A
        ("#СвaбодаАнне сёння", ["СвaбодаАнне"]),  # a Latin a
        ("вiтаем", ["вiтаем"]),  # Latin i for the Belarusian і
        ("Telegramе", ["Telegramе"]),  # a Cyrillic ending that passes for a Latin one
        ("frее and frее", ["frее", "frее"]),
        ("Αnna", ["Αnna"]),  # a Greek Alpha
    ],
)
def test_words_with_a_letter_that_passes_for_another(text: str, found: list[str]) -> None:
    assert list(mixed_words(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "X-платформа і PDF-файл",
        "3D-друк, iPhoneы, USBшны",
        "Free Anna / Воля Анне",
        "@press_ціха #Free2Анна",
        "Mañana, naïve, Żółć, łacinka",
        "Ёлка, аб'ява, дзьве",
        "مرحبا Anna",
        "https://example.org/анна",
    ],
)
def test_scripts_beside_each_other_are_no_mistake(text: str) -> None:
    assert list(mixed_words(text)) == []


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    for word in mixed_words(text):
        assert word in text


@given(st.text("АВСЕабвгдежзіклмнпрс ", max_size=80) | st.text("ABCDEFabcdefghijklmnop ", max_size=80))
def test_one_script_is_never_mixed(text: str) -> None:
    assert list(mixed_words(text)) == []
