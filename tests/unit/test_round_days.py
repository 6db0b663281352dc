"""A round day is the day on which a text says the round number: in every zone, at every hour, after every arrest."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workshop import Workshop, text_of

from amplify.rules.plan.daylight_saving import utc_instant
from amplify.rules.plan.round_days import is_round, round_days, years_on

ZONES = ("UTC", "Europe/Minsk", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu", "Pacific/Niue")
WALLS = (time(0, 0), time(9, 30), time(23, 59))
LATER = date(2099, 1, 1)
COUNTERS = ("days_detained", "days_since")


def said_on(day: date, zone: str, wall: time, detentions: list[dict[str, str]]) -> dict[str, str]:
    """What a message that is due at this wall-clock time says of each counter."""
    consent = {"given_by": "self", "channel": "c", "scope": ["name"], "given": "2000-01-01", "review": str(LATER)}
    shop = Workshop().person("anna", detentions=detentions, consent=consent)
    shop.partner("press_union", zone=zone)
    shop.post("hello", "{{ person.anna.days_detained }} {{ person.anna.days_since }}")
    due = utc_instant(datetime.combine(day, wall), zone)
    shop.queue("once", "hello", at=due.isoformat(), platforms=["x"])
    (one,) = shop.plan(str((due - timedelta(minutes=1)).date()), days=3).deliveries
    first, second = text_of(one.message).split("\n")[0].split()
    return {"days_detained": first, "days_since": second}


@st.composite
def arrests(draw: st.DrawFn) -> list[dict[str, str]]:
    """One to three detentions, the last of which lasts."""
    day, found = date(2020, 1, 1) + timedelta(days=draw(st.integers(0, 900))), []
    for _ in range(draw(st.integers(0, 2))):
        end = day + timedelta(days=draw(st.integers(0, 400)))
        found.append({"start": str(day), "end": str(end)})
        day = end + timedelta(days=draw(st.integers(1, 400)))
    return [*found, {"start": str(day)}]


@settings(max_examples=40)
@given(arrests(), st.sampled_from(ZONES), st.sampled_from(WALLS), st.data())
def test_the_round_day_is_the_day_on_which_the_text_says_it(
    detentions: list[dict[str, str]], zone: str, wall: time, data: st.DataObject
) -> None:
    anna = Workshop().person("anna", detentions=detentions).workspace().people["anna"]
    first = anna.detentions[-1].start
    found = [one for one in round_days(anna, first, first + timedelta(days=1100)) if one.counted in COUNTERS]
    assert found
    one = data.draw(st.sampled_from(found))
    assert said_on(one.day, zone, wall, detentions)[one.counted] == f"{one.number:,}"
    assert said_on(one.day - timedelta(days=1), zone, wall, detentions)[one.counted] != f"{one.number:,}"
    other = first + timedelta(days=data.draw(st.integers(0, 1100)))
    listed = {each.counted for each in found if each.day == other}
    said = said_on(other, zone, wall, detentions)
    assert is_round(int(said["days_detained"].replace(",", ""))) is ("days_detained" in listed)
    if len(detentions) > 1:
        assert is_round(int(said["days_since"].replace(",", ""))) is ("days_since" in listed)


def test_the_hundredth_day_counts_the_first_one() -> None:
    anna = Workshop().person("anna", detentions=[{"start": "2027-01-01"}]).workspace().people["anna"]
    (one,) = (each for each in round_days(anna, date(2027, 1, 1), date(2027, 6, 1)) if each.number == 100)
    assert (one.day, one.counted) == (date(2027, 4, 10), "days_detained")


def test_nothing_is_counted_before_an_arrest_and_after_an_end() -> None:
    held = [{"start": "2027-01-01", "end": "2027-04-09"}]
    anna = Workshop().person("anna", detentions=held).workspace().people["anna"]
    assert list(round_days(anna, date(2026, 1, 1), date(2030, 1, 1))) == []


def test_birthdays_only_with_consent_to_them() -> None:
    def listed(*scope: str) -> list[tuple[date, int]]:
        consent = {"given_by": "self", "channel": "c", "scope": scope, "given": "2027-01-01", "review": "2028-01-01"}
        anna = Workshop().person("anna", born="1992-02-29", consent=consent).workspace().people["anna"]
        found = round_days(anna, date(2027, 1, 1), date(2028, 12, 31))
        return [(one.day, one.number) for one in found if one.counted == "born"]

    assert listed("name", "portrait") == []
    assert listed("name", "birthday") == [(date(2027, 2, 28), 35), (date(2028, 2, 29), 36)]


@pytest.mark.parametrize(
    ("day", "since", "years"),
    [("2027-02-28", "2024-02-29", 3), ("2028-02-28", "2024-02-29", 0), ("2028-02-29", "2024-02-29", 4),
     ("2027-05-19", "2027-05-19", 0), ("2026-05-19", "2027-05-19", 0)],
)  # fmt: skip
def test_anniversaries(day: str, since: str, years: int) -> None:
    assert years_on(date.fromisoformat(day), date.fromisoformat(since)) == years


def test_which_numbers_are_round() -> None:
    found = [number for number in range(3200) if is_round(number)]
    assert found == [*range(100, 1001, 100), 1500, 2000, 2500, 3000]
