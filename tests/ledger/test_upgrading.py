"""A ledger that an older amplify made is brought forward with everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from engine.fake import FakeDesk, World
from sqlalchemy import Engine, Select, TableClause, column, create_engine, delete, insert, inspect, select, table
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel
from workshop import Workshop

from amplify.ledger.database import HEAD, Ledger
from amplify.ledger.decision_tables import DEED
from amplify.ledger.holds.approvals import find_unapproved, read_waiting_deliveries, write_verdict
from amplify.ledger.holds.gates import read_gates
from amplify.ledger.holds.stops import in_force
from amplify.ledger.migrate import alembic_config
from amplify.ledger.queries.saved_server_info import load_server_info
from amplify.ledger.tables import DELIVERY
from amplify.model.clock import Timestamp
from amplify.model.person import PersonState
from amplify.model.plan import Planned
from amplify.planning.queue import copy_gates
from ledger import rows

OLDER = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
"""Every revision that was ever HEAD before this one."""
WITHOUT_CODES = OLDER[:6]
"""Those in which a reason was a sentence alone."""
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
    if name in BY_FOLIO and "delivery" in present:
        columns.append(column("delivery", DELIVERY.c.id.type))
    return table(name, *columns)


def of_today(was: TableClause) -> Select[Any]:
    """The same columns of the same rows in a ledger of today."""
    if was.name not in BY_FOLIO or "delivery" not in was.columns:
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


SILENT = [state.value for state in PersonState if not state.speaks]


@pytest.mark.parametrize("revision", WITHOUT_CODES)
def test_an_older_ledger_knows_who_was_silent(empty_database: str, revision: str) -> None:
    """From the sentences of released versions; where a gate is closed by another one, nobody knows, and two people
    have to say that such a person may be spoken of again."""
    engine = made_at(revision, empty_database)
    closed = {name: f"{name} is {name.replace('_', ' ')}" for name in SILENT} | {
        "withdrawn": "the consent of withdrawn was withdrawn",
        "nameless": "the consent of nameless does not cover the name",
        "open": None,
        "translated": "translated est mort",
        "other": "anna is died",
        "anna@died": "anna is detained, and this was written for died",
    }
    with engine.begin() as connection:
        gates = as_it_was(engine, "gate")
        wanted = [{"kind": "person", "subject": name, "closed": why, "pauses": []} for name, why in closed.items()]
        wanted.append({"kind": "campaign", "subject": "died", "closed": "died is died", "pauses": []})
        connection.execute(insert(gates), wanted)
    engine.dispose()
    ledger = Ledger.open(empty_database)
    with ledger.read() as connection:
        found = {name: gate.state for (_, name), gate in read_gates(connection).items() if gate.kind == "person"}
        assert read_gates(connection)["campaign", "died"].state is None
    assert found == {name: name for name in SILENT} | {
        "withdrawn": None,
        "nameless": None,
        "open": None,
        "anna@died": None,
        "translated": "unknown",
        "other": "unknown",
    }
    shop = Workshop()
    for name in closed.keys() - {"anna@died"}:
        shop.person(name, aliases=[f"Named {name}"])
    copy_gates(FakeDesk(ledger, World(), rows.NOW, shop), shop.workspace())
    with ledger.read() as connection:
        assert {stop.subject for stop in in_force(connection)} == {*SILENT, "translated", "other"}
        assert {gate.state for gate in read_gates(connection).values()} == {None}
    ledger.close()


@pytest.mark.parametrize("revision", WITHOUT_CODES)
def test_an_older_ledger_keeps_back_what_it_kept_back(empty_database: str, revision: str, tmp_path: Path) -> None:
    engine = made_at(revision, empty_database)
    whys = {
        "stopped": ("stopped by vera (person anna): she was freed", "stop:person:anna"),
        "late": ("held until too late: stopped by v (a) (person anna): she was freed", "stop:person:anna"),
        "resumed": ("due while person anna was stopped: she was freed", "stop:person:anna"),
        "platform": ("stopped by vera (platform x): a leaked key of a person", None),
        "other": ("the campaign free is paused", None),
        "none": (None, None),
    }
    deliveries = [rows.planned(name, f"{name}/x") for name in whys]
    today = filled(tmp_path, rows.planned("sent", "sent/x"), *deliveries)
    was = as_it_was(engine, "delivery")
    with today.engine.connect() as source, engine.begin() as connection:
        found = [dict(row) for row in source.execute(select(was)).mappings() if row["post"] in whys]
        connection.execute(insert(was), [row | {"why": whys[row["post"]][0]} for row in found])
    today.close()
    engine.dispose()
    ledger = Ledger.open(empty_database)
    assert {one.post: (rows.row(ledger, one)["why"], rows.row(ledger, one)["cause"]) for one in deliveries} == whys
    ledger.close()


@pytest.mark.parametrize("revision", OLDER[3:])
def test_what_was_said_in_an_older_ledger_is_tied_to_its_history(
    empty_database: str, revision: str, tmp_path: Path
) -> None:
    """A rejection goes on, under another name too; an approval is asked anew; a row that nobody said does not count."""
    engine = made_at(revision, empty_database)
    no, yes, forged = (replace(rows.planned(name, f"{name}/x"), approvals=1) for name in ("no", "yes", "forged"))
    today = filled(tmp_path, rows.planned("sent", "sent/x"), no, yes, forged)
    for one, verdict in ((no, "rejected"), (yes, "approved"), (forged, "rejected")):
        with today.write() as connection:
            (row,) = read_waiting_deliveries(connection, [one.id]).values()
            said = Timestamp(rows.NOW, today.real_now(connection))
            write_verdict(connection, row, verdict, "vera", "no", one.message.as_json(), said)
    with today.write() as connection:
        connection.execute(delete(DEED).where(DEED.c.number == 3))
    with today.engine.connect() as source, engine.begin() as connection:
        for each in (as_it_was(engine, name) for name in ("delivery", "approval", "deed")):
            connection.execute(insert(each), [dict(row) for row in source.execute(select(each)).mappings()])
    today.close()
    engine.dispose()
    ledger = Ledger.open(empty_database)
    again = replace(rows.planned("again", "again/x"), message=no.message, content_hash=no.content_hash)
    rows.queue(ledger, no, yes, forged, again)
    with ledger.read() as connection:
        waiting = read_waiting_deliveries(connection, [no.id, yes.id, forged.id, again.id])
        held = find_unapproved(connection, list(waiting.values()), rows.NOW)
    assert held[no.id].why == held[again.id].why == "rejected by vera: no"
    assert "nobody has approved it" in held[forged.id].why
    ledger.close()


def test_every_revision_before_head_is_tried() -> None:
    assert (*OLDER, HEAD) == tuple(f"{number:04}" for number in range(1, int(HEAD) + 1))
