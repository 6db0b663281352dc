"""A ledger with millions of deliveries, multiplied inside the database from one: as years of use would leave it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from amplify.ledger.database import Ledger
from amplify.ledger.tables import DELIVERY, PART
from bench.stock import NOW, WINDOW, fill

_INSTANT: Final = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', :{0}, ({1}) || ' seconds')",
    "postgresql": "cast(:{0} AS timestamptz) + ({1}) * interval '1 second'",
}
_HEX: Final = {"sqlite": "printf('%032x', n)", "postgresql": "lpad(to_hex(n), 32, '0')"}
_COUNTED: Final = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM c WHERE n + 1 < :end) ",
    "postgresql": "WITH c AS (SELECT n FROM generate_series(:first, :end - 1) AS s(n)) ",
}
_BARE: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'delivery' AND sql > ''",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'delivery' AND indexname !~ 'pkey$'",
}


@dataclass(frozen=True)
class Batch:
    """`count` deliveries in one state, `apart` from each other (campaign time), the first one due at `first`."""

    state: str
    count: int
    first: datetime
    apart: timedelta
    subjects: str | None = None
    """JSON; None: the usual ones, whose gates are open."""


def multiply(ledger: Ledger, accounts: int, batches: list[Batch]) -> None:
    """Put the batches into an empty ledger, in turn for each of `accounts`. Ids are in order, which is quicker."""
    fill(ledger, accounts, accounts, due=NOW - 2 * WINDOW)
    name = ledger.engine.dialect.name
    with ledger.engine.connect() as connection:
        if ledger.sqlite:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1000000"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        for table in ("delivery", "part"):
            connection.exec_driver_sql(f"CREATE TEMP TABLE one_{table} AS SELECT * FROM {table} LIMIT 1")
        if ledger.sqlite:
            for table in ("move", "part", "delivery"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        else:  # what a transaction empties and fills need not be logged
            connection.exec_driver_sql("TRUNCATE delivery CASCADE")
        indexes = connection.execute(text(_BARE[name])).all()
        for index, _ in indexes:
            connection.exec_driver_sql(f"DROP INDEX {index}")
        for at, batch in _placed(batches):
            _add(connection, name, batch, accounts, at)
        for _, statement in indexes:
            connection.exec_driver_sql(statement)
        connection.commit()
    ledger.engine.dispose()
    _settle_down(ledger)


def _placed(batches: list[Batch]) -> Iterator[tuple[int, Batch]]:
    """Each with the number of its first delivery."""
    at = 0
    for batch in batches:
        yield at, batch
        at += batch.count


def _add(connection: Connection, name: str, batch: Batch, accounts: int, at: int) -> None:
    step = f"(n - :first) * {batch.apart.total_seconds()}"
    given = {
        "id": _HEX[name],
        "base": _HEX[name],
        "entry": "'entry' || (n / 25)",
        "post": "'post' || (n / 25)",
        "account": f"'p' || (n % {accounts}) || '/x'",
        "partner": f"'p' || (n % {accounts})",
        "state": f"'{batch.state}'",
        "due_at": _INSTANT[name].format("due", step),
        "look_at": _INSTANT[name].format("due", step),
        "late_at": _INSTANT[name].format("late", step),
        "folio": "n + 1",
    }
    if batch.state == "sent":
        given["sent_at"] = given["due_at"]
    if batch.subjects is not None:
        given["subjects"] = f"'{batch.subjects}'"
    values = {
        "first": at,
        "end": at + batch.count,
        "due": _spelt(name, batch.first),
        "late": _spelt(name, batch.first + WINDOW),
    }
    _insert(connection, name, "delivery", [column.name for column in DELIVERY.columns], given, values)
    given = {"delivery": _HEX[name], "key": f"'k' || {_HEX[name]}", "record_key": "'3l' || n"}
    values = {"first": at, "end": at + batch.count}
    _insert(connection, name, "part", [column.name for column in PART.columns], given, values)


def _insert(
    connection: Connection, name: str, table: str, columns: list[str], given: dict[str, str], values: dict[str, object]
) -> None:
    chosen = ", ".join(given.get(column, f"one_{table}.{column}") for column in columns)
    quoted = ", ".join(f'"{column}"' for column in columns)
    counted = _COUNTED[name]
    connection.execute(
        text(f"INSERT INTO {table} ({quoted}) {counted} SELECT {chosen} FROM c, one_{table}"),
        values,
    )


def _spelt(name: str, instant: datetime) -> object:
    return instant.replace(tzinfo=None).isoformat(" ") if name == "sqlite" else instant


def _settle_down(ledger: Ledger) -> None:
    """What the database would have done by itself in years: statistics, and old pages swept."""
    with ledger.engine.connect() as connection:
        if ledger.sqlite:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in ("delivery", "part"):
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table}")
            connection.exec_driver_sql("CHECKPOINT")
