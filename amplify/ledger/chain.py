"""A change of deliveries and what is written of those it changed: one question on PostgreSQL, however many statements.

A question costs the server and us more than the work of a small group, and every mark of a delivery waits for all of
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from amplify.ledger.batch import CASTS, NAMES, Kind, pack, spellings, tables


class Chain:
    """An UPDATE of `delivery`, and statements that follow from it.

    As in `Batch`, `{rows}` stands for a table of its rows, the first column of which is the delivery's `id`, and
    `{name}` for what all rows have in common. `first` are statements about all rows; those in `then` are about the
    rows whose delivery was changed. None may build upon what another wrote: PostgreSQL runs them side by side.
    """

    def __init__(
        self, change: str, *then: str, common: Mapping[str, Kind], first: Sequence[str] = (), **columns: Kind
    ) -> None:
        named = {name for statement in (*first, change, *then) for name in NAMES.findall(statement)} - {"rows"}
        if named != set(common):
            raise ValueError(f"what rows have in common is named once and used: {sorted(named ^ set(common))}")
        self._columns, self._common = columns, common
        lite, great = tables(columns, ":rows", "%(rows)s")
        here = {name: f":{name}" for name in common}
        self._first = [statement.format(rows=lite, **here) for statement in first]
        self._change = change.format(rows=lite, **here)
        self._then = [statement.format(rows=lite, **here) for statement in then]
        there = {name: f"%({name})s::{CASTS[kind]}" for name, kind in common.items()}
        before = [f"a{at} AS ({statement.format(rows='given', **there)})" for at, statement in enumerate(first)]
        after = [f"b{at} AS ({statement.format(rows='done', **there)})" for at, statement in enumerate(then)]
        changed = f"done AS ({change.format(rows='given', **there)} RETURNING v.*)"
        steps = ", ".join([f"given AS MATERIALIZED {great}", *before, changed, *after])
        self._whole = f"WITH {steps} SELECT id FROM done"  # noqa: S608 - our own words, no value among them

    def run(self, connection: Connection, rows: Sequence[Sequence[Any]], **common: Any) -> set[str]:
        """Run it; the ids of the deliveries that were changed. No two rows may be of one delivery."""
        if not rows:
            return set()
        name = connection.dialect.name
        spell = spellings(name)
        told = {
            key: spell[kind](common[key]) if common[key] is not None and kind in spell else common[key]
            for key, kind in self._common.items()
        }
        told["rows"] = pack(name, self._columns, rows)
        if name != "sqlite":
            return set(connection.exec_driver_sql(self._whole, told).scalars())
        for statement in self._first:
            connection.exec_driver_sql(statement, told)
        changed = self._changed(connection, rows, told)
        if len(changed) < len(rows):
            told["rows"] = pack(name, self._columns, [row for row in rows if row[0] in changed])
        if changed:
            for statement in self._then:
                connection.exec_driver_sql(statement, told)
        return changed

    def _changed(self, connection: Connection, rows: Sequence[Sequence[Any]], told: Mapping[str, Any]) -> set[str]:
        """On SQLite nearly always all of them are changed, and then a number says so: to be told each costs more."""
        connection.exec_driver_sql("SAVEPOINT change")
        all_of_them = connection.exec_driver_sql(self._change, told).rowcount == len(rows)
        connection.exec_driver_sql("RELEASE change" if all_of_them else "ROLLBACK TO change")
        if all_of_them:
            return {row[0] for row in rows}
        connection.exec_driver_sql("RELEASE change")
        return set(connection.exec_driver_sql(f"{self._change} RETURNING delivery.id", told).scalars())
