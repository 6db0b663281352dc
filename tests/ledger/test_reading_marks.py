"""Readings: each mark once, only the latest after a gap, null stays null, and what others deleted is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from amplify.ledger.queries.readings import DueReading, due_readings, mark_name, next_reading, write_readings
from amplify.ledger.tables import READING
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState
from amplify.model.platform import Engagement
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, put, queue, state, take_one

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARKS = (HOUR, DAY, 7 * DAY)


@pytest.fixture
def sent(ledger: WoundLedger) -> str:
    """A thread of two parts, out since NOW."""
    one = planned(texts=("first", "second"))
    queue(ledger, one)
    rows.send(ledger, take_one(ledger), remote="r")
    return one.id


def due(ledger: WoundLedger, now: datetime, everything: bool = False) -> list[DueReading]:
    with ledger.read() as connection:
        return due_readings(connection, now, MARKS, everything)


def read(ledger: WoundLedger, now: datetime, *counts: Engagement | None) -> int:
    with ledger.write() as connection:
        return write_readings(
            connection, list(zip(due(ledger, now), counts, strict=True)), Timestamp(now, ledger.real_now(connection))
        )


@pytest.mark.usefixtures("sent")
def test_each_mark_is_read_once_for_every_part(ledger: WoundLedger) -> None:
    assert due(ledger, NOW + HOUR - timedelta(seconds=1)) == []
    wanted = due(ledger, NOW + HOUR)
    assert [(one.part, one.remote_id, one.mark) for one in wanted] == [(0, "r.0", "1h"), (1, "r.1", "1h")]
    assert read(ledger, NOW + HOUR, Engagement(likes=3), Engagement()) == 2
    assert due(ledger, NOW + HOUR) == due(ledger, NOW + DAY - HOUR) == []
    assert [one.mark for one in due(ledger, NOW + DAY)] == ["24h", "24h"]


@pytest.mark.usefixtures("sent")
def test_after_a_gap_only_the_latest_mark_is_read(ledger: WoundLedger) -> None:
    assert [one.mark for one in due(ledger, NOW + 8 * DAY)] == ["7d", "7d"]
    read(ledger, NOW + 8 * DAY, Engagement(), Engagement())
    assert due(ledger, NOW + 9 * DAY) == []  # a passed mark is a gap: it is not made up


def test_null_stays_null_and_nought_stays_nought(ledger: WoundLedger, sent: str) -> None:
    read(ledger, NOW + HOUR, Engagement(likes=0, views=12), Engagement())
    with ledger.read() as connection:
        found = connection.execute(READING.select().order_by(READING.c.part)).mappings().all()
    assert [found[0][name] for name in ("likes", "reposts", "views", "mark")] == [0, None, 12, "1h"]
    assert {found[1][name] for name in ("likes", "reposts", "replies", "quotes", "bookmarks", "views")} == {None}
    assert found[0]["delivery"] == sent
    assert found[0]["at"] == NOW + HOUR


def test_what_others_deleted_is_gone(ledger: WoundLedger, sent: str) -> None:
    assert read(ledger, NOW + HOUR, None, Engagement(likes=1)) == 1
    assert state(ledger, sent) is DeliveryState.GONE
    assert rows.row(ledger, sent)["why"] == "deleted by others"
    assert [part["removed_at"] for part in rows.parts(ledger, sent)] == [NOW + HOUR, None]
    assert due(ledger, NOW + DAY) == []
    with ledger.read() as connection:
        assert connection.execute(READING.select()).all()  # readings taken before stay


def test_a_cut_thread_is_read_too(ledger: WoundLedger, sent: str) -> None:
    put(ledger, sent, state=DeliveryState.CUT.value)
    with ledger.write() as connection:
        gone = rows.PART.c.delivery == sent
        connection.execute(rows.update(rows.PART).where(gone, rows.PART.c.number == 1).values(remote_id=None))
    assert [one.remote_id for one in due(ledger, NOW + HOUR)] == ["r.0"]


def test_everything_is_asked_whatever_its_age(ledger: WoundLedger, sent: str) -> None:
    assert [(one.delivery, one.mark) for one in due(ledger, NOW, everything=True)] == [(sent, "asked")] * 2


def test_boosts_have_no_engagement_of_their_own(ledger: WoundLedger) -> None:
    target = planned("target", "one/x")
    boost = planned("boost", "two/x", boost_of=target)
    queue(ledger, target, boost)
    rows.send(ledger, take_one(ledger), remote="t")
    rows.send(ledger, take_one(ledger), remote="b")
    assert rows.states(ledger) == {"sent": 2}
    assert {one.remote_id for one in due(ledger, NOW + HOUR)} == {"t.0"}


@pytest.mark.usefixtures("sent")
def test_when_the_next_mark_is_over(ledger: WoundLedger) -> None:
    with ledger.read() as connection:
        assert next_reading(connection, NOW, MARKS) == NOW + HOUR
        assert next_reading(connection, NOW + HOUR, MARKS) == NOW + DAY
        assert next_reading(connection, NOW + 7 * DAY, MARKS) is None


@pytest.mark.parametrize(
    ("seconds", "name"), [(3600, "1h"), (86400, "24h"), (172800, "2d"), (604800, "7d"), (5400, "90m"), (30, "30s")]
)
def test_marks_have_the_names_people_write(seconds: int, name: str) -> None:
    assert mark_name(timedelta(seconds=seconds)) == name
