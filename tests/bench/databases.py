"""Both databases for a bench, thrown away afterwards. PostgreSQL flushes to the disk here: commits are what costs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from counterparts import postgres

SQLITE: Final = "SQLite"
POSTGRES: Final = "PostgreSQL"

_AS_IN_EARNEST: Final = {
    "fsync": "on",
    "max_wal_size": "8GB",
    "wal_level": "minimal",  # ten million rows need not be written twice before the clock begins to run
    "max_wal_senders": "0",
}


class Databases:
    """Where empty databases come from. Which ones there are: SQLite always, PostgreSQL where it is installed."""

    def __init__(self, folder: Path, cluster: postgres.Cluster | None) -> None:
        self.folder, self._cluster = folder, cluster
        self.names = (SQLITE, POSTGRES) if cluster is not None else (SQLITE,)
        self._made = 0

    def new(self, name: str) -> str:
        """The address of a database with nothing in it."""
        self._made += 1
        if name == SQLITE:
            home = self.folder / f"database{self._made}"
            home.mkdir()
            return f"sqlite:///{home / 'ledger.sqlite'}"
        assert self._cluster is not None
        return self._cluster.new_database()

    def drop(self, address: str) -> None:
        """Give the space back."""
        if address.startswith("sqlite"):
            shutil.rmtree(Path(address.removeprefix("sqlite:///")).parent)
        else:
            assert self._cluster is not None
            self._cluster.drop_database(address)


@contextmanager
def databases() -> Iterator[Databases]:
    """A temporary folder and, where it is installed, a PostgreSQL of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="amplify-bench-")))
        programs = postgres.programs()
        cluster = postgres.Cluster(programs, **_AS_IN_EARNEST) if programs is not None else None
        if cluster is not None:
            stack.callback(cluster.stop)
            cluster.start()
        yield Databases(folder, cluster)
