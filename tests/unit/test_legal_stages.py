"""A person's legal stage: what it is on a day, how each language says it, and what of it cannot be said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from workshop import Workshop, at, codes, word

from amplify.model.legal_stage import LegalStage, PrisonTerm, StageKind, parse_term
from amplify.model.person import Person, PersonState
from amplify.rules.plan.compose import ComposeFault
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.plan.legal_stages import next_hearing, spelled_term, spelled_up_to, stage_on, typed_threat

SOURCE = {"url": "https://example.org/case", "seen": "2025-01-01"}


def stage(kind: str, since: str, **fields: Any) -> dict[str, Any]:
    return {"stage": kind, "since": since, "source": SOURCE, **fields}


CHARGE = {"article": "342", "up_to": "4 years"}
CASE = [
    stage("charged", "2027-01-05", charges=[CHARGE, CHARGE | {"article": "361", "up_to": "7 years"}]),
    stage("on_trial", "2027-03-01", hearings=["2027-03-01", "2027-03-08"]),
    stage("sentenced", "2027-03-10", sentence="4 years", regime={"en": "in a colony"}),
    stage("appealed", "2027-03-20"),
    stage("sentenced", "2027-04-15", sentence="3 years 6 months"),
]  # fmt: skip


def anna(*stages: dict[str, Any], **fields: Any) -> Workshop:
    return Workshop().person("anna", stages=list(stages), **fields)


def said(template: str, day: str, lang: str = "en", shop: Workshop | None = None, zone: str = "UTC") -> str:
    made = (shop or anna(*CASE)).post("hello", template, lang=lang)
    return made.said("hello", due=at(day if " " in day else f"{day} 12:00"), zone=zone)


@pytest.mark.parametrize(
    ("day", "en", "be", "ru"),
    [
        ("2027-01-05", "faces up to 7 years", "пагражае да 7 гадоў", "грозит до 7 лет"),
        ("2027-03-09", "faces up to 7 years", "пагражае да 7 гадоў", "грозит до 7 лет"),
        ("2027-03-10", "sentenced to 4 years", "прысуд — 4 гады", "приговор — 4 года"),
        ("2027-03-20", "sentenced to 4 years", "прысуд — 4 гады", "приговор — 4 года"),
        ("2027-04-15", "sentenced to 3 years 6 months", "прысуд — 3 гады 6 месяцаў", "приговор — 3 года 6 месяцев"),
    ],
)
def test_the_stage_of_the_due_day(day: str, en: str, be: str, ru: str) -> None:
    assert [said("{{ person.anna.stage }}", day, lang) for lang in ("en", "be", "ru")] == [en, be, ru]


@pytest.mark.parametrize(
    ("term", "en", "be", "ru", "up_to"),
    [
        ("1 year", "1 year", "1 год", "1 год", "да 1 года"),
        ("2 years", "2 years", "2 гады", "2 года", "да 2 гадоў"),
        ("5 years", "5 years", "5 гадоў", "5 лет", "да 5 гадоў"),
        ("21 years", "21 years", "21 год", "21 год", "да 21 года"),
        ("6 months", "6 months", "6 месяцаў", "6 месяцев", "да 6 месяцаў"),
        ("1 month", "1 month", "1 месяц", "1 месяц", "да 1 месяца"),
        ("18 months", "18 months", "18 месяцаў", "18 месяцев", "да 18 месяцаў"),
        ("1 year 3 months", "1 year 3 months", "1 год 3 месяцы", "1 год 3 месяца", "да 1 года 3 месяцаў"),
        ("life", "life in prison", "пажыццёвае зняволенне", "пожизненное заключение", "пажыццёвае зняволенне"),
    ],
)
def test_terms_have_their_plurals(term: str, en: str, be: str, ru: str, up_to: str) -> None:
    parsed = parse_term(term)
    assert [spelled_term(parsed, lang, {}) for lang in ("en", "be", "ru")] == [en, be, ru]
    assert spelled_up_to(parsed, "be", {}) == up_to


def test_life_is_threatened_and_passed() -> None:
    shop = anna(stage("charged", "2027-01-05", up_to="life"), stage("sentenced", "2027-03-01", sentence="life"))
    assert said("{{ person.anna.stage }}", "2027-02-01", shop=shop) == "faces life in prison"
    assert said("{{ person.anna.stage }}", "2027-02-01", "ru", shop=shop) == "грозит пожизненное заключение"
    assert said("{{ person.anna.stage }}", "2027-03-01", shop=shop) == "sentenced to life in prison"


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("up_to", "2027-02-01", "up to 7 years"),
        ("article", "2027-02-01", "342, 361"),
        ("article", "2027-05-01", "342, 361"),
        ("sentence", "2027-05-01", "3 years 6 months"),
        ("regime", "2027-03-11", "in a colony"),
        ("charged_on", "2027-05-01", "January 5, 2027"),
        ("trial_since", "2027-03-02", "March 1, 2027"),
        ("sentenced_on", "2027-04-01", "March 10, 2027"),
        ("next_hearing", "2027-03-08", "March 8, 2027"),
        ("next_hearing", "2027-02-01", "March 1, 2027"),
    ],
)
def test_names_of_a_stage(name: str, day: str, expected: str) -> None:
    assert said(f"{{{{ person.anna.{name} }}}}", day) == expected


@pytest.mark.parametrize(
    ("name", "day", "why"),
    [
        ("up_to", "2027-03-10", "sentenced since 2027-03-10"),
        ("up_to", "2027-04-01", "appealed since 2027-03-20"),
        ("sentence", "2027-03-09", "no sentence"),
        ("regime", "2027-05-01", "no `regime:`"),
        ("stage", "2027-01-04", "no legal stage"),
        ("trial_since", "2027-02-28", "no trial that has begun"),
        ("next_hearing", "2027-03-09", "no day in court"),
    ],
)
def test_what_is_not_so_on_the_day_is_a_fault(name: str, day: str, why: str) -> None:
    with pytest.raises(ComposeFault, match=why):
        said(f"{{{{ person.anna.{name} }}}}", day)


def test_what_nobody_knows_is_a_fault_or_said_plainly() -> None:
    shop = anna(stage("charged", "2027-01-05"), stage("sentenced", "2027-03-01"))
    assert said("{{ person.anna.stage }}", "2027-02-01", shop=shop) == "charged"
    assert said("{{ person.anna.stage }}", "2027-03-01", "be", shop=shop) == "вынесены прысуд"
    for name in ("article", "up_to"):
        with pytest.raises(ComposeFault, match=r"not known|nobody wrote"):
            said(f"{{{{ person.anna.{name} }}}}", "2027-02-01", shop=shop)
    with pytest.raises(ComposeFault, match="`de` says it is not known"):
        said("{{ person.anna.stage }}", "2027-02-01", "de", shop=shop)


def test_an_unknown_sentence_after_an_appeal_is_not_the_old_one() -> None:
    shop = anna(*CASE[:4], stage("sentenced", "2027-04-15"))
    assert said("{{ person.anna.stage }}", "2027-05-01", shop=shop) == "sentenced"


TWICE = [{"start": "2025-01-01", "end": "2025-09-01"}, {"start": "2027-01-01"}]


def test_stages_of_an_earlier_detention_do_not_count_for_a_later_one() -> None:
    old = [stage("charged", "2025-01-05", up_to="3 years"), stage("sentenced", "2025-06-01", sentence="8 months")]
    new = stage("charged", "2027-02-01", up_to="7 years")
    shop = anna(*old, new, detentions=TWICE)
    assert said("{{ person.anna.stage }}", "2026-12-31", shop=shop) == "sentenced to 8 months"
    with pytest.raises(ComposeFault, match="no legal stage"):
        said("{{ person.anna.stage }}", "2027-01-01", shop=shop)
    assert said("{{ person.anna.stage }}", "2027-02-01", shop=shop) == "faces up to 7 years"
    assert said("{{ person.anna.charged_on }}", "2027-02-01", shop=shop) == "February 1, 2027"


def test_a_case_goes_on_when_somebody_waited_for_the_trial_at_home() -> None:
    case = [stage("charged", "2025-01-05", charges=[{"article": "342", "up_to": "3 years"}])]
    case += [stage("released_pending", "2025-09-01"), stage("on_trial", "2026-11-01")]
    home = anna(*case[:2], detentions=TWICE)
    assert said("{{ person.anna.stage }}", "2026-01-01", shop=home) == "faces up to 3 years"
    assert said("{{ person.anna.stage }}", "2027-01-01", shop=home) == "faces up to 3 years"
    tried = anna(*case, stage("sentenced", "2027-01-02", sentence="2 years"), detentions=TWICE)
    assert said("{{ person.anna.article }}, {{ person.anna.stage }}", "2027-01-02", shop=tried).endswith("2 years")


def test_a_trial_ahead_is_known_and_not_said_as_begun() -> None:
    shop = anna(CASE[0], stage("on_trial", "2027-06-08", hearings=["2027-06-08", "2027-06-10"]))
    assert said("{{ person.anna.next_hearing }}", "2027-05-17", shop=shop) == "June 8, 2027"
    with pytest.raises(ComposeFault, match="no trial that has begun"):
        said("{{ person.anna.trial_since }}", "2027-06-07", shop=shop)
    assert said("{{ person.anna.trial_since }}", "2027-06-08", shop=shop) == "June 8, 2027"


@pytest.mark.parametrize(
    "fields",
    [
        {"stage": "charged", "sentence": "3 years"},
        {"stage": "sentenced", "up_to": "3 years"},
        {"stage": "acquitted", "up_to": "3 years"},
        {"stage": "on_trial", "sentence": "life"},
        {"stage": "jailed"},
        *(
            {"stage": "sentenced", "sentence": one}
            for one in ("0 years", "3", "3 years 12 months", "forever", "3y", "")
        ),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        word(LegalStage, **{"since": "2027-01-01", "source": SOURCE} | fields)


def test_a_stage_needs_its_source() -> None:
    with pytest.raises(ValidationError, match="source"):
        word(LegalStage, stage="charged", since="2027-01-01")


ZONES = st.sampled_from(["Pacific/Kiritimati", "Asia/Tokyo", "Europe/Vilnius", "America/New_York", "Pacific/Pago_Pago"])


@given(ZONES, st.integers(-40 * 60, 40 * 60))
def test_a_stage_begins_with_the_readers_day(zone: str, minutes: int) -> None:
    due = datetime(2027, 3, 10, tzinfo=ZoneInfo(zone)).astimezone(UTC) + timedelta(minutes=minutes)
    made = anna(*CASE).post("hello", "{{ person.anna.stage }}")
    expected = "sentenced to 4 years" if minutes >= 0 else "faces up to 7 years"
    assert made.said("hello", due=due, zone=zone) == expected


DAYS = st.dates(date(2026, 1, 1), date(2028, 1, 1))
KINDS = st.sampled_from(list(StageKind))


@given(st.lists(st.tuples(DAYS, KINDS), max_size=8), DAYS)
def test_the_stage_on_a_day_is_the_last_that_has_begun(found: list[tuple[date, StageKind]], day: date) -> None:
    stages = [stage(kind, since.isoformat()) for since, kind in sorted(found)]
    person = word(Person, **PERSON, stages=stages)
    on = stage_on(person, day)
    begun = [one for one in person.stages if one.since <= day]
    assert (on.stage if on is not None else None) == (begun[-1] if begun else None)
    if on is not None:
        assert (on.up_to is None) or on.stage.stage.threatens
        assert on.sentence is None or on.stage.stage.stands
        assert all(one.since <= day for one in on.case)


@given(st.lists(DAYS, max_size=6), DAYS)
def test_the_next_hearing_is_never_past(days: list[date], day: date) -> None:
    trial = stage("on_trial", "2026-01-01", hearings=[one.isoformat() for one in days])
    found = next_hearing(word(Person, **PERSON, stages=[trial]), day)
    assert found == min((one for one in [*days, date(2026, 1, 1)] if one >= day), default=None)


PERSON: dict[str, Any] = {
    "id": "anna", "name": {"en": "Anna"}, "detentions": [{"start": "2025-01-01"}], "state": "detained",
    "reviewed": "2027-05-01", "consent": {"given_by": "self", "channel": "letter", "scope": ["name"],
                                           "given": "2027-01-01", "review": "2029-01-01"},
}  # fmt: skip


@given(KINDS, st.sampled_from(list(PersonState)))
def test_a_stage_never_changes_a_gate(kind: StageKind, state: PersonState) -> None:
    bare = anna(state=state.value).workspace()
    staged = anna(stage(kind.value, "2027-01-01"), state=state.value).workspace()
    assert list(derive_gates(bare)) == list(derive_gates(staged))


@given(st.integers(1, 99), st.integers(0, 11))
def test_terms_are_read_as_they_are_written(years: int, months: int) -> None:
    said = spelled_term(PrisonTerm(years, months), "en", {})
    assert parse_term(said) == PrisonTerm(years, months)


def planned_codes(text: str, due: str, lang: str = "en", *more: dict[str, Any]) -> list[str]:
    shop = anna(*CASE).person("leon", stages=list(more)).campaign("free_anna", people=["anna", "leon"])
    shop.partner("press_union", languages=["en", "be", "ru"])
    shop.post("hello", text, lang=lang, people=["anna", "leon"] if more else ["anna"])
    return codes(shop.queue("hello", "hello", at=due, platforms=["x"]).plan(due[:10]).findings)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Anna faces up to 7 years", "en"),
        ("Anna is FACING  UP TO seven years", "en"),
        ("Анне пагражае да 7 гадоў", "be"),
        ("Анне грозит до 7 лет", "ru"),
        ("Анне грозит пожизненный срок", "ru"),
    ],
)
def test_words_that_a_sentence_has_overtaken_are_a_problem(text: str, lang: str) -> None:
    assert "PERSON-STAGE" in planned_codes(text, "2027-05-17T09:00:00Z", lang)
    assert "PERSON-STAGE" not in planned_codes(text, "2027-03-09T09:00:00Z", lang)
    assert "PERSON-STAGE" not in planned_codes(text, "2027-05-17T09:00:00Z", lang, stage("charged", "2027-01-01"))


def test_other_words_are_none() -> None:
    assert typed_threat("She faces the window", "en") is None
    assert "PERSON-STAGE" not in planned_codes("Anna was sentenced to 3 years 6 months", "2027-05-17T09:00:00Z")
