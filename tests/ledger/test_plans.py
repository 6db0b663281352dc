"""What PostgreSQL reads for a claim: no more than it needs, however much is due, whatever it knows of the table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from amplify.ledger.database import Ledger
from amplify.ledger.rows import claim as claiming
from amplify.ledger.rows.claim import ClaimRequest
from amplify.model.gate import Gate
from ledger import rows
from ledger.rows import LEASE, NOW, planned, queue

ACCOUNTS, DUE, COMING = 200, 2_000, 2_000
LIMIT = 50
PAGE = 500
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


@pytest.fixture(params=[True, False], ids=["with statistics", "without"])
def crowd(ledger: Ledger, request: pytest.FixtureRequest) -> Ledger:
    """Half of what waits is due."""
    names = [f"p{number}/x" for number in range(ACCOUNTS)]
    due = [planned(f"d{n}", names[n % ACCOUNTS], due=NOW - (DUE - n) * SECOND) for n in range(DUE)]
    coming = [planned(f"c{n}", names[n % ACCOUNTS], due=NOW + timedelta(hours=1) + n * SECOND) for n in range(COMING)]
    queue(ledger, *due, *coming)
    if request.param:
        with ledger.write() as connection:
            connection.exec_driver_sql("ANALYZE delivery")
    return ledger


def test_a_claim_reads_a_few_rows_for_each_that_it_takes(crowd: Ledger) -> None:
    with _read(crowd) as read:
        taken = [_claim(crowd) for _ in range(ACCOUNTS // LIMIT)]
    assert {len(names) for names in taken} == {LIMIT}
    assert max(read) <= 4 * LIMIT + ACCOUNTS, read


def test_of_the_lines_behind_held_rows_a_page_is_read_at_a_time(crowd: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_PATIENCE", 30.0), ("_PAGE", PAGE), ("_FIRST_PAGE", PAGE)):
        monkeypatch.setattr(claiming, name, value)
    rows.gates(crowd, Gate("campaign", "free", closed="it is over"))
    with _read(crowd) as read:
        assert [name for _ in range(ACCOUNTS // LIMIT) for name in _claim(crowd)] == []
    assert max(read) <= 2 * PAGE, read


def _claim(ledger: Ledger) -> list[str]:
    with ledger.write() as connection:
        found = claiming.claim_due(ledger, connection, NOW, ClaimRequest("me", LEASE, LIMIT))
    return rows.names(found.taken)


@contextmanager
def _read(ledger: Ledger) -> Iterator[list[int]]:
    """How many deliveries each SELECT reads, those among them that it passes over."""
    read: list[int] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *others: Any) -> None:
        if "FROM delivery" in statement and "UPDATE delivery" not in statement:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            read.append(_scanned(cursor.fetchone()[0][0]["Plan"]))

    event.listen(ledger.engine, "before_cursor_execute", explain)
    try:
        yield read
    finally:
        event.remove(ledger.engine, "before_cursor_execute", explain)


def _scanned(plan: dict[str, Any]) -> int:
    rows = 0
    if plan["Node Type"] == "Bitmap Index Scan" or plan.get("Relation Name") == "delivery":
        rows = plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))
    return rows + sum(_scanned(inner) for inner in plan.get("Plans", ()))
