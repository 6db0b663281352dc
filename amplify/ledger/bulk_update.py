"""A change of deliveries and what is written of those it changed: one statement, however much follows.

A statement costs the server and us more than the work of a small group, and every mark of a delivery waits for all of
them: on SQLite because its driver lets other threads run during each, and it may be long until it is our turn again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from amplify.ledger.bulk import CASTS, NAMES, Kind, pack, spellings, tables
from amplify.ledger.database import temp_objects

_OF_ROWS: Final = re.compile(r"\s*FROM \{rows\} AS v\b")
_VALUE: Final = re.compile(r"\bv\.")
_NUMBER: Final = count(1)


class Chain:
    """An UPDATE of `delivery`, and statements that follow from it.

    As in `Batch`, `{rows}` stands for a table of its rows, the first column of which is the delivery's `id`, and
    `{name}` for what all rows have in common; the table is always called v. `first` are statements about all rows;
    those in `then` are about the rows whose delivery was changed. None may build upon what another wrote, and what
    brings rows together must come to the same row by row: PostgreSQL runs the statements side by side, each for all
    rows, SQLite all of them for one row after the other.
    """

    def __init__(
        self, change: str, *then: str, common: Mapping[str, Kind], first: Sequence[str] = (), **columns: Kind
    ) -> None:
        named = {name for statement in (*first, change, *then) for name in NAMES.findall(statement)} - {"rows"}
        if named != set(common):
            raise ValueError(f"what rows have in common is named once and used: {sorted(named ^ set(common))}")
        self._columns, self._common = columns, common
        self._whole = _great(change, then, common, first, columns)
        lite, _ = tables(columns, ":rows")
        here = {name: f":{name}" for name in common}
        self._first = [statement.format(rows=lite, **here) for statement in first]
        self._change = f"{change.format(rows=lite, **here)} RETURNING delivery.id"
        self._then = [statement.format(rows=lite, **here) for statement in then]
        self._name = f"chain_{next(_NUMBER)}"
        self._made = _view(self._name, (*first, change), then, (*columns, *common))
        given = ", ".join([f"v.{name}" for name in columns] + [f":{name}" for name in common])
        self._at_once = f"INSERT INTO {self._name} SELECT {given} FROM {lite} AS v"  # noqa: S608 - our own words

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
        if self._all_at_once(connection, told):
            return {row[0] for row in rows}
        for statement in self._first:
            connection.exec_driver_sql(statement, told)
        changed = set(connection.exec_driver_sql(self._change, told).scalars())
        if changed:
            told["rows"] = pack(name, self._columns, [row for row in rows if row[0] in changed])
            for statement in self._then:
                connection.exec_driver_sql(statement, told)
        return changed

    def _all_at_once(self, connection: Connection, told: Mapping[str, Any]) -> bool:
        """On SQLite; False where nothing was done, for not all of them would have been changed. They nearly always
        are."""
        made = temp_objects(connection)
        if self._name not in made:
            for statement in self._made:
                connection.exec_driver_sql(statement)
            made.add(self._name)
        try:
            connection.exec_driver_sql(self._at_once, told)
        except IntegrityError:
            return False
        return True


def _great(
    change: str, then: Sequence[str], common: Mapping[str, Kind], first: Sequence[str], columns: Mapping[str, Kind]
) -> str:
    """PostgreSQL has statements in a statement."""
    _, great = tables(columns, great_rows="%(rows)s")
    there = {name: f"%({name})s::{CASTS[kind]}" for name, kind in common.items()}
    before = [f"a{at} AS ({statement.format(rows='given', **there)})" for at, statement in enumerate(first)]
    after = [f"b{at} AS ({statement.format(rows='done', **there)})" for at, statement in enumerate(then)]
    changed = f"done AS ({change.format(rows='given', **there)} RETURNING v.*)"
    steps = ", ".join([f"given AS MATERIALIZED {great}", *before, changed, *after])
    return f"WITH {steps} SELECT id FROM done"  # noqa: S608 - our own words, no value among them


def _view(name: str, until_change: Sequence[str], then: Sequence[str], columns: Sequence[str]) -> tuple[str, str]:
    """SQLite has triggers: whoever inserts into this view of a connection's own has all of it done for each row, or
    nothing for any where one delivery is not changed."""
    new = {column: f"NEW.{column}" for column in columns}
    before, after = (
        [_VALUE.sub("NEW.", _OF_ROWS.sub("", statement)).format(**new) for statement in statements]
        for statements in (until_change, then)
    )
    steps = "; ".join([*before, "SELECT RAISE(ABORT, 'not all of them') WHERE changes() <> 1", *after])
    nothing = ", ".join(f"NULL AS {column}" for column in columns)
    return (
        f"CREATE TEMP VIEW IF NOT EXISTS {name} AS SELECT {nothing}",
        f"CREATE TEMP TRIGGER IF NOT EXISTS {name}_row INSTEAD OF INSERT ON {name} BEGIN {steps}; END",
    )
