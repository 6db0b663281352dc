"""One statement for many rows, which travel as one JSON text: a statement a row costs more than its work.

They come back as one, too. SQLite's driver lets go of the interpreter for each row that it hands over, and with sixty
threads at work it may be long until it gets it back; with PostgreSQL each column of an answer costs more than a row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import Connection, CursorResult

Kind = Literal["text", "instant", "whole", "json"]
"""`json`: an object or a list; it stands in the rows' own JSON as it is."""

CASTS: Final[Mapping[Kind, str]] = {"text": "text", "instant": "timestamptz", "whole": "bigint", "json": "json"}
NOTHING: Final[Mapping[str, Kind]] = {}
NAMES: Final = re.compile(r"\{(\w+)\}")


class Batch:
    """A statement in which `{rows}` stands for a table of its rows, by the names of `columns`.

    Written once, it is the same on SQLite and PostgreSQL. What all rows have in common stands in front of the table as
    `{name}`, each once, and is given apart: to take a value out of JSON costs more than to write it into its row.
    """

    def __init__(self, statement: str, common: Mapping[str, Kind] = NOTHING, **columns: Kind) -> None:
        self._columns = columns
        lite, great = tables(columns)
        given = [name for name in NAMES.findall(statement) if name != "rows"]
        if given != list(common):
            raise ValueError("what rows have in common is named in the order in which the statement has it")
        self._common = tuple(common.values())
        self._texts = {
            "sqlite": statement.format(rows=lite, **dict.fromkeys(common, "?")),
            "postgresql": statement.format(rows=great, **{name: f"%s::{CASTS[kind]}" for name, kind in common.items()}),
        }

    def run(self, connection: Connection, rows: Iterable[Sequence[Any]], *common: Any) -> CursorResult[Any]:
        """Run it for `rows`, each with a value for every column: text, aware instants, numbers, plain JSON, None."""
        name = connection.dialect.name
        return connection.exec_driver_sql(self._texts[name], self._packed(name, rows, common))

    def _packed(self, name: str, rows: Iterable[Sequence[Any]], common: Sequence[Any]) -> tuple[Any, ...]:
        spell = spellings(name)
        told = [
            spell[kind](value) if value is not None and kind in spell else value
            for kind, value in zip(self._common, common, strict=True)
        ]
        return (*told, pack(name, self._columns, rows))


class Fetch:
    """A SELECT with `{rows}` as in `Batch`, whose columns are called and typed as `gives` says.

    `locked` stands for `{locked}` on PostgreSQL; on SQLite whoever writes is alone.
    """

    def __init__(self, statement: str, gives: Mapping[str, Kind], locked: str = "", **columns: Kind) -> None:
        self._columns = columns
        self._instants = [at for at, kind in enumerate(gives.values()) if kind == "instant"]
        lite, great = tables(columns)
        listed = ", ".join(f"f.{name}" for name in gives)
        self._texts = {
            "sqlite": _select(f"json_group_array(json_array({listed}))", _told(statement, lite, "")),
            "postgresql": _select(f"json_agg(json_build_array({listed}))::text", _told(statement, great, locked)),
        }

    def run(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """What it finds, in its own order on PostgreSQL; whoever needs an order sorts. JSON comes as text."""
        name = connection.dialect.name
        found = connection.exec_driver_sql(self._texts[name], (pack(name, self._columns, rows),)).scalar_one()
        table: list[list[Any]] = json.loads(found) if found is not None else []
        instant = _INSTANTS[name]
        for row in table:
            for at in self._instants:
                if row[at] is not None:
                    row[at] = instant(row[at])
        return table


def _told(statement: str, rows: str, locked: str) -> str:
    return statement.replace("{rows}", rows).replace("{locked}", locked)


def _select(what: str, among: str) -> str:
    return f"SELECT {what} FROM ({among}) AS f"  # noqa: S608 - our own words, no value among them


def tables(columns: Mapping[str, Kind], lite_rows: str = "?", great_rows: str = "%s") -> tuple[str, str]:
    """The rows as a table, on SQLite and on PostgreSQL. Our own words, no value among them."""
    lite = ", ".join(f"json_extract(value, '$[{at}]') AS {name}" for at, name in enumerate(columns))
    great = ", ".join(f"(value->>{at})::{CASTS[kind]} AS {name}" for at, (name, kind) in enumerate(columns.items()))
    return (
        f"(SELECT {lite} FROM json_each({lite_rows}))",  # noqa: S608
        f"(SELECT {great} FROM jsonb_array_elements({great_rows}::jsonb) AS t(value))",  # noqa: S608
    )


def pack(name: str, columns: Mapping[str, Kind], rows: Iterable[Sequence[Any]]) -> str:
    """The rows as one JSON text for the database of this name."""
    spell = spellings(name)
    ways = [(at, spell[kind]) for at, kind in enumerate(columns.values()) if kind in spell]
    table = [list(row) for row in rows]
    for row in table:
        for at, way in ways:
            if row[at] is not None:
                row[at] = way(row[at])
    return json.dumps(table, ensure_ascii=False)


def spellings(name: str) -> Mapping[Kind, Callable[[Any], str]]:
    """How the database of this name has values that JSON or a driver would not write as it does."""
    return _LITE if name == "sqlite" else _GREAT


@lru_cache(maxsize=64)  # most rows of a batch carry the same few instants
def _lite(instant: datetime) -> str:
    """As `tables.Utc` writes it: UTC, without a zone, always with microseconds."""
    return instant.astimezone(UTC).isoformat(" ", "microseconds")[:26]


@lru_cache(maxsize=64)
def _great(instant: datetime) -> str:
    return instant.isoformat()


def _of_lite(stored: str) -> datetime:
    return datetime.fromisoformat(f"{stored}+00:00")


def _of_great(said: str) -> datetime:
    return datetime.fromisoformat(said).astimezone(UTC)


_LITE: Final[Mapping[Kind, Callable[[Any], str]]] = {"instant": _lite}
_GREAT: Final[Mapping[Kind, Callable[[Any], str]]] = {"instant": _great}
_INSTANTS: Final[Mapping[str, Callable[[str], datetime]]] = {"sqlite": _of_lite, "postgresql": _of_great}
