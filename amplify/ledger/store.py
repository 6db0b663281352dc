"""Opening a ledger, and its transactions: the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from amplify.ledger.tables import META
from amplify.model.errors import NeedsPerson, WrongUse

HEAD: Final = "0001"
"""The newest revision under `migrations/versions`; a test holds the two together."""

LEDGER_FILE: Final = "ledger.sqlite"

_LOCKS: Final = 4206180715
"""PostgreSQL's advisory locks are numbers: ours begin here, the migration's is the first."""
_BINDING: Final = 3


class Ledger:
    """One ledger. It serves one workspace id, for ever."""

    def __init__(self, engine: Engine, lock: Path | None) -> None:
        self.engine = engine
        self.sqlite = engine.dialect.name == "sqlite"
        self._lock = lock

    @classmethod
    def open(cls, url: str) -> Ledger:
        """Open, and migrate where needed. Raises WrongUse for a bad address, NeedsPerson where it cannot be reached."""
        try:
            parsed = make_url(url)
        except Exception as error:  # SQLAlchemy raises several kinds for one mistake
            raise WrongUse(
                "AMPLIFY_DATABASE_URL is not a database address: write postgresql://user@host/name"
            ) from error
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        lock = None
        if parsed.get_backend_name() == "sqlite":
            engine, lock = _sqlite(Path(parsed.database or LEDGER_FILE))
        elif parsed.get_backend_name() == "postgresql":
            engine = create_engine(parsed, pool_size=5, pool_pre_ping=True)
        else:
            raise WrongUse("a ledger lives in SQLite or PostgreSQL: AMPLIFY_DATABASE_URL names neither")
        ledger = cls(engine, lock)
        try:
            ledger._migrate()
        except OperationalError as error:
            raise NeedsPerson(
                f"the ledger at {parsed.render_as_string(hide_password=True)} cannot be opened: "
                f"{str(error.orig).splitlines()[0]}"
            ) from error
        return ledger

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction; commits at the end, or rolls back and raises.

        SQLite takes its write lock at once, behind a file lock: without it a busy writer starves the other
        processes for seconds.
        """
        with _held(self._lock), self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.begin()
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only look at one moment."""
        with self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    def real_now(self, connection: Connection) -> datetime:
        """Real time, UTC: the database's where several machines share it."""
        if self.sqlite:
            return datetime.now(UTC)
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def lock(self, connection: Connection, what: int, shared: bool = False) -> None:
        """Until the end of this write transaction, alone or together with others that share: SQLite's own lock is
        the whole ledger's already."""
        if not self.sqlite:
            function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
            connection.exec_driver_sql(f"SELECT {function}({_LOCKS + what})")

    def serve(self, workspace: str) -> None:
        """Bind to a workspace id, or raise WrongUse where this ledger serves another."""
        with self.read() as connection:
            known = get_meta(connection, "workspace")
        if known is None:
            with self.write() as connection:
                self.lock(connection, _BINDING)
                known = get_meta(connection, "workspace")  # another process may have been first
                if known is None:
                    set_meta(connection, "workspace", workspace)
                    return
        if known != workspace:
            raise WrongUse(
                f"this ledger serves the workspace `{known}`, and the files say `{workspace}`: give each its own ledger"
            )

    def close(self) -> None:
        self.engine.dispose()

    def _migrate(self) -> None:
        if self._revision() == HEAD:
            return
        from amplify.ledger.migrate import upgrade  # Alembic is heavy, and needed once a release

        with _held(self._lock):
            upgrade(self.engine)

    def _revision(self) -> str | None:
        try:
            with self.engine.connect() as connection:
                row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
                return str(row[0]) if row else None
        except (OperationalError, ProgrammingError) as error:
            if "alembic_version" in str(error.orig):
                return None
            raise


def ledger_url(root: Path) -> str:
    """`AMPLIFY_DATABASE_URL`, or the SQLite file in the workspace's `.amplify/`."""
    return os.environ.get("AMPLIFY_DATABASE_URL") or f"sqlite:///{root / '.amplify' / LEDGER_FILE}"


def get_meta(connection: Connection, key: str) -> str | None:
    """One of the ledger's own notes."""
    row = connection.execute(select(META.c.value).where(META.c.key == key)).first()
    return row[0] if row else None


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Write a note, new or known."""
    changed = connection.execute(update(META).where(META.c.key == key).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(META).values(key=key, value=value))


def is_gone(error: DBAPIError) -> bool:
    """Whether the database itself went away, so that waiting helps."""
    return error.connection_invalidated or isinstance(error, OperationalError)


def _sqlite(path: Path) -> tuple[Engine, Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        f"sqlite:///{path}",
        # The driver begins nothing by itself: BEGIN IMMEDIATE is ours.
        connect_args={"timeout": 30, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # NORMAL may lose a committed claim when the power fails
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine, path.with_suffix(".lock")


@contextmanager
def _held(lock: Path | None) -> Iterator[None]:
    if lock is None:
        yield
        return
    import fcntl

    with lock.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
