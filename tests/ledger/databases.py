"""Ledgers for tests: one fixture, both databases, each test its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
from counterparts.postgres import Cluster
from psycopg import sql
from sqlalchemy import Connection
from sqlmodel import SQLModel

from amplify.ledger.database import Ledger

__all__ = ["database", "empty_database", "ledger", "migrated_file", "migrated_postgres"]

BOTH = ("sqlite", "postgres")
_emptied = count()


class WoundLedger(Ledger):
    """A ledger whose real time can be wound forward, so that leases and pauses end without anybody waiting."""

    ahead = timedelta(0)

    def wind(self, by: timedelta) -> None:
        self.ahead += by

    def real_now(self, connection: Connection) -> datetime:
        return super().real_now(connection) + self.ahead


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("migrated") / "ledger.sqlite"
    Ledger.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster: Cluster) -> str:
    """The address of a migrated database, emptied for every test: a database of its own for each would be slow."""
    url = postgres_cluster.new_database()
    Ledger.open(url).close()
    return url


@pytest.fixture(params=BOTH)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/ledger.sqlite"
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    return cluster.new_database()


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty ledger, migrated."""
    if request.param == "sqlite":
        file = tmp_path / "home" / "ledger.sqlite"
        file.parent.mkdir()
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    url: str = request.getfixturevalue("migrated_postgres")
    _empty_tables(url)
    return url


def _empty_tables(url: str) -> None:
    """Delete the few rows that a test left: truncating makes each table and index a new file, and takes three times as
    long. Nothing is vacuumed meanwhile, so that rows stay in the order of writing; now and then all is truncated.
    """
    names = [sql.Identifier(name) for name in SQLModel.metadata.tables]
    if next(_emptied) % 25:
        deletes = [sql.SQL("DELETE FROM {}").format(name) for name in names]
        restart = sql.SQL("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")
        statement = sql.SQL("; ").join([sql.SQL("SET session_replication_role = replica"), *deletes, restart])
    else:
        statement = sql.SQL("TRUNCATE {} RESTART IDENTITY").format(sql.SQL(", ").join(names))
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET lock_timeout = '10s'")  # a test before this one may have left a transaction open
        connection.execute(statement)


@pytest.fixture
def ledger(database: str) -> Iterator[WoundLedger]:
    """An open ledger; its real time can be wound."""
    opened = WoundLedger.open(database)
    assert isinstance(opened, WoundLedger)
    yield opened
    opened.close()
