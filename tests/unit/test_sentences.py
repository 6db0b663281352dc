"""Where a text may be divided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.rules.text.sentence_breaks import find_breaks


def sentences(text: str) -> list[str]:
    """The text cut after each sentence."""
    found, start = [], 0
    for one in find_breaks(text):
        if one.sentence:
            found.append(text[start : one.start])
            start = one.end
    return [*found, text[start:]]


@pytest.mark.parametrize(
    "text",
    [
        "Mira is in prison.|She was on air.",
        "Is she free?|No!|Not yet…|Write to her.",
        "“Read slowly.”|She said so.",
        "Яна сказала: «Чытай павольна».|Так і чытаем.",
        "Она молчит...|Почему?!|Никто не знает.",
        "(She was ill.)|He was not.",
        "Ends with a year, 2024.|Then more.",
        "Гэта я.|Я тут.",
        "Nobody knows.|5 people ask.",
    ],
)
def test_where_sentences_end(text: str) -> None:
    for blanks in (" ", "  ", "\n", "\n\n", " \n"):
        assert sentences(text.replace("|", blanks)) == text.split("|")


def test_a_line_ends_a_sentence_however_it_ends() -> None:
    assert sentences("One line\nand another, e.g.\nthis") == ["One line", "and another, e.g.", "this"]


@pytest.mark.parametrize(
    "text",
    [
        "Books, e.g. Novels, are banned.",
        "Prizes, i.e. The big ones, help.",
        "Dr. Ilse Hart and Mr. A. B. Stone wrote.",
        "The U.S. Embassy and J.-P. Roux.",
        "See No. 5 and art. 7 of it.",
        "Letters, books, etc. Everything helps.",
        "З 2024 г. Міра за кратамі.",
        "А. С. Астраван і прафесар Б. Ветравей.",
        "Гэта зрабіла рэд. Марыя і інш. Людзі.",
        "Театр им. Чехова и ул. Ленина.",
        "Книги, журналы и т. д. Они запрещены.",
        "По ст. 130 и др. Статьям.",
        "В 2024 г. она и т.п. И всё.",
        "version 2. of the text",
        "She asked: why? and left.",
        "Visit example.org today. or tomorrow",
    ],
)
def test_what_does_not_end_a_sentence(text: str) -> None:
    assert sentences(text) == [text]


def test_no_break_spaces_are_no_breaks() -> None:
    assert find_breaks("1\u00a0040 people\u202fhere") == find_breaks("11040 people-here")
    assert len(find_breaks("1\u00a0040 people\u202fhere")) == 1


def test_a_dash_stays_with_the_words_before_it() -> None:
    text = "Слова — не злачынства"
    assert [text[one.end :] for one in find_breaks(text)] == ["не злачынства", "злачынства"]
    dialogue = "Так.\n— Не."
    assert [dialogue[one.end :] for one in find_breaks(dialogue)] == ["— Не.", "Не."]


@given(st.text(alphabet=st.sampled_from(list("aБ.!? \n\u00a0—«»«）。…5")) | st.characters(), max_size=80))
def test_breaks_are_blanks_inside_the_text_in_order(text: str) -> None:
    last = 0
    for one in find_breaks(text):
        assert 0 < one.start <= one.end < len(text)
        assert last <= one.start
        assert text[one.start : one.end].strip() == ""
        last = one.end
