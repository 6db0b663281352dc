"""Numbers, dates and texts, as each language has them."""

from __future__ import annotations

from datetime import date

import pytest

from amplify.rules.language import number, pick, pick_any, spelled_date


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("en", "1,495"), ("be", "1\u00a0495"), ("be-tarask", "1\u00a0495"), ("ru", "1\u00a0495"), ("zz", "1,495")],
)
def test_numbers_are_grouped(lang: str, expected: str) -> None:
    assert number(1495, lang) == expected


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "May 21, 2027"),
        ("be", "21 мая 2027 г."),
        ("ru", "21 мая 2027 г."),
        ("de", "21. Mai 2027"),
        ("zz", "May 21, 2027"),
    ],
)
def test_months_are_words(lang: str, expected: str) -> None:
    assert " ".join(spelled_date(date(2027, 5, 21), lang).split()) == expected  # blanks differ between CLDR versions


@pytest.mark.parametrize("lang", ["en", "be", "be-tarask", "be-Latn", "ru", "lt", "pl", "en-GB", "zz-zz", "qqq"])
def test_no_language_makes_a_date_all_numeric(lang: str) -> None:
    assert any(letter.isalpha() for letter in spelled_date(date(2027, 3, 4), lang))
    assert "2" in number(2, lang)


def test_a_text_is_taken_in_its_language_or_its_base_or_not_at_all() -> None:
    texts = {"en": "hello", "be": "вітаю", "be-tarask": "віта́ю"}
    assert pick(texts, "be-tarask") == "віта́ю"
    assert pick(texts, "be-Latn") == "вітаю"
    assert pick(texts, "ru") is None
    assert pick({"be-tarask": "віта́ю"}, "be") is None


def test_a_name_never_vanishes() -> None:
    assert pick_any({"be": "Саюз", "en": "Union"}, "ru") == "Union"
    assert pick_any({"be": "Саюз"}, "ru") == "Саюз"
    assert pick_any({}, "ru") == ""
