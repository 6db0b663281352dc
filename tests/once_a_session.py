"""What costs a program once, and tests thousands of times: migrating, compiling statements, flushing, time zones.

A program opens one ledger, so SQLAlchemy keeps what it compiled with the engine. Tests open one each, and compiling was
a fifth of their work. What is compiled hangs on the statement and the kind of database alone.

A new file gets the tables that all migrations together leave (`tests/ledger` lets them run, each time), in 5 ms where
they take 120. Nobody cuts the power in a test: what a killed process wrote stays, flushed or not. And nobody changes
the zone data of this machine meanwhile: each pass would look at five hundred files.
"""

from __future__ import annotations

from functools import cache, wraps
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.util import LRUCache

from amplify.ledger import database, migrate
from amplify.ledger.private_file import FileLock
from amplify.workspace import zone_data

_KEPT: Final[LRUCache[Any, Any]] = LRUCache(2000)


_MIGRATED: Final = migrate.upgrade_schema


class CompiledStatements:
    """What an engine asks instead of a cache of its own, under the kind of its dialect."""

    def get(self, key: tuple[Any, ...]) -> Any:
        return _KEPT.get(_of_kind(key))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        _KEPT[_of_kind(key)] = compiled


def _of_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return (dialect.name, dialect.driver, dialect.paramstyle, dialect.server_version_info, *statement)


def share_compiled_statements() -> None:
    """Let every ledger that is opened from now on use what others compiled."""
    sqlite, postgresql = database._sqlite, database._postgresql

    @wraps(sqlite)
    def with_shared(path: Path) -> tuple[Engine, FileLock]:
        engine, lock = sqlite(path)
        return _sharing(engine), lock

    @wraps(postgresql)
    def sharing(url: URL) -> Engine:
        return _sharing(postgresql(url))

    database._sqlite, database._postgresql = with_shared, sharing


def _sharing(engine: Engine) -> Engine:
    engine._compiled_cache = CompiledStatements()  # type: ignore[assignment]
    return engine


def flush_nothing() -> None:
    """Let ledger files that this process opens from now on leave flushing to the system."""
    opened = database._sqlite

    @wraps(opened)
    def unflushed(path: Path) -> tuple[Engine, FileLock]:
        engine, lock = opened(path)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        return engine, lock

    database._sqlite = unflushed


def copy_schema(engine: Engine) -> None:
    """What `upgrade_schema` does, by one script where the ledger is a file with nothing in it."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if _is_empty(connection):
                for statement in _schema():
                    connection.exec_driver_sql(statement)
                connection.commit()
                return
    _MIGRATED(engine)


def _is_empty(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0


@cache
def _schema() -> tuple[str, ...]:
    """The statements that make a ledger with nothing in it."""
    engine = create_engine("sqlite://", connect_args={"isolation_level": None})
    _MIGRATED(engine)
    connection: Any = engine.raw_connection().driver_connection
    begin, *statements, commit = connection.iterdump()
    assert (begin, commit) == ("BEGIN TRANSACTION;", "COMMIT;")
    engine.dispose()
    return tuple(statements)


def remember_zone_data() -> None:
    """Let each pass look at this machine's own zone data once; at those of a test's folder each time."""
    look = zone_data.folders_fingerprint
    remembered, own = cache(look), frozenset(zone_data._places())

    def looked(root: Path, folders: tuple[str, ...]) -> str:
        return remembered(root, folders) if root in own else look(root, folders)

    zone_data.folders_fingerprint = looked  # type: ignore[assignment]
