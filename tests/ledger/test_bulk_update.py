"""A bulk update: what follows from a change follows for what was changed, and for nothing else, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from amplify.ledger.bulk_update import BulkUpdate
from amplify.ledger.database import Ledger
from amplify.ledger.tables import DELIVERY, META, READING
from amplify.model.delivery import DeliveryState
from ledger.databases import WoundLedger
from ledger.rows import planned, queue, row
from ledger.test_buckets import counting

AT = datetime(2027, 5, 1, 12, 30, tzinfo=UTC)
UPDATE = BulkUpdate(
    "UPDATE delivery SET why = v.word, sent_at = {at} FROM {rows} AS v "
    "WHERE delivery.id = v.id AND delivery.state = 'waiting'",
    "INSERT INTO meta (key, value) SELECT {by} || v.id, v.word FROM {rows} AS v",
    "INSERT INTO meta (key, value) SELECT 'long ' || v.id, {by} FROM {rows} AS v WHERE v.size > 3",
    first=("INSERT INTO meta (key, value) SELECT 'seen ' || v.id, '' FROM {rows} AS v",),
    common={"at": "timestamp", "by": "text"},
    id="text",
    word="text",
    size="integer",
)


def notes(ledger: Ledger) -> dict[str, str]:
    with ledger.read() as connection:
        return {row.key: row.value for row in connection.execute(select(META.c.key, META.c.value))}


def run(ledger: Ledger, *rows: tuple[str, str, int]) -> set[str]:
    with ledger.write() as connection:
        return UPDATE.run(connection, rows, at=AT, by="by ")


@pytest.fixture
def two(ledger: WoundLedger) -> tuple[str, str]:
    """One that waits, and one that is sent."""
    first, second = planned("first", "a/x"), planned("second", "b/x")
    queue(ledger, first, second)
    with ledger.write() as connection:
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == second.id).values(state=DeliveryState.SENT.value))
    return first.id, second.id


def test_what_was_not_changed_has_no_followers(ledger: WoundLedger, two: tuple[str, str]) -> None:
    waits, out = two
    before = notes(ledger)
    assert run(ledger, (waits, "hello", 5), (out, "hi", 2)) == {waits}
    new = {key: value for key, value in notes(ledger).items() if key not in before}
    assert new == {f"seen {waits}": "", f"seen {out}": "", f"by {waits}": "hello", f"long {waits}": "by "}
    changed = row(ledger, planned("first", "a/x"))
    assert (changed["why"], changed["sent_at"]) == ("hello", AT)


def test_where_all_are_changed_and_where_none_is(ledger: WoundLedger, two: tuple[str, str]) -> None:
    waits, out = two
    assert run(ledger, (waits, "hi", 2)) == {waits}
    assert run(ledger, (out, "hi", 9)) == set()
    assert run(ledger) == set()
    assert {key for key in notes(ledger) if key.startswith(("by ", "long "))} == {f"by {waits}"}


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_one_statement_does_it(ledger: WoundLedger, two: tuple[str, str]) -> None:
    run(ledger, (two[0], "hi", 2))
    with ledger.write() as connection:
        connection.execute(delete(META).where(META.c.key.like(f"% {two[0]}")))
    with ledger.write() as connection, counting(ledger) as seen:
        assert UPDATE.run(connection, [(two[0], "hi", 9)], at=AT, by="by ") == {two[0]}
    assert len(seen) == 1


def test_a_transaction_that_fails_leaves_nothing_in_the_way(ledger: WoundLedger, two: tuple[str, str]) -> None:
    def fails_with(error: type[Exception]) -> None:
        with pytest.raises(error), ledger.write() as connection:
            fail(connection, error)

    def fail(connection: Connection, error: type[Exception]) -> None:
        UPDATE.run(connection, [(two[0], "hi", 2)], at=AT, by="by ")
        if error is KeyError:
            raise KeyError
        if ledger.sqlite:  # at its end, and not before
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.execute(insert(READING).values(delivery="nobody's", part=0, at=AT, mark="1h"))

    fails_with(KeyError)
    fails_with(IntegrityError)
    assert run(ledger, (two[0], "hi", 2)) == {two[0]}


@pytest.mark.parametrize("common", [{}, {"at": "timestamp", "by": "text", "never": "text"}], ids=["none", "too many"])
def test_a_name_that_is_not_given_or_not_used_is_a_mistake_of_ours(common: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at|never"):
        BulkUpdate("UPDATE delivery SET sent_at = {at}, why = {by} FROM {rows} AS v", common=common, id="text")
