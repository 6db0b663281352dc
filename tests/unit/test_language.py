"""Numbers, dates and texts, as each language has them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from workshop import Workshop

from amplify.rules.text.language import (
    bcp47_tag,
    fallback_chain,
    format_number,
    pick_any,
    pick_text,
    primary_language,
    spelled_date,
)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("en", "1,495"), ("be", "1\u00a0495"), ("be-tarask", "1\u00a0495"), ("ru", "1\u00a0495"), ("zz", "1\u00a0495")],
)
def test_numbers_are_grouped(lang: str, expected: str) -> None:
    assert format_number(1495, lang) == expected


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "May 21, 2027"),
        ("be", "21 мая 2027 г."),
        ("ru", "21 мая 2027 г."),
        ("de", "21. Mai 2027"),
        ("zz", "2027-05-21"),
    ],
)
def test_months_are_words(lang: str, expected: str) -> None:
    assert " ".join(spelled_date(date(2027, 5, 21), lang).split()) == expected  # blanks differ between CLDR versions


@pytest.mark.parametrize("lang", ["en", "be", "be-tarask", "be-Latn", "ru", "lt", "pl", "en-GB", "zz-zz", "qqq"])
def test_no_language_makes_a_date_that_means_two_days(lang: str) -> None:
    said = spelled_date(date(2027, 3, 4), lang)
    assert any(letter.isalpha() for letter in said) or said == "2027-03-04"
    assert "2" in format_number(2, lang)


def test_a_text_is_taken_in_its_language_or_its_base_or_not_at_all() -> None:
    texts = {"en": "hello", "be": "вітаю", "be-tarask": "віта́ю"}
    assert pick_text(texts, "be-tarask") == "віта́ю"
    assert pick_text(texts, "be-Latn") == "вітаю"
    assert pick_text(texts, "ru") is None
    assert pick_text({"be-tarask": "віта́ю"}, "be") is None


def test_a_name_never_vanishes() -> None:
    assert pick_any({"be": "Саюз", "en": "Union"}, "ru") == "Union"
    assert pick_any({"be": "Саюз"}, "ru") == "Саюз"
    assert pick_any({}, "ru") == ""


class TestChain:
    def test_a_language_falls_back_to_its_bases(self) -> None:
        assert fallback_chain("be") == ("be",)
        assert fallback_chain("be-tarask") == ("be-tarask", "be")
        assert fallback_chain("be-Latn-BY") == ("be-Latn-BY", "be-Latn", "be")

    def test_a_stated_list_stands_as_it_is(self) -> None:
        stated = {"be-tarask": ("ru",), "be": ("ru", "en"), "ru": ("be",)}
        assert fallback_chain("be-tarask", stated) == ("be-tarask", "ru")  # neither `be` nor the list of `ru`
        assert fallback_chain("be", stated) == ("be", "ru", "en")

    def test_a_language_without_a_list_takes_its_base_and_that_ones_list(self) -> None:
        assert fallback_chain("be-Latn", {"be": ("ru", "en")}) == ("be-Latn", "be", "ru", "en")

    def test_none_comes_twice_and_circles_end(self) -> None:
        assert fallback_chain("be", {"be": ("be", "ru", "be"), "ru": ("be",)}) == ("be", "ru")

    def test_texts_are_picked_along_it(self) -> None:
        texts = {"ru": "привет", "en": "hello"}
        assert pick_text(texts, "be", {"be": ("ru",)}) == "привет"
        assert pick_text(texts, "be") is None
        assert pick_any(texts, "be") == "hello"
        assert pick_any(texts, "be", {"be": ("ru",)}) == "привет"


@pytest.mark.parametrize(
    ("tag", "written", "shortest"),
    [
        ("be", "be", "be"),
        ("be-tarask", "be-tarask", "be"),
        ("be-latn", "be-Latn", "be"),
        ("be-LATN-by", "be-Latn-BY", "be"),
        ("bel", "be", "be"),
        ("fas-ir", "fa-IR", "fa"),
        ("szl", "szl", "szl"),  # no shorter code
        ("ckb-Arab", "ckb-Arab", "ckb"),
        ("zh-hant-tw", "zh-Hant-TW", "zh"),
        ("de-u-co-phonebk", "de-u-co-phonebk", "de"),
    ],
)
def test_tags_as_platforms_take_them(tag: str, written: str, shortest: str) -> None:
    assert bcp47_tag(tag) == written
    assert primary_language(tag) == shortest


def test_dates_of_the_two_belarusian_norms_and_in_latin_letters() -> None:
    day = date(2027, 5, 21)
    assert " ".join(spelled_date(day, "be").split()[:2]) == "21 мая"
    assert " ".join(spelled_date(day, "be-tarask").split()[:2]) == "21 траўня"
    assert spelled_date(day, "be-Latn") == "21 maja 2027\u00a0h."
    assert all(
        month.isalpha() for month in [spelled_date(date(2027, n, 1), "be-Latn").split()[1] for n in range(1, 13)]
    )


@pytest.mark.parametrize("lang", ["be", "be-tarask", "ru", "uk", "pl", "lt", "de", "fr", "ar", "fa", "he", "ka", "hy"])
def test_every_month_is_a_word_of_its_own(lang: str) -> None:
    words = {re.sub(r"[\d\W]+", " ", spelled_date(date(2027, month, 15), lang)) for month in range(1, 13)}
    assert len(words) == 12


def test_blanks_that_do_not_break_are_kept() -> None:
    assert format_number(1_234_567, "be-tarask") == "1\u00a0234\u00a0567"
    assert re.search("2027[\u00a0\u202f]г", spelled_date(date(2027, 5, 21), "be"))
    shop = Workshop().fact("prisoners").post("hello", "{{ fact.prisoners.value }} · {{ date }}", lang="be")
    text = shop.composed("hello").message.parts[0].text
    assert "1\u00a0495" in text
    assert re.search("2027[\u00a0\u202f]г", text)


def test_alt_texts_units_and_titles_follow_the_workspaces_chain() -> None:
    shop = Workshop().settings(fallback={"be": ["ru"]})
    shop.fact("prisoners", unit={"ru": "человек"}, counted_by={"en": "Example Watch", "ru": "Пример"})
    shop.picture("a.png", alt={"ru": "Плакат"}).action("letter", title={"en": "Write", "ru": "Напишите"})
    shop.post("hello", "{{ fact.prisoners }}", lang="be", media=["a.png"], cta="letter")
    message = shop.composed("hello").message
    assert message.parts[0].text.startswith("1\u00a0495 человек (Пример)")
    assert message.parts[0].pictures[0].alt == "Плакат"
    shop.post("card", "Слова", lang="be", cta="letter")
    card = shop.composed("card", platform="bluesky").message.parts[0].card
    assert card is not None
    assert card.title == "Напишите"
    bare = Workshop().picture("a.png", alt={"ru": "Плакат"}).post("hello", "Слова", lang="be", media=["a.png"])
    assert bare.composed("hello").message.parts[0].pictures[0].alt == ""
