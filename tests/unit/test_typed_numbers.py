"""Numbers and years typed into texts: those that disagree are told, and innocent ones are left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from innocent_sentences import BELARUSIAN, ENGLISH, RUSSIAN
from workshop import BODY_LINE, Workshop

from amplify.model.plan import LintFinding
from amplify.rules.lint.typed_numbers import typed_number_disagrees

CODES = ("PROSE-NUMBER", "PROSE-YEAR", "PROSE-TERM")
DUE = "2027-05-19T09:00:00Z"
ARREST = "2023-11-27"
"""1,270 days before the due day, the first one counted; three years and six months."""
UNIT = {
    "en": "political prisoners",
    "be": {"one": "палітычны вязень", "few": "палітычныя вязні", "many": "палітычных вязняў"},
    "ru": {"one": "политический заключённый", "few": "политических заключённых", "many": "политических заключённых"},
}
ON_TRIAL = {
    "stage": "on_trial",
    "since": "2027-03-01",
    "up_to": "12 years",
    "source": {"url": "https://docketwatch.example/a", "seen": "2027-03-02"},
}
SENTENCED = {
    "stage": "sentenced",
    "since": "2027-04-01",
    "sentence": "5 years",
    "source": {"url": "https://docketwatch.example/b", "seen": "2027-04-02"},
}


def shop(*stages: dict[str, object], **person: object) -> Workshop:
    names = {"en": "Mira Astravan", "be": "Міра Астраван", "ru": "Мира Астраван"}
    fields: dict[str, object] = {"name": names, "aliases": ["Mira", "Міра", "Мира", "Astravan"]}
    fields |= {"detentions": [{"start": ARREST}], "stages": list(stages), **person}
    made = Workshop().campaign("free_anna", people=["mira"]).person("mira", **fields)
    return made.fact("prisoners", value=1187, unit=UNIT, as_of="2027-04-30", expires="2027-12-31")


def found(made: Workshop, text: str, lang: str = "en", zone: str = "UTC", **front: object) -> list[LintFinding]:
    made.partner("press_union", zone=zone, languages=[lang])
    made.post("hello", text, lang=lang, **front)
    made.queue("once", "hello", at=DUE, platforms=["mastodon"])
    plan = made.plan("2027-05-18")
    assert len(plan.deliveries) == 1, plan.findings
    return [one for one in plan.findings if one.problem.code in CODES]


WRONG = [
    ("en", "PROSE-NUMBER", "1,200 political prisoners", "There are 1,200 political prisoners today."),
    ("en", "PROSE-NUMBER", "1200 Belarusian political prisoners", "1200 Belarusian political prisoners wait."),
    ("en", "PROSE-NUMBER", "1,300 political prisoners", "More than 1,300 political prisoners wait for a letter."),
    ("be", "PROSE-NUMBER", "1 200 палітычных вязняў", "У краіне 1 200 палітычных вязняў."),
    ("be", "PROSE-NUMBER", "1\u00a0182 палітычныя вязні", "Сёння 1\u00a0182 палітычныя вязні."),
    ("ru", "PROSE-NUMBER", "1 200 политических заключённых", "Сегодня 1 200 политических заключённых."),
    ("ru", "PROSE-NUMBER", "1191 политический заключённый", "Сегодня 1191 политический заключённый."),
    ("en", "PROSE-NUMBER", "Day 1265", "Day 1265. Mira waits."),
    ("en", "PROSE-NUMBER", "1,265 days", "Mira has been behind bars for 1,265 days."),
    ("en", "PROSE-NUMBER", "1265th day", "It is her 1265th day in prison, and Mira writes."),
    ("be", "PROSE-NUMBER", "1 265 дзён", "Міра Астраван 1 265 дзён за кратамі."),
    ("be", "PROSE-NUMBER", "1265-ы дзень", "1265-ы дзень няволі. Міра піша."),
    ("ru", "PROSE-NUMBER", "1265 дней", "Мира Астраван за решёткой 1265 дней."),
    ("ru", "PROSE-NUMBER", "День 1265", "День 1265. Мира пишет."),
    ("en", "PROSE-NUMBER", "two years", "Mira has been in prison for two years."),
    ("en", "PROSE-NUMBER", "five years", "For five years Mira has not seen her garden."),
    ("be", "PROSE-NUMBER", "два гады", "Міра ўжо два гады за кратамі."),
    ("be", "PROSE-NUMBER", "пяць гадоў", "Пяць гадоў за кратамі. Міра."),
    ("be", "PROSE-NUMBER", "сорак", "Міра ўжо 40 месяцаў за кратамі."),
    ("ru", "PROSE-NUMBER", "два года", "Мира два года за решёткой."),
    ("ru", "PROSE-NUMBER", "пять лет", "Мира уже пять лет в тюрьме."),
    ("ru", "PROSE-NUMBER", "38 месяцев", "Мира уже 38 месяцев под стражей."),
    ("en", "PROSE-NUMBER", "almost three years", "Mira has been in jail for almost three years."),
    ("en", "PROSE-YEAR", "arrested in 2022", "Mira Astravan was arrested in 2022."),
    ("en", "PROSE-YEAR", "detained on 12 May 2024", "Mira, detained on 12 May 2024, writes."),
    ("en", "PROSE-YEAR", "In prison since 2022", "In prison since 2022: Mira Astravan."),
    ("be", "PROSE-YEAR", "арыштавалі ў Мінску ў 2022", "Міру арыштавалі ў Мінску ў 2022 годзе, Міра чакае."),
    ("be", "PROSE-YEAR", "за кратамі з мая 2022", "Міра за кратамі з мая 2022 года."),
    ("ru", "PROSE-YEAR", "задержали в 2022", "Миру задержали в 2022 году, Мира ждёт."),
    ("ru", "PROSE-YEAR", "В 2022 году арестовали", "В 2022 году арестовали Миру, и Мира ждёт."),
]


@pytest.mark.parametrize(("lang", "code", "words", "text"), WRONG, ids=[one[3][:40] for one in WRONG])
def test_what_disagrees_is_told_with_its_place_and_what_to_write(lang: str, code: str, words: str, text: str) -> None:
    (one,) = found(shop(), f"Hello.\n{text}", lang, people=["mira"])
    problem = one.problem
    assert problem.code == code
    assert problem.severity.value == "warning"
    assert words.split()[-1].casefold() in problem.message.casefold() or words == "сорак"
    assert "{{ " in problem.message
    assert problem.place.line == BODY_LINE + 1
    assert problem.place.column > 0


RIGHT = [
    ("en", "There are 1,187 political prisoners today."),
    ("en", "Over 1,100 political prisoners, almost 1,200 political prisoners, about 1,200 political prisoners."),
    ("en", "A year ago there were 900 political prisoners."),
    ("en", "12 political prisoners were released in May."),
    ("be", "У краіне 1 187 палітычных вязняў."),
    ("ru", "Сегодня более 1 100 политических заключённых."),
    ("en", "Day 1,270. Mira waits."),
    ("en", "Mira has been behind bars for 1,269 days."),
    ("en", "Mira has been behind bars for three years."),
    ("en", "Mira has been in prison for more than three years."),
    ("be", "Міра ўжо больш за тры гады за кратамі."),
    ("be", "Міра ўжо 41 месяц за кратамі."),
    ("ru", "Мира за решёткой 1270 дней."),
    ("ru", "Мира уже три года в тюрьме."),
    ("en", "Mira Astravan was arrested in November 2023."),
    ("be", "Міру арыштавалі ў 2023 годзе, Міра чакае."),
    ("ru", "Миру задержали 27 ноября 2023 года."),
    ("en", "Mira's brother was arrested in 2020, and her husband has been in prison for five years."),
    ("en", "{{ person.mira.days_detained }} days behind bars: Mira."),
]


@pytest.mark.parametrize(("lang", "text"), RIGHT, ids=[one[1][:40] for one in RIGHT])
def test_what_agrees_is_left_alone(lang: str, text: str) -> None:
    assert found(shop(), text, lang, people=["mira"]) == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [*(("en", one) for one in ENGLISH), *(("be", one) for one in BELARUSIAN), *(("ru", one) for one in RUSSIAN)],
)
def test_innocent_sentences_are_left_alone(lang: str, text: str, held: Workshop) -> None:
    assert [one.problem.message for one in found(held, f"Mira Astravan.\n{text}", lang, people=["mira"])] == []


@pytest.fixture(scope="module")
def held() -> Workshop:
    return shop(ON_TRIAL, born="1990-02-03")


def test_there_are_three_hundred_innocent_sentences() -> None:
    assert len({*ENGLISH, *BELARUSIAN, *RUSSIAN}) >= 300


@pytest.mark.parametrize(
    ("lang", "text", "instead"),
    [
        ("en", "Mira faces up to 7 years in prison.", "up_to"),
        ("en", "Mira could face seven years.", "up_to"),
        ("be", "Міры, Міра пагражае да сямі гадоў зняволення.", "up_to"),
        ("ru", "Мира: ей грозит до 7 лет лишения свободы.", "up_to"),
    ],
)
def test_a_term_that_is_not_threatened(lang: str, text: str, instead: str) -> None:
    (one,) = found(shop(ON_TRIAL), text, lang, people=["mira"])
    assert one.problem.code == "PROSE-TERM"
    assert "up to 12 years" in one.problem.message
    assert f"{{{{ person.mira.{instead} }}}}" in one.problem.message


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Mira was sentenced to seven years."),
        ("en", "Mira faces up to 12 years in prison."),
        ("be", "Міра асуджана на сем гадоў."),
        ("ru", "Миру осудили на 7 лет, Мира пишет."),
        ("ru", "Мира приговорена к 7 годам колонии."),
    ],
)
def test_a_sentence_that_was_not_passed(lang: str, text: str) -> None:
    (one,) = found(shop(ON_TRIAL, SENTENCED), text, lang, people=["mira"])
    assert (one.problem.code, "5 years" in one.problem.message) == ("PROSE-TERM", True)
    assert "{{ person.mira.sentence }}" in one.problem.message


@pytest.mark.parametrize("text", ["Mira was sentenced to five years.", "Mira was sentenced to 5 years in prison."])
def test_the_sentence_that_was_passed(text: str) -> None:
    assert found(shop(ON_TRIAL, SENTENCED), text, people=["mira"]) == []
    assert found(shop(), text.replace("five", "six"), people=["mira"]) == []


def test_ages_where_the_day_of_birth_is_known() -> None:
    assert found(shop(), "Mira Astravan, a 34-year-old writer.", people=["mira"]) == []
    assert found(shop(born="1990-02-03"), "Mira Astravan, a 37-year-old writer.", people=["mira"]) == []
    (one,) = found(shop(born="1990-02-03"), "Mira Astravan, a 34-year-old writer.", people=["mira"])
    assert "mira is 37 on 2027-05-19" in one.problem.message


def test_the_count_is_that_of_the_readers_day() -> None:
    late = datetime(2027, 5, 19, 22, 30, tzinfo=UTC).isoformat()
    for zone, day in (("UTC", 1270), ("Pacific/Kiritimati", 1271), ("Pacific/Niue", 1270)):
        made = shop()
        made.partner("press_union", zone=zone).post("hello", f"Mira: day {day} behind bars.", people=["mira"])
        made.queue("once", "hello", at=late, platforms=["x"])
        assert [one for one in made.plan("2027-05-18").findings if one.problem.code in CODES] == []
        made.post("hello", f"Mira: day {day + 5} behind bars.", people=["mira"])
        (one,) = [each for each in made.plan("2027-05-18").findings if each.problem.code in CODES]
        assert f"{day:,} days" in one.problem.message or f"{day + 1:,} days" in one.problem.message


def test_each_is_told_once_with_its_first_day() -> None:
    made = shop().partner("writers_house")
    made.post("hello", "Mira: day 1260 behind bars.\n\n## variant b\n\nMira, day {{ person.mira.days_detained }}.",
              people=["mira"], repeat={"after": "1d"})  # fmt: skip
    made.queue("often", "hello", monthly={"day": 19, "time": "09:00"}, platforms=["x"])
    told = [one for one in made.plan("2027-05-18", days=100).findings if one.problem.code in CODES]
    assert len(told) == 1
    assert "2027-05-19" in told[0].problem.message
    assert len(told[0].deliveries) == 4


def test_somebody_else_is_not_meant() -> None:
    made = shop().person("olga", name={"en": "Olga Openova"}, detentions=[{"start": "2020-01-02"}])
    assert found(made, "Olga Openova was arrested in 2020. Mira writes.", people=["mira", "olga"]) == []
    assert found(made, "Two of them. One was arrested in 2021.", people=["mira", "olga"]) == []


def test_the_rule_stands_among_the_others() -> None:
    from amplify.rules.lint.lint import CROWD

    assert typed_number_disagrees in CROWD


def test_a_number_typed_into_a_banner() -> None:
    made = shop().banner("days", "Day 1260 behind bars", people=["mira"])
    (one,) = found(made, "Mira waits.", people=["mira"], media=[{"banner": "days", "person": "mira"}])
    assert one.problem.code == "PROSE-NUMBER"
    assert str(one.problem.place).startswith("media/banners/days.yaml")
    made = shop().banner("days", "Day {{ person.mira.days_detained }} behind bars", people=["mira"])
    assert found(made, "Mira waits.", people=["mira"], media=[{"banner": "days", "person": "mira"}]) == []
