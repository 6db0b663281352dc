"""A ledger that an older amplify made is brought forward with everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from amplify.ledger.learned import known
from amplify.ledger.migrate import configuration
from amplify.ledger.store import HEAD, Ledger
from ledger import rows

OLDER = ("0001",)
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


def contents(engine: Engine, tables: list[str]) -> Mapping[str, Any]:
    """Every row of these tables."""
    with engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(SQLModel.metadata.tables[name])).all())) for name in tables
        }


@pytest.mark.parametrize("revision", OLDER)
def test_rows_of_an_older_ledger_are_kept(empty_database: str, revision: str) -> None:
    engine = made_at(revision, empty_database)
    old = Ledger(engine, None)
    one, two = rows.planned("one", texts=("а", "б")), rows.planned("two", "press_union/mastodon")
    rows.queue(old, one, two)
    tables = ["account", "attempt", "delivery", "gate", "meta", "move", "part", "reading"]
    before = contents(engine, tables)
    assert all(before[name] for name in ("account", "delivery", "gate", "move", "part"))
    engine.dispose()

    ledger = Ledger.open(empty_database)
    assert ledger._revision() == HEAD
    assert contents(ledger.engine, tables) == before
    assert rows.state(ledger, one) == "waiting"
    with ledger.read() as connection:
        assert known(connection).limits == {}
    ledger.close()


def test_every_revision_before_head_is_tried() -> None:
    assert (*OLDER, HEAD) == tuple(f"{number:04}" for number in range(1, int(HEAD) + 1))
