"""Bulk update of deliveries, with the writes that depend on which of them were changed: log, attempt, money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from amplify.ledger.bulk import (
    Kind,
    bind_value,
    check_common,
    postgresql_parameters,
    postgresql_rows,
    sqlite_parameters,
    sqlite_rows,
)


class BulkUpdate:
    """An UPDATE of many deliveries, with dependent statements about the rows whose delivery it changed.

    As in `BulkStatement`, `{rows}` stands for a table of its rows, always called v, whose first column is the
    delivery's `id`; and `{name}` for what all rows have in common. `first` are statements about all rows; those in
    `then` are about the rows whose delivery was changed. No statement may build upon what another one wrote:
    PostgreSQL runs all of them on one snapshot.
    """

    def __init__(
        self, change: str, *then: str, common: Mapping[str, Kind], first: Sequence[str] = (), **columns: Kind
    ) -> None:
        check_common((*first, change, *then), common)
        self._columns, self._common = columns, common
        rows, parameters = sqlite_rows(columns), sqlite_parameters(common)
        self._first = [statement.format(rows=rows, **parameters) for statement in first]
        self._change = f"{change.format(rows=rows, **parameters)} RETURNING delivery.id"
        self._then = [statement.format(rows=rows, **parameters) for statement in then]
        self._postgresql = _with_update(change, then, first, columns, common)

    def run(self, connection: Connection, rows: Sequence[Sequence[Any]], **common: Any) -> set[str]:
        """Run it and return the ids of the deliveries that were changed. No two rows may be of one delivery."""
        if not rows:
            return set()
        dialect = connection.dialect.name
        parameters = bind_value(dialect, self._columns, rows, self._common, common)
        if dialect == "postgresql":
            return set(connection.exec_driver_sql(self._postgresql, parameters).scalars())
        for statement in self._first:
            connection.exec_driver_sql(statement, parameters)
        changed = set(connection.exec_driver_sql(self._change, parameters).scalars())
        if not changed or not self._then:
            return changed
        if len(changed) < len(rows):
            left = [row for row in rows if row[0] in changed]
            parameters = bind_value(dialect, self._columns, left, self._common, common)
        for statement in self._then:
            connection.exec_driver_sql(statement, parameters)
        return changed


def _with_update(
    change: str, then: Sequence[str], first: Sequence[str], columns: Mapping[str, Kind], common: Mapping[str, Kind]
) -> str:
    """PostgreSQL's data-modifying CTE (`WITH … UPDATE … RETURNING`): one round trip. SQLite has none to save, and runs
    plain statements."""
    parameters = postgresql_parameters(common)
    before = [f"first{at} AS ({one.format(rows='given', **parameters)})" for at, one in enumerate(first)]
    changed = f"changed AS ({change.format(rows='given', **parameters)} RETURNING v.*)"
    after = [f"then{at} AS ({one.format(rows='changed', **parameters)})" for at, one in enumerate(then)]
    parts = ", ".join([f"given AS MATERIALIZED {postgresql_rows(columns)}", *before, changed, *after])
    return f"WITH {parts} SELECT id FROM changed"  # noqa: S608 - names of our own, no value among them
