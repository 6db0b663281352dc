"""Facts and calls to action: what goes out of date, what that holds, and what a changed value plans anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from workshop import MONDAY, Workshop, at, codes

from amplify.planning.facts import FactReport, report_facts
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.plan.file_gates import derive_gates

UNIT = {"en": "people behind bars"}


def standing(shop: Workshop, days: int = 30) -> FactReport:
    made = shop.plan(days=days)
    return report_facts(shop.workspace(), made.deliveries, MONDAY, MONDAY + timedelta(days=days))


def counted() -> Workshop:
    """One number, said on two Mondays."""
    shop = Workshop().fact("count", unit=UNIT, qualifier={"en": "almost"}, value=1500, expires="2027-05-20")
    shop.post("hello", "There are {{ fact.count }}.").post("again", "{{ fact.count }} today").post("else", "Hello")
    shop.queue("first", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    shop.queue("second", "again", at="2027-05-24T09:00:00Z", platforms=["x"])
    return shop.queue("third", "else", at="2027-05-25T09:00:00Z", platforms=["x"])


def why_not(shop: Workshop, fact: str, instant: str) -> str | None:
    return next(one for one in derive_gates(shop.workspace()) if one.subject == fact and one.kind == "fact").why_not(
        at(instant)
    )


def test_what_goes_stale_and_what_it_would_hold() -> None:
    found = standing(counted())
    (one,) = found.stale
    assert (one.fact.id, one.days_left, one.used) == ("count", 3, 2)
    assert one.said == "almost 1,500 people behind bars (Example Watch)"
    assert [(held.post, held.deliveries, held.first) for held in one.held] == [("again", 1, at("2027-05-24T09:00"))]
    assert standing(counted().fact("count", expires="2028-01-01")).stale == ()


def test_a_fact_that_was_replaced_is_held_from_the_day_of_the_newer_one() -> None:
    shop = (
        counted().fact("count", expires="2028-01-01").fact("newer", value=1600, supersedes="count", as_of="2027-05-20")
    )
    one = next(one for one in standing(shop).facts if one.fact.id == "count")
    assert one.replaced_by == ("newer",)
    assert [held.post for held in one.held] == ["again"]
    assert why_not(shop, "count", "2027-05-19T23:59") is None
    assert why_not(shop, "count", "2027-05-20T00:00") == "the fact count was replaced by newer"
    assert codes(shop.plan(days=14).findings) == ["FACT-CONFLICT"]
    assert "FACT-CONFLICT" in HELD_BY_GATES


def test_two_facts_that_disagree_are_both_held_while_both_hold() -> None:
    shop = counted().fact("count", expires="2028-01-01").fact("other", unit=UNIT, value=9, expires="2027-05-20")
    assert {one.fact.id: one.disagrees_with for one in standing(shop).stale} == {
        "count": ("other",),
        "other": ("count",),
    }
    why = "quiet until 2027-05-21 00:00 UTC: the facts count and other disagree"
    assert why_not(shop, "count", "2027-05-17T09:00") == why
    assert why_not(shop, "count", "2027-05-21T00:00") is None
    assert why_not(shop, "other", "2027-05-17T09:00") is not None


@pytest.mark.parametrize("counted_by", ["Another Watch"])
def test_counts_of_others_may_differ(counted_by: str) -> None:
    shop = counted().fact("other", unit=UNIT, value=9, counted_by=counted_by)
    assert all(one.disagrees_with == () for one in standing(shop).facts)
    assert why_not(shop, "count", "2027-05-17T09:00") is None


def test_calls_that_close_and_what_they_would_hold() -> None:
    shop = Workshop().action("petition", closes="2027-05-20T12:00:00Z").action("letter")
    shop.post("sign", "Sign", cta="petition").post("write", "Write", cta="letter")
    shop.queue("first", "sign", "write", at="2027-05-24T09:00:00Z", platforms=["x"])
    found = standing(shop)
    (one,) = found.closing
    assert (one.action.id, [held.post for held in one.held]) == ("petition", ["sign"])
    assert {call.action.id for call in found.calls} == {"petition", "letter"}


def test_a_changed_value_plans_only_those_anew_that_say_it() -> None:
    before = {one.post: one for one in counted().plan(days=14).deliveries}
    after = {one.post: one for one in counted().fact("count", value=1600).plan(days=14).deliveries}
    changed = {post for post, one in before.items() if one.content_hash != after[post].content_hash}
    assert changed == {"hello", "again"}
    assert before["else"] == after["else"]


def test_quiet_for_everything_a_language_or_a_partner() -> None:
    period = {"start": "2027-05-17T00:00:00Z", "end": "2027-05-18T00:00:00Z", "owner": "Desk", "reason": "A disaster"}

    def silent(**more: object) -> list[str]:
        shop = counted().settings(quiet=[period | more])
        one = shop.planned("hello")
        known = {f"{gate.kind}:{gate.subject}": gate for gate in derive_gates(shop.workspace())}
        assert codes(shop.plan(days=3).findings) == (
            ["QUIET"] if any(known[s].why_not(one.due) for s in one.subjects) else []
        )
        return [subject for subject in one.subjects if known[subject].why_not(one.due) is not None]

    assert silent() == ["campaign:free_anna"]
    assert silent(languages=["en"]) == ["quiet:en"]
    assert silent(languages=["be"]) == []
    assert silent(partners=["press_union"]) == ["account:press_union/x"]
    assert silent(partners=["writers"]) == []
