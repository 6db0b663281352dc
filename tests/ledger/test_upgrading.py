"""A ledger that an older amplify made is brought forward with everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, Select, TableClause, column, create_engine, insert, inspect, select, table
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from amplify.ledger.database import HEAD, Ledger
from amplify.ledger.migrate import alembic_config
from amplify.ledger.queries.saved_server_info import load_server_info
from amplify.ledger.tables import DELIVERY
from amplify.model.plan import Planned
from ledger import rows

OLDER = ("0001", "0002", "0003", "0004", "0005")
"""Every revision that was ever HEAD before this one."""
BY_FOLIO = ("attempt", "move")
"""Tables that went by the delivery's id until 0006."""


def made_at(revision: str, url: str) -> Engine:
    """A database as amplify made it when `revision` was the newest."""
    parsed = make_url(url)
    if parsed.database and parsed.get_backend_name() == "sqlite":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def as_it_was(engine: Engine, name: str) -> TableClause:
    """A table with the columns that this database has, which may be fewer than today's. The log and the attempts went
    by the delivery's id."""
    present = {one["name"] for one in inspect(engine).get_columns(name)}
    columns = [column(one.name, one.type) for one in SQLModel.metadata.tables[name].columns if one.name in present]
    if name in BY_FOLIO:
        columns.append(column("delivery", DELIVERY.c.id.type))
    return table(name, *columns)


def of_today(was: TableClause) -> Select[Any]:
    """The same columns of the same rows in a ledger of today."""
    if was.name not in BY_FOLIO:
        return select(was)
    today = SQLModel.metadata.tables[was.name]
    columns = [today.c[one.name] for one in was.columns if one.name != "delivery"]
    return select(*columns, DELIVERY.c.id.label("delivery")).join(DELIVERY, DELIVERY.c.folio == today.c.folio)


def contents(engine: Engine, found: Mapping[str, Select[Any]]) -> Mapping[str, Any]:
    """Every row of these tables."""
    with engine.connect() as connection:
        return {name: sorted(map(repr, connection.execute(one).all())) for name, one in found.items()}


def filled(home: Path, sent: Planned, *deliveries: Planned) -> Ledger:
    """A ledger of today, from which an older one's rows are taken: one is out, the others wait."""
    ledger = Ledger.open(f"sqlite:///{home / 'today.sqlite'}")
    rows.queue(ledger, sent)
    rows.send(ledger, rows.take_one(ledger))
    rows.queue(ledger, sent, *deliveries)
    return ledger


@pytest.mark.parametrize("revision", OLDER)
def test_rows_of_an_older_ledger_are_kept(empty_database: str, revision: str, tmp_path: Path) -> None:
    engine = made_at(revision, empty_database)
    one, two = rows.planned("one", texts=("а", "б")), rows.planned("two", "press_union/mastodon")
    sent = rows.planned("sent", "press_union/bluesky")
    today = filled(tmp_path, sent, one, two)
    names = ["account", "delivery", "part", "attempt", "gate", "meta", "move", "reading"]
    tables = [as_it_was(engine, name) for name in names]
    with today.engine.connect() as source, engine.begin() as connection:
        for each in tables:
            found = [dict(row) for row in source.execute(of_today(each)).mappings()]
            for row in found if each.name in BY_FOLIO else ():
                del row["id"]  # which the database gives
            if found:
                connection.execute(insert(each), found)
    today.close()
    before = contents(engine, {one.name: select(one) for one in tables})
    assert all(before[name] for name in ("account", "attempt", "delivery", "gate", "move", "part"))
    engine.dispose()

    ledger = Ledger.open(empty_database)
    assert ledger._revision() == HEAD
    assert contents(ledger.engine, {one.name: of_today(one) for one in tables}) == before
    assert [rows.state(ledger, each) for each in (sent, one, two)] == ["sent", "waiting", "waiting"]
    assert rows.moves(ledger, sent)[-1] == ("sending", "sent")
    assert [each["outcome"] for each in rows.attempts(ledger, sent)] == ["sent"]
    assert {rows.row(ledger, each)["folio"] for each in (sent, one, two)} == {1, 2, 3}
    if revision < "0003":
        assert rows.row(ledger, one)["cost"] == 0
        assert rows.account(ledger)["place"] is None
    rows.queue(ledger, sent, one, two, rows.planned("new"))
    assert rows.row(ledger, rows.planned("new"))["folio"] == 4
    assert rows.account(ledger)["place"] == "x:"
    with ledger.read() as connection:
        assert load_server_info(connection).limits == {}
    ledger.close()


def test_every_revision_before_head_is_tried() -> None:
    assert (*OLDER, HEAD) == tuple(f"{number:04}" for number in range(1, int(HEAD) + 1))
