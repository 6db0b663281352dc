"""The ledger's database: opening it, and its transactions, with the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, RowMapping, bindparam, create_engine, event, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from amplify.ledger.address import LEDGER_FILE as LEDGER_FILE
from amplify.ledger.address import describe_address, describe_ledger, parse_address
from amplify.ledger.address import ledger_url as ledger_url
from amplify.ledger.private_file import FileLock, make_private
from amplify.ledger.tables import META
from amplify.model.errors import NeedsPerson, WrongUse

LedgerConnection = Connection
"""An open transaction, as `Ledger.read` and `Ledger.write` give it: every query and change is made in one. Nobody
outside this package knows whose type it is."""
LedgerRow = RowMapping
"""One row of an answer: values by the names of their columns."""

HEAD: Final = "0010"
"""The newest revision under `migrations/versions`; a test holds the two together."""

BUDGET: Final = "budget"
"""Key in `meta` of the budgets: what each platform may cost in a month (`ledger.holds.spending`)."""
_LOCKS: Final = 4206180715
"""Base of our advisory lock numbers on PostgreSQL; the first is the migration's."""
_BINDING: Final = 3
_IDENTITY: Final = "identity"
"""Key in `meta` of the ledger's own name."""
_KNOWN, _NOW = "known", "now"
_BY_KEYS: Final = (
    "enable_seqscan",
    "enable_bitmapscan",
    "enable_sort",
    "enable_hashjoin",
    "enable_mergejoin",
    "jit",
)
"""Planner settings of a PostgreSQL write transaction, which touches a few rows by their keys: no sequential scans, no
sorts. Until a table that has just grown has its statistics, the planner would read all of it, each time; and what is to
come in the order of an index it would rather read whole and sort."""
_BY_KEYS_ONLY: Final = "SELECT clock_timestamp(), " + ", ".join(f"set_config('{one}', 'off', true)" for one in _BY_KEYS)
_LEAST_ROOM: Final = 65_536
"""Bytes on a disk that a ledger needs for being opened."""
_READ_ONLY: Final = "25006"
"""PostgreSQL's SQLSTATE for a read-only database: after a fail-over, or because an administrator set it so."""


# As SQL text: SQLAlchemy's own upsert would load a whole dialect.
_NOTE: Final = text(
    "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
_FORGET_QUEUED: Final = text("DELETE FROM meta WHERE key LIKE 'queued %'")
_LONE_BYTE: Final = re.compile(r"\\u(dc[89a-f][0-9a-f])")
_READ_NOTE: Final = select(META.c.value).where(META.c.key == bindparam("wanted"))


class NoLedger(WrongUse):
    """There is no ledger at this address, and none was made."""


class Ledger:
    """The database of one workspace: opens read and write transactions. Bound to its workspace id for ever."""

    def __init__(self, engine: Engine, lock: FileLock | None) -> None:
        self.engine = engine
        self.sqlite = engine.dialect.name == "sqlite"
        self._lock = lock or nullcontext()

    @classmethod
    def open(cls, url: str, create: bool = True) -> Ledger:
        """Open, and migrate if needed. Raises WrongUse for a bad address, NeedsPerson where it cannot be reached, and
        NoLedger where there is none and it shall not be made."""
        parsed = _parsed(url)
        lock = None
        try:
            if parsed.get_backend_name() == "sqlite":
                file = Path(parsed.database or LEDGER_FILE)
                if not create and not file.exists():
                    raise _missing(url)
                engine, lock = _sqlite(file)
            else:
                parsed = parsed.set(drivername="postgresql+psycopg")
                engine = _postgresql(parsed)
            ledger = cls(engine, lock)
            try:
                ledger._require_utf8()
                if not create and ledger._revision() is None:
                    raise _missing(url)
                ledger._migrate()
            except BaseException:
                ledger.close()
                raise
        except (DBAPIError, OSError) as error:
            why = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
            raise NeedsPerson(
                f"the ledger, {describe_address(parsed)}, cannot be opened: "
                f"{why[0] if why else type(error).__name__}{_no_room(parsed)}"
            ) from error
        return ledger

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Context: a write transaction; commits, or rolls back and raises. NeedsPerson where the database went away.

        SQLite takes its write lock at once, behind a file lock: without it a busy writer starves the other
        processes for seconds.
        """
        with _answering(), self._lock, self.engine.connect() as connection:
            connection.info.pop(_KNOWN, None)
            if self.sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.begin()
                moment = connection.exec_driver_sql(_BY_KEYS_ONLY).scalar_one()
                transaction_cache(connection)[_NOW] = moment.astimezone(UTC)
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Context: a read-only transaction on one snapshot. Raises NeedsPerson where the database went away."""
        with _answering(), self.engine.connect() as connection:
            connection.info.pop(_KNOWN, None)
            if self.sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    def real_now(self, connection: Connection) -> datetime:
        """Real time, UTC: the database's where several machines share it, asked once a transaction."""
        if self.sqlite:
            return datetime.now(UTC)
        known = transaction_cache(connection)
        if _NOW not in known:
            moment: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
            known[_NOW] = moment.astimezone(UTC)
        asked: datetime = known[_NOW]
        return asked

    def lock(self, connection: Connection, what: int, shared: bool = False) -> None:
        """Take an advisory lock until this write transaction ends, exclusive or `shared`. On SQLite the transaction has
        the whole ledger's lock already."""
        known = transaction_cache(connection)
        if not self.sqlite and (what, shared) not in known:
            function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
            connection.exec_driver_sql(f"SELECT {function}({_LOCKS + what})")
            known[what, shared] = True

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

    def identity(self, create: bool = False) -> str | None:
        """What this ledger calls itself, by lot and for ever: two that lie at one address are told apart by it. None
        where it has no name yet, and is not given one."""
        with self.read() as connection:
            known = get_meta(connection, _IDENTITY)
        if known is None and create:
            with self.write() as connection:
                self.lock(connection, _BINDING)
                known = get_meta(connection, _IDENTITY)
                if known is None:
                    known = os.urandom(16).hex()
                    set_meta(connection, _IDENTITY, known)
        return known

    def close(self) -> None:
        self.engine.dispose()
        if isinstance(self._lock, FileLock):
            self._lock.close()

    def _migrate(self) -> None:
        revision = self._revision()
        if revision == HEAD:
            return
        if revision is not None and revision > HEAD:
            raise NeedsPerson(
                f"this ledger was written by a newer amplify (revision {revision}, not {HEAD}): update amplify"
            )
        from amplify.ledger.migrate import upgrade_schema  # Alembic is heavy, and needed once a release

        with self._lock:
            upgrade_schema(self.engine)

    def _require_utf8(self) -> None:
        """Refuse a database that has no room for every script: a stop would fail for the words of its reason."""
        if self.sqlite:
            return
        with self.engine.connect() as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise NeedsPerson(
                f"the database is encoded in {encoding}, and not every letter fits into that: make one in UTF-8 "
                "(`createdb --encoding UTF8 --template template0 NAME`), and name it instead"
            )

    def _revision(self) -> str | None:
        try:
            with self.engine.connect() as connection:
                row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
                return str(row[0]) if row else None
        except (OperationalError, ProgrammingError) as error:
            if "alembic_version" in str(error.orig):
                return None
            raise


def sqlite_file(url: str) -> Path | None:
    """The file in which the ledger at this address lies; None where it does not lie in one. Raises WrongUse."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return None
    return Path(parsed.database)


def transaction_cache(connection: Connection) -> dict[Any, Any]:
    """Cache of this transaction: the database's time, the locks it has, the budgets it has locked."""
    known: dict[Any, Any] = connection.info.setdefault(_KNOWN, {})
    return known


def get_meta(connection: Connection, key: str) -> str | None:
    """Read one value of the `meta` table; None where there is none."""
    row = connection.execute(_READ_NOTE, {"wanted": _storable(key)}).first()
    return row[0] if row else None


def find_metas(connection: Connection, prefix: str) -> dict[str, str]:
    """Read all values of the `meta` table whose keys begin with `prefix`, by key and in its order."""
    found = select(META.c.key, META.c.value).where(META.c.key.startswith(prefix, autoescape=True)).order_by(META.c.key)
    return {_LONE_BYTE.sub(lambda one: chr(int(one[1], 16)), row.key): row.value for row in connection.execute(found)}


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Upsert one value of the `meta` table."""
    connection.execute(_NOTE, {"key": _storable(key), "value": _storable(value)})


def _storable(text: str) -> str:
    """The text with each byte that is no letter, as a folder's name may hold it, written as JSON writes it."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def forget_queued(connection: Connection) -> None:
    """Make every clone's next pass queue anew: what its files ask for may go out otherwise than it was written down."""
    connection.execute(_FORGET_QUEUED)


@contextmanager
def _answering() -> Iterator[None]:
    """Context: NeedsPerson, with a sentence, where the database went away, is full or is read-only."""
    try:
        yield
    except DBAPIError as error:
        why = (str(error.orig).strip().splitlines() or [type(error).__name__])[0]
        if type(error.orig).__name__ == "DatabaseError":  # SQLite's word for a file that it cannot understand
            raise NeedsPerson(f"the ledger's file is damaged ({why}): bring back its newest backup") from error
        read_only = getattr(error.orig, "sqlstate", None) == _READ_ONLY
        if not (error.connection_invalidated or isinstance(error, OperationalError) or read_only):
            raise
        raise NeedsPerson(
            f"the ledger does not answer ({why}): nothing is lost; run the command again when it does"
        ) from error


def _missing(url: str) -> NoLedger:
    return NoLedger(f"there is no ledger: looked for {describe_ledger(url)}, and none was made")


def _parsed(url: str) -> URL:
    try:
        parsed = parse_address(url)
    except Exception as error:  # SQLAlchemy raises several kinds for one mistake
        raise WrongUse("AMPLIFY_DATABASE_URL is not a database address: write postgresql://user@host/name") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise WrongUse("a ledger lives in SQLite or PostgreSQL: AMPLIFY_DATABASE_URL names neither")
    return parsed


def _no_room(url: URL) -> str:
    """What SQLite does not say: that the disk is full under it."""
    with suppress(OSError):
        if url.get_backend_name() == "sqlite" and disk_usage(Path(url.database or "").parent).free < _LEAST_ROOM:
            return " (its disk is full: make room)"
    return ""


def _postgresql(url: URL) -> Engine:
    """The engine for PostgreSQL. Pooled connections are tested before use: the server may have been restarted."""
    return create_engine(url, pool_size=5, pool_pre_ping=True, connect_args={"client_encoding": "utf8"})


def _sqlite(path: Path) -> tuple[Engine, FileLock]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_private(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        # The driver begins nothing by itself: BEGIN IMMEDIATE is ours.
        connect_args={"timeout": 30, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # NORMAL may lose a committed claim when the power fails
        cursor.execute("PRAGMA foreign_keys=ON")
        # A page is changed several times in a pass, and copied back once. But no more than 8 MiB of them: whoever
        # commits then waits for the copy (6 ms where 64 MiB took 60), and from then on the log is written over from its
        # beginning: a file that does not grow is flushed in two thirds of the time.
        cursor.execute("PRAGMA wal_autocheckpoint=2048")
        cursor.execute("PRAGMA cache_size=-65536")
        # A statement that changes many pages keeps what they were until it ends: in a file, that would double its work.
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    return engine, FileLock(path.with_suffix(".lock"))
