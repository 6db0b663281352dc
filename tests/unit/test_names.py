"""What a text may call by name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from workshop import Workshop, at, word

from amplify.model.person import Person
from amplify.rules.plan.template import TemplateFault, render_template
from amplify.rules.plan.template_context import days_detained, signatory_list, template_names


@pytest.fixture
def shop() -> Workshop:
    """Everything a text can name, once."""
    spoken = {"en": "over", "be": "больш за"}
    shop = Workshop().fact("prisoners", qualifier=spoken, unit={"en": "people", "be": "чалавек", "ru": "человек"})
    shop.fact("finding", value="not one was heard", counted_by={"en": "Example Watch", "ru": "Наблюдение"})
    shop.action("petition", url={"en": "https://example.org/en", "be": "https://example.org/be"})
    shop.person("anna", name={"en": "Anna Example", "be": "Ганна Прыклад", "ru": "Анна Пример"})
    shop.partner("writers-house", name={"en": "House of Writers", "be": "Дом пісьменнікаў"})
    shop.partner("quiet_one", handles={}, name="Quiet One").partner("watched", designated_in=["BY"], name="Watched")
    themes = {"2027": {"en": "Letters", "be": "Лісты"}}
    day = {"id": "solidarity", "name": {"en": "Day of Solidarity"}, "month": 5, "day": 21, "themes": themes}
    return shop.campaign("free_anna", occasions=[day], name={"en": "Free Anna", "be": "Свабоду Ганне"})


def said(shop: Workshop, template: str, occasion: str | None = "solidarity", risk: Any = None, **setting: Any) -> str:
    shop.post("hello", "Hello", **({"occasion": occasion} if occasion else {}), **({"risk": risk} if risk else {}))
    return render_template(template, template_names(shop.setting("hello", **setting)))


def fault(shop: Workshop, template: str, **setting: Any) -> TemplateFault:
    with pytest.raises(TemplateFault) as caught:
        said(shop, template, **setting)
    return caught.value


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "over 1,495 people (Example Watch)"),
        ("be", "больш за 1 495 чалавек (Example Watch)"),
        ("be-tarask", "больш за 1 495 чалавек (Example Watch)"),
        ("ru", "1 495 человек (Example Watch)"),  # no qualifier in Russian: none is borrowed
    ],
)
def test_a_fact_is_said_with_who_counted(shop: Workshop, lang: str, expected: str) -> None:
    assert " ".join(said(shop, "{{ fact.prisoners }}", lang=lang).split()) == expected


def test_the_pieces_of_a_fact(shop: Workshop) -> None:
    template = "{{ fact.prisoners.qualifier }}|{{ fact.prisoners.value }}|{{ fact.prisoners.counted_by }}|"
    assert said(shop, template + "{{ fact.prisoners.as_of }}") == "over|1,495|Example Watch|May 1, 2027"
    assert said(shop, "{{ fact.finding }}", lang="ru") == "not one was heard (Наблюдение)"


def test_a_person(shop: Workshop) -> None:
    assert said(shop, "{{ person.anna }}, {{ person.anna.name }}", lang="ru") == "Анна Пример, Анна Пример"
    assert said(shop, "since {{ person.anna.detained_since }}") == "since January 1, 2027"


def test_days_are_counted_to_the_due_day_of_the_readers(shop: Workshop) -> None:
    days = "{{ person.anna.days_detained }}"
    assert said(shop, days, due=at("2027-01-01T12:00Z")) == "1"
    assert said(shop, days, due=at("2027-05-16T23:30Z")) == "136"
    assert said(shop, days, due=at("2027-05-16T23:30Z"), zone="Europe/Vilnius") == "137"
    assert said(shop, days, due=at("2031-01-01T12:00Z")) == "1,462"


def detained(*intervals: tuple[str, str | None]) -> Person:
    detentions = [{"start": start, "end": end} for start, end in intervals]
    consent = {"given_by": "self", "channel": "c", "scope": ["name"], "given": "2027-01-01", "review": "2028-01-01"}
    return word(
        Person, id="anna", name="Anna", detentions=detentions, state="detained", reviewed="2027-01-01", consent=consent
    )


@pytest.mark.parametrize(
    ("intervals", "day", "days"),
    [
        ([("2027-01-01", None)], date(2027, 1, 1), 1),
        ([("2027-01-01", "2027-01-10")], date(2027, 5, 1), 10),
        ([("2027-01-01", "2027-01-10"), ("2027-02-01", None)], date(2027, 2, 2), 12),
        ([("2027-01-01", "2027-01-10"), ("2027-02-01", None)], date(2027, 1, 20), 10),
        ([("2027-01-01", "2027-01-10"), ("2027-02-01", None)], date(2026, 1, 1), 0),
        ([("2028-02-28", None)], date(2028, 3, 1), 3),
    ],
)
def test_all_detentions_count(intervals: list[tuple[str, str | None]], day: date, days: int) -> None:
    assert days_detained(detained(*intervals), day) == days


def test_a_call_to_action_is_its_address_in_the_language(shop: Workshop) -> None:
    assert said(shop, "{{ cta.petition }}", lang="be-tarask") == "https://example.org/be"
    assert said(shop, "{{ cta.petition }}", lang="ru") == "https://example.org/en"


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("x", "@writers-house"),
        ("bluesky", "@writers-house.example"),
        ("mastodon", "@writers-house@social.example"),
    ],
)
def test_a_partner_is_its_handle(shop: Workshop, platform: str, expected: str) -> None:
    assert said(shop, "{{ partner['writers-house'] }}", platform=platform) == expected


def test_a_partner_without_a_handle_is_its_name(shop: Workshop) -> None:
    assert said(shop, "{{ partner.quiet_one }}") == "Quiet One"
    shop.partner("writers-house", handles={"x": "writers"})
    assert said(shop, "{{ partner['writers-house'] }}", platform="mastodon", lang="be") == "Дом пісьменнікаў"


def test_a_designated_partner_is_only_named_to_readers_in_the_country(shop: Workshop) -> None:
    assert said(shop, "{{ partner.watched }}") == "@watched"
    assert said(shop, "{{ partner.watched }}", risk={"audience": "in_country", "in_country": ["BY"]}) == "Watched"


def test_an_occasion_and_its_theme(shop: Workshop) -> None:
    assert said(shop, "{{ occasion }}, {{ occasion.name }}: {{ occasion.theme }}", lang="be") == (
        "Day of Solidarity, Day of Solidarity: Лісты"
    )


def test_the_theme_is_the_due_years(shop: Workshop) -> None:
    assert "no theme for 2028 in `en`" in str(fault(shop, "{{ occasion.theme }}", due=at("2028-05-21")))
    assert "no theme for 2027 in `ru`" in str(fault(shop, "{{ occasion.theme }}", lang="ru"))
    # on the readers' calendar it is still 2027
    new_year = at("2028-01-01T02:00Z")
    assert said(shop, "{{ occasion.theme }}", due=new_year, zone="America/New_York") == "Letters"


def test_the_rest(shop: Workshop) -> None:
    assert said(shop, "{{ campaign }} {{ campaign.name }}", lang="be") == "Свабоду Ганне Свабоду Ганне"
    assert said(shop, "{{ date }}", due=at("2027-05-20T22:30Z"), zone="Europe/Vilnius") == "May 21, 2027"


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{{ fact.nothing }}", "no fact is called `nothing`; known: prisoners, finding"),
        ("{{ fact['no-thing'] }}", "no fact is called `no-thing`"),
        ("{{ person.boris }}", "no person is called `boris`; known: anna"),
        ("{{ cta.letter }}", "no cta is called `letter`; known: petition"),
        ("{{ partner.nobody.name }}", "no partner is called `nobody`"),
        ("{{ fact }}", "say which: `{{ fact.NAME }}`"),
        ("{{ partner|upper }}", "say which"),
        ("{{ person.anna.age }}", "there is no `.age` here; known: name, days_detained, days_since, detained_since"),
        ("{{ fact.prisoners.total }}", "there is no `.total` here; known: value"),
        ("{{ occasion.year }}", "there is no `.year` here; known: name, theme"),
        ("{{ campaign.id }}", "there is no `.id` here; known: name"),
        ("{{ cta.petition.url }}", "has no attribute 'url'"),
        ("{{ hashtags }}", "'hashtags' is undefined"),
    ],
)
def test_a_wrong_name_says_what_there_is(shop: Workshop, template: str, sentence: str) -> None:
    caught = fault(shop, f"one\ntwo\n{template}")
    assert sentence in str(caught)
    assert caught.line == 3
    assert "amplify." not in str(caught)


def test_an_occasion_that_the_post_does_not_name(shop: Workshop) -> None:
    caught = fault(shop, "one\n{{ occasion.name }}", occasion=None)
    assert "add `occasion:`" in str(caught)
    assert caught.line == 2


def test_what_a_text_names_is_noted(shop: Workshop) -> None:
    shop.post("hello", "Hello", occasion="solidarity")
    setting = shop.setting("hello")
    render_template(
        "{{ fact.prisoners }} {{ person.anna }} {{ cta.petition }} {{ partner.quiet_one }} {{ date }}"
        "{% if 1 > 2 %}{{ fact.finding }}{% endif %}",
        template_names(setting),
    )
    assert setting.used == {"fact:prisoners", "person:anna", "action:petition", "partner:quiet_one"}


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "Press Union, Quiet One, +2 more"),
        ("be", "Саюз, Quiet One, +яшчэ 2"),
        ("be-tarask", "Саюз, Quiet One, +яшчэ 2"),
        ("ru", "Союз, Quiet One, +ещё 2"),
        ("de", "Press Union, Quiet One, +2"),
    ],
)
def test_signatories_are_shortened(shop: Workshop, lang: str, expected: str) -> None:
    shop.partner("press_union", name={"en": "Press Union", "be": "Саюз", "ru": "Союз"})
    signed = [
        {"name": "Zeta"},
        {"name": "Alpha"},
        {"partner": "quiet_one", "order": 2},
        {"name": "Asked", "order": 1, "signed": False},
        {"partner": "press_union", "order": 1},
    ]
    shop.campaign("free_anna", signatories=signed, signatories_shown=2)
    assert said(shop, "{{ signatories }}", lang=lang) == expected


def test_signatories_stand_by_order_then_name(shop: Workshop) -> None:
    signed = [{"name": "Zeta", "order": 1}, {"name": "Beta"}, {"name": "Alpha"}, {"partner": "quiet_one"}]
    shop.campaign("free_anna", signatories=signed).post("hello", "Hello")
    setting = shop.setting("hello")
    assert signatory_list(setting) == "Zeta, Alpha, Beta, Quiet One"
    assert setting.used == {"partner:quiet_one"}
    shop.campaign("free_anna", signatories=[]).post("hello", "Hello")
    assert signatory_list(shop.setting("hello")) == ""
