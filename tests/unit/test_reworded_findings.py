"""What a problem is about is told by codes and ids: its sentence may be worded anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from pydantic_core import ErrorDetails
from workshop import MONDAY, PROFILES, Workshop, codes

from amplify.banner.cannot_paint import BannerFault
from amplify.banner.paint import open_photo
from amplify.model import cause
from amplify.model.base import YearOutOfRange
from amplify.model.server_info import NOTHING_KNOWN
from amplify.planning.eligibility import EligibilityChecker
from amplify.preview import card_problems
from amplify.preview.card_problems import DeliveryProblems, hold_reasons
from amplify.workspace.validate import validation_sentence


@pytest.mark.parametrize("said", ["too close", "on 2027-05-17 something is too close", None])
def test_a_finding_stands_by_the_delivery_it_is_about(said: str | None) -> None:
    shop = Workshop().account("press_union/x", caps={"per_day": 5, "gap": "3h"})
    shop.post("daily", "Month after month: {{ date }}.", repeat={"after": "1d"}).post("early", "Only once.")
    shop.queue("early", "early", at="2027-06-01T08:00:00Z", platforms=["x"])
    shop.queue("first", "daily", monthly={"day": 1, "time": "09:00"}, platforms=["x"])
    plan = shop.plan("2027-05-17", days=60)
    (gap,) = [one for one in plan.findings if one.problem.code == "CAP-GAP"]
    worded = replace(gap, problem=replace(gap.problem, message=said or gap.problem.message))
    found = DeliveryProblems(EligibilityChecker(shop.workspace(), MONDAY, None), PROFILES, [worded], (), NOTHING_KNOWN)
    marked = [one.occurrence for one in plan.deliveries if "CAP-GAP" in [each.code for each in found.of(one)]]
    (about,) = [one for one in plan.deliveries if one.post == "daily" and one.due.month == 6]
    assert gap.deliveries == (about.id,)
    assert marked == [about.occurrence]
    assert len([one for one in plan.deliveries if one.post == "daily"]) == 2


def test_a_day_that_is_too_full_is_about_what_its_last_entry_brings() -> None:
    shop = Workshop().account("press_union/x", caps={"per_day": 1, "gap": "0s"})
    for n, day in enumerate((17, 17, 18)):
        shop.post(f"p{n}", f"Number {n}.")
        shop.queue(f"e{n}", f"p{n}", at=f"2027-05-{day}T{8 + n:02}:00:00Z", platforms=["x"])
    (full,) = shop.plan().findings
    assert codes([full]) == ["CAP-DAY"]
    assert full.deliveries == (shop.planned("p1").id,)


def test_a_problem_of_one_delivery_is_about_that_one() -> None:
    shop = Workshop().post("hello", "x" * 300).queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    assert {one.deliveries for one in shop.plan().findings} == {(shop.planned().id,)}


def test_what_is_kept_back_is_known_by_more_than_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_problems, "PERSON", "etwas")
    monkeypatch.setattr(card_problems, "UNTOLD", "etwas anderes")
    shop = Workshop().person("anna", state="died").post("hello", "{{ person.anna.name }}")
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    one, plan, care = shop.planned(), shop.plan(), EligibilityChecker(shop.workspace(), MONDAY, None)
    waits = hold_reasons(care.reasons([care.to_send(one)])[0])
    assert (waits.reasons, waits.of_person) == (("etwas anderes",), True)
    found = DeliveryProblems(care, PROFILES, plan.findings, (), NOTHING_KNOWN).of(one)
    assert [(each.sentence, each.of_person) for each in found] == [("etwas", True)]


def test_what_is_held_by_something_else_is_told() -> None:
    shop = Workshop().action("petition", closes="2027-05-16T09:00:00Z").post("hello", "Sign", cta="petition")
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    care = EligibilityChecker(shop.workspace(), MONDAY, None)
    waits = hold_reasons(care.reasons([care.to_send(shop.planned())])[0])
    assert (waits.reasons, waits.of_person) == (("the call petition is closed",), False)


@pytest.mark.parametrize(
    ("raised", "code"),
    [(YearOutOfRange("so far away"), "VALUE-DATE"), (ValueError("the year 1 is not ours"), "VALUE-FORM")],
)
def test_a_year_is_known_by_its_kind(raised: ValueError, code: str) -> None:
    details: dict[str, Any] = {"type": "value_error", "loc": ("as_of",), "input": "0001-01-01", "msg": str(raised)}
    assert validation_sentence(cast("ErrorDetails", details | {"ctx": {"error": raised}}), False, [])[0] == code


def test_a_banners_picture_is_known_apart_from_the_sentence() -> None:
    with pytest.raises(BannerFault) as caught:
        open_photo(b"no picture", "anna: a.png")
    assert caught.value.picture == "anna: a.png"
    assert str(caught.value) == f"anna: a.png: {caught.value.bare}"
    assert BannerFault("no room").picture is None


@pytest.mark.parametrize(
    ("about", "of_person"),
    [
        (None, False),
        (cause.stop("person", "anna"), True),
        (cause.stop("partner", "person"), False),
        (cause.stop("all", ""), False),
        (cause.gate("person:anna@died"), True),
        (cause.gate("consent:anna/portrait"), True),
        (cause.gate("fact:person"), False),
    ],
)
def test_causes_of_persons(about: str | None, of_person: bool) -> None:
    assert cause.is_of_person(about) is of_person
