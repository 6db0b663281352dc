"""A ledger that an older amplify made is brought forward with everything in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, TableClause, column, create_engine, insert, inspect, select, table
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from amplify.ledger.learned import known
from amplify.ledger.migrate import configuration
from amplify.ledger.store import HEAD, Ledger
from amplify.model.plan import Planned
from ledger import rows

OLDER = ("0001", "0002", "0003", "0004")
"""Every revision that was ever HEAD before this one."""


def made_at(revision: str, url: str) -> Engine:
    """A database as amplify made it when `revision` was the newest."""
    parsed = make_url(url)
    if parsed.database and parsed.get_backend_name() == "sqlite":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def as_it_was(engine: Engine, name: str) -> TableClause:
    """A table with the columns that this database has, which may be fewer than today's."""
    present = {one["name"] for one in inspect(engine).get_columns(name)}
    columns = SQLModel.metadata.tables[name].columns
    return table(name, *(column(one.name, one.type) for one in columns if one.name in present))


def contents(engine: Engine, tables: Sequence[TableClause]) -> Mapping[str, Any]:
    """Every row of these tables."""
    with engine.connect() as connection:
        return {one.name: sorted(map(repr, connection.execute(select(one)).all())) for one in tables}


def filled(home: Path, *deliveries: Planned) -> Ledger:
    """A ledger of today, from which an older one's rows are taken."""
    ledger = Ledger.open(f"sqlite:///{home / 'today.sqlite'}")
    rows.queue(ledger, *deliveries)
    return ledger


@pytest.mark.parametrize("revision", OLDER)
def test_rows_of_an_older_ledger_are_kept(empty_database: str, revision: str, tmp_path: Path) -> None:
    engine = made_at(revision, empty_database)
    one, two = rows.planned("one", texts=("а", "б")), rows.planned("two", "press_union/mastodon")
    today = filled(tmp_path, one, two)
    names = ["account", "delivery", "part", "attempt", "gate", "meta", "move", "reading"]
    tables = [as_it_was(engine, name) for name in names]
    with today.engine.connect() as source, engine.begin() as connection:
        for each in tables:
            found = [dict(row) for row in source.execute(select(each)).mappings()]
            if found:
                connection.execute(insert(each), found)
    today.close()
    before = contents(engine, tables)
    assert all(before[name] for name in ("account", "delivery", "gate", "move", "part"))
    engine.dispose()

    ledger = Ledger.open(empty_database)
    assert ledger._revision() == HEAD
    assert contents(ledger.engine, tables) == before
    assert rows.state(ledger, one) == "waiting"
    if revision < "0003":
        assert rows.row(ledger, one)["cost"] == 0
        assert rows.account(ledger)["place"] is None
    rows.queue(ledger, one, two)
    assert rows.account(ledger)["place"] == "x:"
    with ledger.read() as connection:
        assert known(connection).limits == {}
    ledger.close()


def test_every_revision_before_head_is_tried() -> None:
    assert (*OLDER, HEAD) == tuple(f"{number:04}" for number in range(1, int(HEAD) + 1))
