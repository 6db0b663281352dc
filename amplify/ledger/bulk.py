"""Bulk statements: one SQL statement for many rows, which travel in it as one JSON parameter.

A statement for each row would cost more than its work. Written once, a statement is the same on SQLite (`json_each`)
and PostgreSQL (`jsonb_array_elements`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, CursorResult

Kind = Literal["text", "timestamp", "integer", "json"]
"""`json`: an object or a list; it stands in the rows' own JSON as it is."""

_TYPES: Final[Mapping[Kind, str]] = {"text": "text", "timestamp": "timestamptz", "integer": "bigint", "json": "json"}
NO_COMMON: Final[Mapping[str, Kind]] = {}
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


class BulkStatement:
    """A statement for many rows: `{rows}` in its SQL stands for a table of them, with `columns` as names and types.

    `{name}` stands for a value that all rows have in common: `common` says which there are.
    """

    def __init__(self, statement: str, common: Mapping[str, Kind] = NO_COMMON, **columns: Kind) -> None:
        check_common([statement], common)
        self._columns, self._common = columns, common
        self._sqlite = statement.format(rows=sqlite_rows(columns), **sqlite_parameters(common))
        self._postgresql = statement.format(rows=postgresql_rows(columns), **postgresql_parameters(common))

    def run(self, connection: Connection, rows: Iterable[Sequence[Any]], **common: Any) -> CursorResult[Any]:
        """Run it for `rows`, each with a value for every column: text, aware datetimes, numbers, plain JSON, None."""
        dialect = connection.dialect.name
        parameters = bind_value(dialect, self._columns, rows, self._common, common)
        return connection.exec_driver_sql(self._sqlite if dialect == "sqlite" else self._postgresql, parameters)


class BulkSelect:
    """A SELECT for many rows, with `{rows}` as in `BulkStatement`; `gives` names and types the columns of its result.

    `locked` stands for `{locked}` on PostgreSQL; on SQLite whoever writes is alone.
    """

    def __init__(self, statement: str, gives: Mapping[str, Kind], locked: str = "", **columns: Kind) -> None:
        self._columns = columns
        self._timestamps = [at for at, kind in enumerate(gives.values()) if kind == "timestamp"]
        listed = ", ".join(f"f.{name}" for name in gives)
        sqlite, postgresql = (
            statement.replace("{rows}", rows).replace("{locked}", lock)
            for rows, lock in ((sqlite_rows(columns), ""), (postgresql_rows(columns), locked))
        )
        # The answer is one JSON text, too: sqlite3 releases the GIL for each row that it hands over, and beside sixty
        # busy threads it may be long until it gets it back.
        self._sqlite = f"SELECT json_group_array(json_array({listed})) FROM ({sqlite}) AS f"  # noqa: S608
        self._postgresql = f"SELECT json_agg(json_build_array({listed}))::text FROM ({postgresql}) AS f"  # noqa: S608

    def run(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """Run it and return its rows, in no certain order: sort where it matters. JSON comes as text."""
        dialect = connection.dialect.name
        statement = self._sqlite if dialect == "sqlite" else self._postgresql
        answer = connection.exec_driver_sql(statement, bind_value(dialect, self._columns, rows)).scalar_one()
        table: list[list[Any]] = json.loads(answer) if answer is not None else []
        for row in table:
            for at in self._timestamps:
                if row[at] is not None:
                    row[at] = _parse_timestamp(row[at])
        return table


def check_common(statements: Iterable[str], common: Mapping[str, Kind]) -> None:
    """Every `{name}` in the statements is declared, and everything that is declared is used. ValueError otherwise."""
    used = {name for statement in statements for name in _PLACEHOLDER.findall(statement)} - {"rows"}
    if used != set(common):
        raise ValueError(f"declared and used values in common differ: {sorted(used ^ set(common))}")


def sqlite_rows(columns: Mapping[str, Kind]) -> str:
    """The parameter `rows` as a table."""
    listed = ", ".join(f"json_extract(value, '$[{at}]') AS {name}" for at, name in enumerate(columns))
    return f"(SELECT {listed} FROM json_each(:rows))"  # noqa: S608 - names of our own, no value among them


def postgresql_rows(columns: Mapping[str, Kind]) -> str:
    """The parameter `rows` as a table."""
    listed = ", ".join(f"(value->>{at})::{_TYPES[kind]} AS {name}" for at, (name, kind) in enumerate(columns.items()))
    return f"(SELECT {listed} FROM jsonb_array_elements(%(rows)s::jsonb) AS t(value))"  # noqa: S608 - as above


def sqlite_parameters(common: Mapping[str, Kind]) -> Mapping[str, str]:
    """How a statement for sqlite3 names its parameters."""
    return {name: f":{name}" for name in common}


def postgresql_parameters(common: Mapping[str, Kind]) -> Mapping[str, str]:
    """How a statement for psycopg names its parameters, each with its type."""
    return {name: f"%({name})s::{_TYPES[kind]}" for name, kind in common.items()}


def bind_value(
    dialect: str,
    columns: Mapping[str, Kind],
    rows: Iterable[Sequence[Any]],
    kinds: Mapping[str, Kind] = NO_COMMON,
    common: Mapping[str, Any] = NO_COMMON,
) -> dict[str, Any]:
    """The parameters of a statement: its rows as one JSON text, and what they have in common."""
    stamp = _STAMPS[dialect]
    at_timestamps = [at for at, kind in enumerate(columns.values()) if kind == "timestamp"]
    table = [list(row) for row in rows]
    for row in table:
        for at in at_timestamps:
            if row[at] is not None:
                row[at] = stamp(row[at])
    parameters: dict[str, Any] = {"rows": json.dumps(table, ensure_ascii=False)}
    for name, kind in kinds.items():
        value = common[name]
        parameters[name] = stamp(value) if kind == "timestamp" and value is not None else value
    return parameters


def _sqlite_timestamp(moment: datetime) -> str:
    """As `tables.Utc` stores it: UTC, without a zone, always with microseconds."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:26]


_STAMPS: Final[Mapping[str, Callable[[datetime], str]]] = {
    "sqlite": _sqlite_timestamp,
    "postgresql": datetime.isoformat,
}


def _parse_timestamp(text: str) -> datetime:
    """UTC; SQLite's text has no zone."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
