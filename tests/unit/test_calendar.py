"""When something is due, on the clocks of the world."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import at, word

from amplify.model.campaign import Occasion
from amplify.model.queue_entry import QueueEntry
from amplify.rules.plan.daylight_saving import utc_instant
from amplify.rules.plan.recurrence import Slot, expand_slots, stable_fraction

YEARS = [  # zone, a year, half hours that do not exist in it, half hours that exist twice
    ("Europe/Vilnius", 2027, 2, 2),
    ("Europe/Berlin", 2028, 2, 2),
    ("America/New_York", 2027, 2, 2),
    ("America/Sao_Paulo", 2018, 2, 2),  # at midnight
    ("Asia/Tbilisi", 2027, 0, 0),
    ("Australia/Lord_Howe", 2027, 1, 1),  # by thirty minutes
    ("Africa/Casablanca", 2027, 2, 2),  # around Ramadan, backwards first
    ("Pacific/Apia", 2012, 2, 2),
    ("Asia/Kathmandu", 2027, 0, 0),  # 5:45 from UTC
]
ZONES = [zone for zone, *_ in YEARS]
CENTURY = (at("2000-01-01"), at("2100-01-01"))


def entry(*posts: str, **when: Any) -> QueueEntry:
    return word(QueueEntry, id="one", posts=posts or ["hello"], when=when)


def due(
    one: QueueEntry,
    start: datetime = CENTURY[0],
    end: datetime = CENTURY[1],
    zone: str = "UTC",
    account: str = "press_union/x",
    occasions: dict[str, Occasion] | None = None,
) -> list[Slot]:
    return list(expand_slots(one, account, zone, start, end, occasions or {}))


def wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def half_hours(year: int) -> list[datetime]:
    first = datetime(year, 1, 1)  # noqa: DTZ001 - what a clock on a wall shows
    return [first + timedelta(minutes=30 * n) for n in range((date(year + 1, 1, 1) - first.date()).days * 48)]


@pytest.mark.parametrize(("zone", "year", "missing", "double"), YEARS, ids=ZONES)
def test_every_half_hour_of_a_year(zone: str, year: int, missing: int, double: int) -> None:
    gaps = folds = 0
    for clock in half_hours(year):
        moment = utc_instant(clock, zone)
        shown = wall(moment, zone)
        if shown == clock:  # it exists: the first instant that shows it
            assert all(wall(moment - timedelta(minutes=m), zone) != clock for m in (30, 60))
            folds += any(wall(moment + timedelta(minutes=m), zone) == clock for m in (30, 60))
        else:  # it does not: as long after the change as the clock said
            gaps += 1
            before = wall(moment - timedelta(hours=3), zone) + timedelta(hours=3)
            assert before == clock
            assert timedelta(0) < shown - clock <= timedelta(hours=1)
    assert (gaps, folds) == (missing, double)


@pytest.mark.parametrize(
    ("zone", "clock", "expected"),
    [
        ("Europe/Vilnius", "2027-03-28T03:30", "2027-03-28T01:30Z"),  # a gap: shows 04:30
        ("Europe/Vilnius", "2027-10-31T03:30", "2027-10-31T00:30Z"),  # a fold: the first
        ("America/New_York", "2027-03-14T02:00", "2027-03-14T07:00Z"),  # the first minute of the gap
        ("America/New_York", "2027-03-14T03:00", "2027-03-14T07:00Z"),  # the first minute behind it
        ("America/Sao_Paulo", "2018-11-04T00:15", "2018-11-04T03:15Z"),  # a day that began at one
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:45Z"),  # shows 02:45
        ("Africa/Casablanca", "2027-02-07T02:30", "2027-02-07T01:30Z"),
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-30T20:00Z"),  # a day that never was: the same time of the next
        ("Asia/Tbilisi", "2027-03-28T02:30", "2027-03-27T22:30Z"),
    ],
)
def test_gaps_and_folds_by_the_book(zone: str, clock: str, expected: str) -> None:
    assert utc_instant(datetime.fromisoformat(clock), zone) == at(expected)


@pytest.mark.parametrize("zone", ZONES)
def test_a_daily_series_keeps_the_wall_clock_all_year(zone: str) -> None:
    posts = [f"day{n}" for n in range(366)]
    found = due(entry(*posts, series={"start": "2028-01-01", "time": "09:30"}), zone=zone)
    assert [slot.post for slot in found] == posts
    assert [slot.occurrence for slot in found] == [str(date(2028, 1, 1) + timedelta(days=n)) for n in range(366)]
    for slot in found:
        assert wall(slot.due, zone) == datetime.combine(date.fromisoformat(slot.occurrence), time(9, 30))
    assert all(timedelta(hours=23) <= b.due - a.due <= timedelta(hours=25) for a, b in pairwise(found))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("clock", ["00:15", "02:30", "03:00", "23:45"])
def test_a_daily_series_never_turns_back(zone: str, clock: str) -> None:
    found = due(entry(*["again"] * 730, series={"start": "2027-01-01", "time": clock}), zone=zone)
    assert len({slot.occurrence for slot in found}) == 730
    assert all(a.due < b.due for a, b in pairwise(found))


def test_an_instant_is_the_same_everywhere() -> None:
    one = entry(at="2027-05-17T09:00:00+02:00")
    assert {due(one, zone=zone)[0].due for zone in ZONES} == {at("2027-05-17T07:00Z")}
    assert due(one)[0] == Slot("hello", "once", at("2027-05-17T07:00Z"))


def test_a_wall_clock_time_is_everybodys_own() -> None:
    one = entry(local="2027-05-18T09:30")
    assert due(one, zone="Europe/Vilnius")[0].due == at("2027-05-18T06:30Z")
    assert due(one, zone="America/New_York")[0].due == at("2027-05-18T13:30Z")
    assert due(one, zone="Pacific/Apia")[0].due == at("2027-05-17T20:30Z")


def test_several_posts_of_one_time_stand_in_order() -> None:
    assert [(s.post, s.occurrence) for s in due(entry("a", "b", local="2027-05-18T09:30"))] == [
        ("a", "once"),
        ("b", "once"),
    ]


ACCOUNTS = [f"partner{n}/{platform}" for n in range(60) for platform in ("x", "bluesky")]


def test_a_window_spreads_accounts_inside_it() -> None:
    one = entry(window={"start": "2027-05-18T09:00", "end": "2027-05-18T12:00"})
    found = [due(one, account=account)[0].due for account in ACCOUNTS]
    assert all(at("2027-05-18T09:00Z") <= moment < at("2027-05-18T12:00Z") for moment in found)
    assert len(set(found)) > len(ACCOUNTS) * 0.9
    assert {moment.hour for moment in found} == {9, 10, 11}
    assert found == [due(one, account=account)[0].due for account in ACCOUNTS]


def test_an_account_stands_elsewhere_in_another_window() -> None:
    when = {"window": {"start": "2027-05-18T09:00", "end": "2027-05-18T12:00"}}
    entries = [word(QueueEntry, id=id, posts=["hello"], when=when) for id in ("one", "two", "three")]
    assert len({due(one)[0].due for one in entries}) == 3


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2027-03-28T01:30", "2027-03-28T04:30", "00:30", "02:30"),  # over the gap: an hour shorter
        ("2027-10-31T01:30", "2027-10-31T04:30", "2027-10-30T23:30", "2027-10-31T03:30"),  # over the fold: longer
        ("2027-03-28T02:30", "2027-03-28T03:10", "01:10", "01:10"),  # begins inside the gap: 03:10 is all there is
        ("2027-03-28T02:10", "2027-03-28T02:50", "01:10", "01:50"),  # inside the gap
    ],
)
def test_a_window_over_a_change_of_the_clocks(start: str, end: str, first: str, last: str) -> None:
    low, high = (at(text if "T" in text else f"2027-03-28T{text}") for text in (first, last))
    one = entry(window={"start": start, "end": end})
    for account in ACCOUNTS:
        assert low <= due(one, zone="Europe/Berlin", account=account)[0].due <= high


def test_a_moment_is_jittered_a_little_and_always_alike() -> None:
    one = entry(moment={"at": "2027-05-21T12:00:00+02:00", "jitter": "90s"})
    offsets = [due(one, account=account)[0].due - at("2027-05-21T10:00Z") for account in ACCOUNTS]
    assert all(timedelta(0) <= offset < timedelta(seconds=90) for offset in offsets)
    assert len(set(offsets)) > 40
    assert offsets == [due(one, account=account)[0].due - at("2027-05-21T10:00Z") for account in ACCOUNTS]
    exact = entry(moment={"at": "2027-05-21T10:00:00Z", "jitter": "0s"})
    assert {due(exact, account=account)[0].due for account in ACCOUNTS} == {at("2027-05-21T10:00Z")}


def test_chance_is_always_the_same_chance() -> None:
    assert stable_fraction("one", "press_union/x") == pytest.approx(0.9145889776299201)
    assert 0.45 < sum(stable_fraction(account) for account in ACCOUNTS) / len(ACCOUNTS) < 0.55
    assert stable_fraction("ab", "c") != stable_fraction("a", "bc")


def days(found: list[Slot]) -> list[str]:
    return [slot.occurrence for slot in found]


def test_a_series_skips_days_without_using_posts_up() -> None:
    one = entry("a", "b", "c", "d", series={"start": "2027-05-15", "time": "10:00", "weekdays": ["mon", "wed", "fri"]})
    assert [(s.post, s.occurrence) for s in due(one)] == [
        ("a", "2027-05-17"),
        ("b", "2027-05-19"),
        ("c", "2027-05-21"),
        ("d", "2027-05-24"),
    ]


def test_a_series_every_few_days() -> None:
    one = entry("a", "b", "c", series={"start": "2027-02-26", "time": "10:00", "every": 3})
    assert days(due(one)) == ["2027-02-26", "2027-03-01", "2027-03-04"]


def test_a_yearly_date_with_its_bounds() -> None:
    one = entry(yearly={"month": 12, "day": 10, "time": "08:00"})
    assert days(due(one, at("2027-01-01"), at("2030-01-01"))) == ["2027-12-10", "2028-12-10", "2029-12-10"]
    one = entry(yearly={"month": 12, "day": 10, "time": "08:00", "start": "2027-12-11", "until": "2029-12-10"})
    assert days(due(one)) == ["2028-12-10", "2029-12-10"]


def test_the_twenty_ninth_of_february_is_kept_on_the_twenty_eighth() -> None:
    one = entry(yearly={"month": 2, "day": 29, "time": "08:00"})
    found = days(due(one, at("2027-01-01"), at("2033-01-01")))
    assert found == ["2027-02-28", "2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]
    assert "2100-02-28" in days(due(one, at("2100-01-01"), at("2101-01-01")))  # no leap year


def test_a_yearly_occasion() -> None:
    day = word(Occasion, id="solidarity", name="Day of Solidarity", month=5, day=21)
    one = entry(yearly={"occasion": "solidarity", "time": "08:00"})
    assert days(due(one, at("2027-01-01"), at("2029-01-01"), occasions={"solidarity": day})) == [
        "2027-05-21",
        "2028-05-21",
    ]
    assert due(one) == []  # the reader says that there is none


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (31, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
        (30, [30, 29, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30]),
        (29, [29] * 12),
        (1, [1] * 12),
    ],
)
def test_months_end_when_they_end(day: int, expected: list[int]) -> None:
    found = due(entry(monthly={"day": day, "time": "08:00"}), at("2028-01-01"), at("2029-01-01"))
    assert days(found) == [f"2028-{month:02}-{last:02}" for month, last in enumerate(expected, start=1)]


def test_february_ends_earlier_in_most_years() -> None:
    one = entry(monthly={"day": 29, "time": "08:00"})
    assert days(due(one, at("2027-02-01"), at("2027-04-01"))) == ["2027-02-28", "2027-03-29"]


def test_a_monthly_entry_keeps_to_its_bounds() -> None:
    one = entry(monthly={"day": 15, "time": "08:00", "start": "2027-03-15", "until": "2027-05-14"})
    assert days(due(one)) == ["2027-03-15", "2027-04-15"]


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Pacific/Kiritimati"])
def test_the_first_of_a_month_that_begins_before_utc_does(zone: str) -> None:
    """Found by cutting at midnight UTC: the first of June was in neither half."""
    one = entry(monthly={"day": 1, "time": "00:30"})
    before, after = (
        due(one, at("2027-05-10"), at("2027-06-01"), zone),
        due(one, at("2027-06-01"), at("2027-06-20"), zone),
    )
    assert days(before) == ["2027-06-01"]
    assert days(after) == []


def test_the_last_evening_of_a_year_that_ends_after_utc_does() -> None:
    one = entry(yearly={"month": 12, "day": 31, "time": "23:30"})
    assert days(due(one, at("2028-01-01"), at("2028-02-01"), "Pacific/Pago_Pago")) == ["2027-12-31"]


CLOCKS = st.sampled_from(["00:00", "00:30", "02:30", "09:30", "23:30"])
DAYS = st.dates(date(2026, 12, 1), date(2029, 1, 31))
ENDS = st.sampled_from([1, 15, 28, 29, 30, 31])
STEPS = st.integers(1, 40)
WHEN = st.one_of(
    st.builds(lambda day, clock: {"local": f"{day}T{clock}"}, DAYS, CLOCKS),
    st.builds(lambda day, clock: {"at": f"{day}T{clock}:00Z"}, DAYS, CLOCKS),
    st.builds(lambda day, clock: {"moment": {"at": f"{day}T{clock}:00Z", "jitter": "1h"}}, DAYS, CLOCKS),
    st.builds(lambda day: {"window": {"start": f"{day}T01:00", "end": f"{day}T23:00"}}, DAYS),
    st.builds(lambda day, clock, every: {"series": {"start": day, "time": clock, "every": every}}, DAYS, CLOCKS, STEPS),
    st.builds(lambda day, clock: {"yearly": {"month": day.month, "day": day.day, "time": clock}}, DAYS, CLOCKS),
    st.builds(lambda day, clock: {"monthly": {"day": day, "time": clock}}, ENDS, CLOCKS),
)
INSTANTS = st.one_of(
    st.datetimes(datetime(2026, 12, 1), datetime(2029, 1, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    DAYS.map(lambda day: datetime.combine(day, time(), UTC)),
    DAYS.map(lambda day: datetime.combine(day.replace(day=1), time(), UTC)),
)


@given(
    WHEN,
    st.sampled_from([*ZONES, "Pacific/Kiritimati", "Pacific/Pago_Pago"]),
    st.lists(INSTANTS, min_size=2, max_size=5),
)
def test_however_time_is_cut_no_slot_is_lost_or_doubled(when: dict[str, Any], zone: str, cuts: list[datetime]) -> None:
    one = entry(*[f"p{n}" for n in range(12)], **when)
    cuts = sorted(cuts)
    everything = due(one, zone=zone)
    in_pieces = [slot for start, end in pairwise(cuts) for slot in due(one, start, end, zone)]
    assert in_pieces == [slot for slot in everything if cuts[0] <= slot.due < cuts[-1]]
    assert in_pieces == due(one, cuts[0], cuts[-1], zone)
    assert len({(slot.post, slot.occurrence) for slot in everything}) == len(everything)
    assert all(slot.due.tzinfo is UTC for slot in everything)


@given(WHEN, st.sampled_from(ZONES))
def test_the_border_belongs_to_what_comes_after(when: dict[str, Any], zone: str) -> None:
    one = entry(**when)
    first = due(one, zone=zone)[0]
    assert first not in due(one, first.due - timedelta(days=1), first.due, zone)
    assert first in due(one, first.due, first.due + timedelta(seconds=1), zone)
