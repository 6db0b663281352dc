"""The numbers of a report, counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from report_ledger import NAMES, NOW, add, at, fill, read
from sqlalchemy import Connection, create_engine, insert
from sqlmodel import SQLModel

from amplify.ledger.database import Ledger
from amplify.ledger.tables import GATE
from amplify.report.report import collect_deliveries
from amplify.report.report_model import Counts, Group, ReadingSum, Report
from amplify.report.unnamed import UNTOLD


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def found(connection: Connection) -> Report:
    fill(connection)
    return collect_deliveries(connection, start=None, end=None, now=NOW, names=NAMES)


def group(found: Report, dimension: str, key: str) -> Group:
    return next(group for group in found.dimension(dimension).groups if group.key == key)


def test_every_delivery_stands_in_one_column(found: Report) -> None:
    assert found.counts == Counts(
        planned=11, sent=5, missed=1, refused=1, unsure=1, waiting=2, cancelled=1, held=1, removed=1, gone=1
    )
    for dimension in found.dimensions:
        for one in dimension.groups:
            c = one.counts
            assert c.planned == c.sent + c.missed + c.refused + c.unsure + c.waiting + c.cancelled, one.key


def test_sums_take_the_latest_reading_and_say_how_many_are_behind(found: Report) -> None:
    t = found.tally
    assert (t.messages, t.read) == (5, 5)
    assert t.likes == ReadingSum(20, 4)
    assert t.reposts == ReadingSum(9, 4)
    assert t.replies == ReadingSum(2, 4)
    assert t.quotes == ReadingSum(3, 3)
    assert t.bookmarks == ReadingSum(4, 2)
    assert t.views == ReadingSum(1050, 3)
    assert t.interactions == ReadingSum(38, 4)


def test_unknown_is_never_zero(found: Report) -> None:
    bluesky = group(found, "platform", "bluesky").tally
    assert bluesky.views == ReadingSum(None, 0)
    assert bluesky.replies == ReadingSum(0, 1)
    only_views = group(found, "language", "ru").tally
    assert only_views.interactions == ReadingSum(None, 0)
    assert only_views.views == ReadingSum(50, 1)
    assert group(found, "kind", "boost").tally.likes == ReadingSum(None, 0)


def test_platforms_stand_by_name(found: Report) -> None:
    assert found.platforms == ("bluesky", "mastodon", "x")
    assert [g.name for g in found.dimension("platform").groups] == ["Bluesky", "Mastodon", "X"]
    x = group(found, "platform", "x")
    assert (x.tally.messages, x.tally.interactions, x.tally.views) == (3, ReadingSum(23, 2), ReadingSum(1050, 3))
    assert x.counts == Counts(planned=4, sent=2, missed=1, waiting=1, gone=1)


def test_each_dimension(found: Report) -> None:
    def totals(dimension: str) -> dict[str, tuple[int, int, int | None]]:
        groups = found.dimension(dimension).groups
        return {g.name: (g.counts.planned, g.counts.sent, g.tally.interactions.total) for g in groups}

    assert totals("campaign") == {
        "Day of Solidarity": (1, 0, None),
        "Free Anna": (9, 5, 38),
        "not named here": (1, 0, None),
    }
    assert totals("partner") == {"Example Press Union": (7, 3, 35), "House of Writers": (4, 2, 3)}
    assert totals("language") == {
        "Belarusian (be)": (3, 1, 12),
        "Belarusian (be-tarask)": (1, 1, 3),
        "English (en)": (2, 2, 23),
        "Russian (ru)": (5, 1, None),
    }
    assert totals("kind") == {
        "anniversary": (2, 0, None),
        "boost": (1, 1, None),
        "cta": (5, 1, None),
        "statement": (3, 3, 38),
    }


def test_a_hashtag_is_one_however_it_is_written(found: Report) -> None:
    tags = {g.name: (g.counts.planned, g.tally.interactions.total) for g in found.dimension("hashtag").groups}
    assert tags == {"#FreeAnna": (3, 38), "#СвободаАнне": (1, 23)}


def test_posts_stand_within_their_platform(found: Report) -> None:
    lines = [(line.platform, line.post, line.variant, line.tally.interactions.total) for line in found.posts]
    assert lines == [
        ("bluesky", "free-anna", "b", 12),
        ("mastodon", "free-anna", "c", 3),
        ("x", "free-anna", "default", 23),
        ("x", "letter", "default", None),
    ]


def test_marks(found: Report) -> None:
    lines = {(m.platform, m.mark): (m.due, m.read, m.missing, m.interactions) for m in found.mark_lines}
    assert found.marks == ("1h", "24h", "7d")
    assert lines == {
        ("bluesky", "1h"): (1, 0, 1, ReadingSum(None, 0)),
        ("bluesky", "24h"): (1, 1, 0, ReadingSum(12, 1)),
        ("bluesky", "7d"): (0, 0, 0, ReadingSum(None, 0)),
        ("mastodon", "1h"): (1, 1, 0, ReadingSum(3, 1)),
        ("mastodon", "24h"): (0, 0, 0, ReadingSum(None, 0)),
        ("mastodon", "7d"): (0, 0, 0, ReadingSum(None, 0)),
        ("x", "1h"): (3, 3, 0, ReadingSum(11, 2)),
        ("x", "24h"): (3, 1, 2, ReadingSum(22, 1)),
        ("x", "7d"): (0, 0, 0, ReadingSum(None, 0)),
    }
    ages = {(m.platform, m.mark): m.age for m in found.mark_lines}
    assert ages["mastodon", "1h"] == 3720
    assert ages["x", "24h"] == 86700
    assert ages["bluesky", "1h"] is None


def test_gaps_are_listed_and_say_whether_they_can_still_be_read(found: Report) -> None:
    gaps = [(gap.delivery, gap.part, gap.mark, gap.lost) for gap in found.gaps]
    assert gaps == [("d1", 1, "24h", False), ("d2", 0, "1h", True), ("d10", 0, "24h", True)]


def test_a_mark_is_a_gap_from_its_very_second(connection: Connection) -> None:
    sent = at(17, "10:00:00")
    add(connection, "a", "press_union/x", "post", sent, "sent", sent=sent, parts=(sent,))

    def gaps(seconds: int) -> int:
        now = sent + timedelta(hours=1, seconds=seconds)
        return len(collect_deliveries(connection, start=None, end=None, now=now, names=None).gaps)

    assert (gaps(-1), gaps(0)) == (0, 1)


@pytest.mark.parametrize("mark", ["24h", "1d", "1440m"])
def test_a_mark_is_known_however_it_is_spelled(connection: Connection, mark: str) -> None:
    sent = at(17, "10:00:00")
    add(connection, "a", "press_union/x", "post", sent, "sent", sent=sent, parts=(sent,))
    read(connection, "a", 0, at(18, "10:00:00"), mark, 1, None, None, None, None, None)
    read(connection, "a", 0, at(18, "11:00:00"), "asked", 5, None, None, None, None, None)
    only = (timedelta(days=1),)
    found = collect_deliveries(connection, start=None, end=None, now=NOW, names=None, marks=only)
    assert found.gaps == ()
    assert [(m.mark, m.read, m.interactions.total) for m in found.mark_lines] == [("24h", 1, 1)]
    assert found.tally.likes == ReadingSum(5, 1)


def test_lateness(found: Report) -> None:
    late = found.lateness
    assert late is not None
    assert (late.deliveries, late.median, late.p95, late.most) == (5, 60, 1200, 1200)
    assert [fallen for _, fallen in late.bins] == [0, 3, 1, 0, 1, 0]


def test_p95_is_the_nearest_rank(connection: Connection) -> None:
    due = at(17, "10:00:00")
    for n in range(1, 101):
        sent = due + timedelta(seconds=n)
        add(connection, f"{n:03}", "press_union/x", "post", due, "sent", sent=sent, parts=(sent,))
    late = collect_deliveries(connection, start=None, end=None, now=NOW, names=None).lateness
    assert late is not None
    assert (late.median, late.p95, late.most) == (50.5, 95, 100)


def test_days_have_no_hole(found: Report) -> None:
    assert [(day.day, dict(day.sent)) for day in found.days] == [
        (date(2027, 5, 17), {"x": 1, "bluesky": 1, "mastodon": 1}),
        (date(2027, 5, 18), {"bluesky": 1}),
        (date(2027, 5, 19), {"x": 1}),
    ]


def test_endings_come_with_reasons(found: Report) -> None:
    assert [(e.state, e.delivery, e.why, e.at) for e in found.endings] == [
        ("missed", "d4", "nothing ran in its lateness window", at(18, "11:00:00")),
        ("refused", "d5", "12 characters too long", None),
        ("unsure", "d11", "no answer in 30 s", None),
        ("held", "", UNTOLD, None),
        ("cancelled", "d9", "no longer in the queue", None),
        ("removed", "d3", "the partner asked for it", at(17, "20:00:00")),
        ("gone", "d10", "deleted by others", at(20, "09:30:00")),
    ]


def test_stops_of_the_period_are_told_but_persons_only_counted(found: Report) -> None:
    assert [(c.kind, c.subject, c.why, c.waiting) for c in found.closed] == [
        ("account", "press_union/mastodon", "the token ended", 0),
        ("campaign", "day", "the day is over", 2),
        ("person", None, None, 1),
    ]


@pytest.mark.parametrize(
    ("why", "state", "told"),
    [
        ("Anna is free", "refused", UNTOLD),
        ("held until too late: anna is release reported", "missed", UNTOLD),
        ("the account is asked to wait", "waiting", UNTOLD),
        ("Annals are full", "refused", UNTOLD),
    ],
)
def test_a_reason_that_tells_of_a_person_is_kept_back(connection: Connection, why: str, state: str, told: str) -> None:
    connection.execute(insert(GATE).values(kind="person", subject="anna", closed="anna is release reported"))
    due = at(17, "10:00:00")
    add(connection, "a", "press_union/x", "p", due, state, why=why, subjects=["person:anna"])
    found = collect_deliveries(connection, start=None, end=None, now=NOW, names=None)
    assert [ending.why for ending in found.endings] == [told]


def test_the_period_is_of_due_times_and_half_open(connection: Connection) -> None:
    fill(connection)

    def planned(start: str | None, end: str | None) -> set[str]:
        found = collect_deliveries(
            connection,
            start=at(18, start) if start else None,
            end=at(18, end) if end else None,
            now=NOW,
            names=NAMES,
        )
        return {line.id for line in found.deliveries}

    assert planned("09:00:00", "12:00:00") == {"d4", "d5"}
    assert planned("09:00:01", "12:00:01") == {"d6"}
    assert planned(None, "09:00:00") == {"d1", "d2", "d3"}
    assert planned("12:00:01", None) == {"", "d8", "d9", "d10", "d11"}  # d7 must not be named


def test_numbers_of_another_period_stay_out(connection: Connection) -> None:
    fill(connection)
    found = collect_deliveries(connection, start=at(18, "00:00:00"), end=at(19, "00:00:00"), now=NOW, names=NAMES)
    assert found.counts == Counts(planned=3, sent=1, missed=1, refused=1)
    assert found.tally.interactions == ReadingSum(None, 0)
    assert found.attempts == {}
    assert found.gaps == ()


def test_the_same_ledger_gives_the_same_report(connection: Connection, found: Report) -> None:
    assert collect_deliveries(connection, start=None, end=None, now=NOW, names=NAMES) == found


def test_an_empty_ledger(connection: Connection) -> None:
    found = collect_deliveries(connection, start=None, end=None, now=NOW, names=None)
    assert found.counts == Counts()
    assert (found.lateness, found.days, found.gaps, found.platforms) == (None, (), (), ())
    assert found.tally.likes == ReadingSum(None, 0)


def test_postgresql_gives_the_same_numbers(postgres_url: str, found: Report) -> None:
    ledger = Ledger.open(postgres_url)
    with ledger.write() as connection:
        fill(connection)
    with ledger.read() as connection:
        assert collect_deliveries(connection, start=None, end=None, now=NOW, names=NAMES) == found
    ledger.close()
