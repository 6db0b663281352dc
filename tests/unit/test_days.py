"""Whose day is meant: today is the readers', a last day in a file ends for everybody at the same instant (UTC)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import Workshop, at, codes, text_of

from amplify.model.plan import Planned
from amplify.rules.plan.calendar_days import end_of_day, readers_day, readers_midnight, start_of_day, utc_day
from amplify.rules.plan.file_gates import derive_gates

ZONES = ("UTC", "Europe/Minsk", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu", "Pacific/Niue")
LAST = date(2027, 5, 20)
INSTANTS = st.integers(-40 * 60, 40 * 60).map(lambda minutes: end_of_day(LAST) + timedelta(minutes=minutes))


def due(shop: Workshop, zone: str, when: datetime, text: str = "Hello") -> Planned | None:
    shop.partner("press_union", zone=zone).post("hello", text)
    shop.queue("once", "hello", at=when.isoformat(), platforms=["x"])
    return next(iter(shop.plan("2027-05-18").deliveries), None)


@given(st.sampled_from(ZONES), INSTANTS, st.sampled_from(["fact", "review", "consent", "campaign"]))
def test_the_plan_the_rules_and_the_gates_mean_the_same_last_day(zone: str, when: datetime, what: str) -> None:
    shop, text, subject = Workshop(), "Hello", "campaign:free_anna"
    consent: dict[str, Any] = {"given_by": "self", "channel": "c", "scope": ["name"], "given": "2027-01-01"}
    if what == "fact":
        shop, text, subject = shop.fact("count", expires=str(LAST)), "{{ fact.count }}", "fact:count"
    elif what == "campaign":
        shop = shop.campaign("free_anna", ends=str(LAST))
    else:
        review, days = (LAST, 365) if what == "consent" else (date(2029, 1, 1), 10)
        shop = shop.person("anna", review_days=days, consent=consent | {"review": str(review)})
        text, subject = "{{ person.anna }}", "person:anna"
    one = due(shop, zone, when, text)
    over = when >= end_of_day(LAST)
    gate = next(gate for gate in derive_gates(shop.workspace()) if f"{gate.kind}:{gate.subject}" == subject)
    assert (gate.why_not(when) is not None) is over
    if what == "campaign":
        assert (one is None) is over
    else:
        assert one is not None
        assert subject in one.subjects
        assert bool(codes(shop.plan("2027-05-18").findings)) is over


@given(st.sampled_from(ZONES), INSTANTS)
def test_a_campaign_begins_everywhere_at_once(zone: str, when: datetime) -> None:
    shop = Workshop().campaign("free_anna", launched=str(LAST))
    assert (due(shop, zone, when) is None) is (when < start_of_day(LAST))


@pytest.mark.parametrize(
    "text", ["{{ person.anna.days_detained }} days", "{{ date }}", "{{ person['anna'].days_detained }}"]
)
@given(st.sampled_from(ZONES), INSTANTS)
def test_what_says_today_never_goes_out_tomorrow(text: str, zone: str, when: datetime) -> None:
    one = due(Workshop(), zone, when, text)
    assert one is not None
    assert one.late == min(when + timedelta(hours=2), readers_midnight(when, zone))
    assert readers_day(one.late - timedelta(microseconds=1), zone) == readers_day(when, zone)
    other = due(Workshop(), zone, when, "Today, {{ person.anna.name }} waits.")
    assert other is not None
    assert other.late == when + timedelta(hours=2)


@given(st.sampled_from(ZONES), INSTANTS)
def test_days_are_counted_by_the_readers_calendar(zone: str, when: datetime) -> None:
    one = due(
        Workshop().person("anna", detentions=[{"start": "2027-01-01"}]), zone, when, "{{ person.anna.days_detained }}"
    )
    assert one is not None
    assert text_of(one.message) == str((readers_day(when, zone) - date(2026, 12, 31)).days)


def test_the_readers_night_of_the_clocks() -> None:
    assert readers_midnight(at("2027-03-27 23:30"), "Europe/Berlin") == at("2027-03-28 22:00")  # 23 hours long
    assert readers_midnight(at("2027-05-20 12:00"), "UTC") == at("2027-05-21")
    assert utc_day(datetime.fromisoformat("2027-05-20T23:30:00-03:00")) == date(2027, 5, 21)


def test_a_review_of_a_day_to_come_is_none_yet() -> None:
    shop = Workshop().person("anna", reviewed="2027-06-01")
    gate = next(gate for gate in derive_gates(shop.workspace()) if (gate.kind, gate.subject) == ("person", "anna"))
    assert gate.why_not(at("2027-05-17")) is not None
    assert gate.why_not(at("2027-05-31T09:59Z")) is not None
    assert gate.why_not(at("2027-05-31T10:00Z")) is None
    assert datetime(2027, 6, 1, tzinfo=UTC) == start_of_day(date(2027, 6, 1))
