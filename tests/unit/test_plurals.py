"""Plurals, capitals, days and dates, in languages that count in one, two, three and six ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st
from workshop import PROFILES

from amplify.model.fact import Fact
from amplify.planning.check import check_workspace
from amplify.rules.plan.fact_conflicts import facts_differ
from amplify.rules.plan.template import TemplateFault, as_sentence, render_template
from amplify.rules.plan.template_context import RenderContext, says_today, template_names
from amplify.rules.text.language import format_number, has_dates, spelled_date
from amplify.rules.text.plurals import missing_forms, plural_form, spelled_days, unit_of, whole_forms
from amplify.workspace.load import load_workspace
from amplify.workspace.scaffold import scaffold_workspace

PLATFORMS = frozenset(PROFILES)
DUE = datetime(2027, 5, 21, 8, tzinfo=UTC)
JOURNALISTS = {"one": "журналіст", "few": "журналісты", "many": "журналістаў"}


def fact(value: int | str, unit: dict[str, Any]) -> Fact:
    return Fact.model_validate(
        {
            "id": "f", "value": value, "unit": unit, "as_of": date(2027, 5, 1), "counted_by": {"en": "us"},
            "source": "https://our.example/", "expires": date(2027, 9, 1),
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "form"),
    [(1, "журналіст"), (2, "журналісты"), (5, "журналістаў"), (11, "журналістаў"), (12, "журналістаў"),
     (21, "журналіст"),
     (41, "журналіст"), (104, "журналісты"), (111, "журналістаў"), (0, "журналістаў"), (1_001, "журналіст"),
     ("3–6", "журналістаў"), (1_000_000, "журналістаў")],
)  # fmt: skip
def test_the_number_decides_the_form(value: int | str, form: str) -> None:
    assert unit_of(fact(value, {"be": JOURNALISTS}), "be-tarask") == form


def test_a_unit_in_another_language_takes_the_form_of_that_language() -> None:
    """By the chain, a Russian unit stands in an English text, in the form that Russian wants."""
    unit = {"ru": {"one": "день", "few": "дня", "many": "дней"}}
    assert unit_of(fact(21, unit), "en", {"en": ["ru"]}) == "день"
    assert unit_of(fact(21, unit), "en") == ""


@given(
    st.integers(0, 10**7),
    st.sampled_from(["be", "ru", "uk", "pl", "lt", "lv", "cs", "ro", "ar", "en", "ka", "sl", "cy"]),
)
def test_forms_are_those_of_cldr_and_none_is_missing(value: int, lang: str) -> None:
    assert plural_form(value, lang) == Locale.parse(lang).plural_form(value)
    unit = {form: form for form in whole_forms(lang)}
    one = fact(value, {lang: unit})
    assert missing_forms(one, lang) == ()
    assert unit_of(one, lang) == (plural_form(value, lang) if plural_form(value, lang) in unit else unit_of(one, lang))


def test_facts_that_count_the_same_in_one_form_and_in_several_are_compared() -> None:
    one, other = fact(41, {"be": "журналістаў"}), fact(42, {"be": JOURNALISTS})
    assert facts_differ(one, other.model_copy(update={"id": "g"}))
    assert not facts_differ(one, fact(42, {"be": {"many": "блогераў"}}))


@pytest.mark.parametrize(
    ("lang", "unit", "missing"),
    [
        ("be", "x", ("one", "few", "many")),
        ("lt", "x", ("one", "few", "other")),
        ("en", "x", ()),
        ("be", {"one": "x", "many": "y"}, ("few",)),
        ("be", {"other": "x"}, ()),
        ("en", {"one": "x"}, ("other",)),
        ("ar", "x", ("zero", "one", "two", "few", "many", "other")),
    ],
)
def test_forms_that_are_missing(lang: str, unit: Any, missing: tuple[str, ...]) -> None:
    assert missing_forms(fact(41, {lang: unit}), lang) == missing
    assert missing_forms(fact("many", {lang: unit}), lang) == ()


@pytest.mark.parametrize(
    ("said", "becomes"),
    [("at least 41", "At least 41"), ("прынамсі 41 Журналіст", "Прынамсі 41 Журналіст"), ("«больш", "«Больш"),
     ("41 x", "41 x"),
     ("", ""), ("…", "…"), ("\u2068прынамсі", "\u2068Прынамсі"), ("ǆ", "ǅ")],
)  # fmt: skip
def test_a_sentence_begins_with_a_capital(said: str, becomes: str) -> None:
    assert as_sentence(said) == becomes
    assert render_template("{{ x | sentence }}", {"x": said}) == becomes


@pytest.mark.parametrize(
    ("count", "lang", "said"),
    [(1, "en", "1 day"), (165, "en", "165 days"), (21, "be", "21 дзень"), (22, "be-tarask", "22 дні"),
     (25, "be", "25 дзён"),
     (5, "be-Latn", "5 dzion"), (21, "ru", "21 день"), (2, "pl", "2 dni"), (5, "rue", None)],
)  # fmt: skip
def test_days_in_words(count: int, lang: str, said: str | None) -> None:
    assert spelled_days(count, lang) == said


def test_days_in_words_follow_the_chain() -> None:
    assert spelled_days(5, "rue", {"rue": ["uk"]}) == "5 днів"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "campaigns"
    scaffold_workspace(folder, date(2027, 5, 10))
    return folder


def said(root: Path, template: str, lang: str, due: datetime = DUE) -> str:
    workspace = load_workspace(root, PLATFORMS).workspace
    assert workspace is not None
    post = workspace.posts["vera-petition"]
    context = RenderContext(workspace, PROFILES, post, "bluesky", lang, due, "Europe/Vilnius")
    return render_template(template, template_names(context))


def test_what_texts_say(root: Path) -> None:
    assert said(root, "{{ fact.reporters | sentence }}", "be").startswith("Прынамсі 41 рэпарцёр за кратамі (")
    assert said(root, "{{ fact.reporters.unit }}", "en") == "reporters behind bars"
    first = load_workspace(root, PLATFORMS).workspace
    assert first is not None
    start = first.people["vera"].detentions[-1].start
    due = datetime(start.year, start.month, start.day, 9, tzinfo=UTC)
    text = "{{ person.vera.days_since }} {{ person.vera.days_detained }} {{ person.vera.days_detained.in_words }}"
    assert said(root, text, "en", due) == "0 1 1 day"
    assert said(root, text, "en", due.replace(day=start.day + 1)) == "1 2 2 days"
    assert says_today("{{ person.vera.days_since.in_words }}")


@pytest.mark.parametrize(
    ("lang", "day", "word"),
    [("en", 1, "day"), ("en", 2, "days"), ("be", 21, "дзень"), ("be", 22, "дні"), ("be", 1_005, "дзён"),
     ("ru", 1_001, "день"), ("ru", 1_012, "дней"), ("be-Latn", 2, "dni"), ("xx", 3, "")],
)  # fmt: skip
def test_the_word_for_days_alone(root: Path, lang: str, day: int, word: str) -> None:
    """Where the number stands by itself, as on a banner, its word still has the form that the number asks for."""
    first = load_workspace(root, PLATFORMS).workspace
    assert first is not None
    start = first.people["vera"].detentions[-1].start
    due = datetime(start.year, start.month, start.day, 9, tzinfo=UTC) + timedelta(days=day - 1)
    assert said(root, "{{ person.vera.days_detained.unit }}", lang, due) == word


@pytest.mark.parametrize("lang", ["crh", "csb", "rue", "uk-Latn", "wa"])
def test_a_date_never_comes_out_in_a_language_that_nobody_asked_for(root: Path, lang: str) -> None:
    assert not has_dates(lang)
    for text in ("{{ date }}", "{{ fact.reporters.as_of }}", "{{ person.vera.detained_since }}"):
        with pytest.raises(TemplateFault, match=rf"months are not known in `{lang}`.*fallback"):
            said(root, text, lang)
    assert "41" in said(root, "{{ fact.reporters }} {{ person.vera.days_detained }}", lang)
    path = root / "config/workspace.yaml"
    path.write_text(path.read_text("utf-8") + f"fallback: {{{lang}: [uk]}}\n", "utf-8")
    assert said(root, "{{ date }}", lang) == "21 травня 2027\u202fр."


def test_no_language_of_cldr_writes_a_month_as_a_code() -> None:
    for name in sorted(locale_identifiers()):
        day = spelled_date(date(2026, 11, 29), name.replace("_", "-"))
        assert "M11" not in day, name


def test_numbers_of_a_language_that_is_not_known_have_blanks() -> None:
    assert format_number(1495, "rue") == "1\u00a0495"
    assert format_number(1495, "rue", {"rue": ["en"]}) == "1,495"


@pytest.mark.parametrize(
    ("unit", "told"),
    [("рэпарцёраў", ["FACT-PLURAL"]), ("{one: рэпарцёр, many: рэпарцёраў}", ["FACT-PLURAL"]), ("{other: асоб}", [])],
)
def test_a_unit_with_too_few_forms_is_told(root: Path, unit: str, told: list[str]) -> None:
    path = root / "config/facts.yaml"
    post = root / "posts/vera-petition.md"
    post.write_text(post.read_text("utf-8").replace("Падпішыце", "{{ fact.reporters }}. Падпішыце"), "utf-8")
    text = path.read_text("utf-8")
    start = text.index("      be: {one")
    path.write_text(text[:start] + f"      be: {unit}" + text[text.index("\n", start) :], "utf-8")
    problems = check_workspace(root, datetime(2027, 5, 10, 8, tzinfo=UTC), PROFILES).problems
    assert [problem.code for problem in problems] == told
    assert all("few" in problem.message and "`be`" in problem.message for problem in problems)
