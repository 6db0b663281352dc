"""A report counts readers: our own thread parts and our own boosts are no interactions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from report_ledger import NAMES, NOW, add, at, read
from sqlalchemy import Connection, create_engine, update
from sqlmodel import SQLModel

from amplify.ledger.tables import PART
from amplify.report.report import collect_deliveries
from amplify.report.report_model import ReadingLine

TEN = at(17, "10:00:00")
HOUR = at(17, "11:00:00")
DAY = at(18, "10:00:00")


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def told(connection: Connection, id: str, part: int = 0, *, start: datetime | None = None) -> ReadingLine:
    """The latest reading of a part as the report has it."""
    found = collect_deliveries(connection, start=start, end=None, now=NOW, names=NAMES)
    (line,) = [one for one in found.deliveries if one.id == id]
    return line.parts[part].readings[-1]


def boost(connection: Connection, id: str, account: str, sent: datetime, of: str | None = "t", **part: object) -> None:
    add(connection, id, account, "boost", sent, "sent", sent=sent, parts=(sent,), kind="boost", boost_of=of)
    if part:
        connection.execute(update(PART).where(PART.c.delivery == id).values(**part))


@pytest.fixture
def thread(connection: Connection) -> Connection:
    """Three parts, each read after an hour: five reposts and three replies each."""
    add(connection, "t", "press_union/x", "p", TEN, "sent", sent=TEN, parts=(TEN, TEN, TEN))
    for number in range(3):
        read(connection, "t", number, HOUR, "1h", 7, 5, 3, 2, 1, 100)
    return connection


def test_the_next_part_of_a_thread_is_no_reply(thread: Connection) -> None:
    assert [told(thread, "t", number).replies for number in range(3)] == [2, 2, 3]
    first = told(thread, "t")
    assert (first.likes, first.reposts, first.quotes, first.bookmarks, first.views) == (7, 5, 2, 1, 100)
    assert first.interactions == 7 + 5 + 2 + 2 + 1
    found = collect_deliveries(thread, start=None, end=None, now=NOW, names=NAMES)
    assert found.tally.replies.total == 7


def test_what_was_not_out_when_it_was_read_was_not_counted(connection: Connection) -> None:
    add(connection, "t", "press_union/x", "p", TEN, "cut", sent=None, parts=(TEN, at(17, "12:00:00"), None))
    read(connection, "t", 0, HOUR, "1h", 0, 0, 3, 0, 0, 0)
    read(connection, "t", 1, DAY, "24h", 0, 0, 3, 0, 0, 0)
    assert told(connection, "t", 0).replies == 3
    assert told(connection, "t", 1).replies == 3
    read(connection, "t", 0, DAY, "24h", 0, 0, 3, 0, 0, 0)
    assert told(connection, "t", 0).replies == 2


def test_a_part_that_was_taken_down_is_not_counted_any_more(thread: Connection) -> None:
    gone = update(PART).where(PART.c.delivery == "t", PART.c.number == 1).values(removed_at=at(17, "10:30:00"))
    thread.execute(gone)
    assert told(thread, "t").replies == 3


def test_our_own_boosts_are_no_reposts(thread: Connection) -> None:
    boost(thread, "b1", "writers_house/x", at(17, "10:20:00"))
    boost(thread, "b2", "others/x", at(17, "10:30:00"))
    boost(thread, "b3", "others/x", at(17, "10:40:00"))  # the same account once more: it changes nothing there
    boost(thread, "b4", "late/x", at(17, "12:00:00"))
    assert [told(thread, "t", number).reposts for number in range(3)] == [3, 5, 5]


def test_a_boost_that_was_taken_back_does_not_count(thread: Connection) -> None:
    boost(thread, "b1", "writers_house/x", at(17, "10:20:00"), removed_at=at(17, "10:50:00"))
    assert told(thread, "t").reposts == 5


def test_a_boost_of_a_later_generation_of_a_post(connection: Connection) -> None:
    add(connection, "t.2", "press_union/x", "p", TEN, "sent", sent=TEN, parts=(TEN,), base="t", generation=2)
    read(connection, "t.2", 0, HOUR, "1h", 0, 5, 0, 0, 0, 0)
    boost(connection, "b1", "writers_house/x", at(17, "10:20:00"))
    assert told(connection, "t.2").reposts == 4


@pytest.mark.parametrize(
    "found_by",
    [
        {"url": "https://x.example/t/1", "remote_id": "other"},
        {"url": "https://X.example/t/1/?lang=be#top", "remote_id": "other"},
        {"url": "https://elsewhere.example/1", "remote_id": "t1"},
    ],
)
def test_a_boost_by_address_of_a_post_of_ours(thread: Connection, found_by: dict[str, str]) -> None:
    boost(thread, "b1", "writers_house/x", at(17, "10:20:00"), of=None, **found_by)
    assert [told(thread, "t", number).reposts for number in range(3)] == [5, 4, 5]


def test_a_boost_of_somebody_else_takes_nothing_off(thread: Connection) -> None:
    boost(thread, "b1", "writers_house/x", at(17, "10:20:00"), of=None, url="https://x.example/z", remote_id="z")
    boost(
        thread, "b2", "writers_house/mastodon", at(17, "10:20:00"), of=None, url="https://m.example/z", remote_id="t0"
    )
    assert told(thread, "t").reposts == 5


def test_a_boost_in_another_period_than_its_post_counts(thread: Connection) -> None:
    boost(thread, "b1", "writers_house/x", at(19, "10:20:00"))
    read(thread, "t", 0, at(20, "10:00:00"), "7d", 0, 5, 3, 0, 0, 0)
    found = collect_deliveries(thread, start=at(17, "00:00:00"), end=at(18, "00:00:00"), now=NOW, names=NAMES)
    assert found.deliveries[0].parts[0].readings[-1].reposts == 4


def test_unknown_stays_unknown_and_nothing_falls_below_nought(connection: Connection) -> None:
    add(connection, "t", "press_union/x", "p", TEN, "sent", sent=TEN, parts=(TEN, TEN))
    read(connection, "t", 0, HOUR, "1h", None, None, None, None, None, None)
    boost(connection, "b1", "writers_house/x", at(17, "10:20:00"))
    assert (told(connection, "t").replies, told(connection, "t").reposts) == (None, None)
    read(connection, "t", 0, DAY, "24h", 0, 0, 0, 0, 0, 0)  # the platform has not counted ours yet
    assert (told(connection, "t").replies, told(connection, "t").reposts) == (0, 0)
