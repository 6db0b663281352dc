"""Where runs are played: each begins with an empty folder and an empty ledger, and leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

from adversary.play import Act, Result, play, shrink


class Ground:
    """Plays runs one after the other."""

    def __init__(self, folder: Path, fresh: Callable[[Path], str]) -> None:
        """`fresh`: the address of an empty, migrated ledger for a workspace that will lie there."""
        self._folder, self._fresh, self._runs = folder, fresh, 0

    def play(self, acts: Sequence[Act]) -> Result:
        self._runs += 1
        root = self._folder / f"run-{self._runs}"
        root.mkdir()
        try:
            return play(acts, root, self._fresh(root))
        finally:
            shutil.rmtree(root)

    def story(self, result: Result, seed: int) -> str:
        """What went wrong, with the fewest acts that make it go wrong in the same way."""
        kind = result.faults[0].partition(":")[0]
        least = shrink(result.acts, lambda acts: any(fault.startswith(kind) for fault in self.play(acts).faults))
        lines = [f"seed {seed}: {result.faults[0]}", *(f"    {act}" for act in least)]
        return "\n".join([*lines, *(f"  → {fault}" for fault in self.play(least).faults)])


def sqlite_ground(folder: Path, migrated: Path) -> Ground:
    """On SQLite. `migrated`: a file to copy."""

    def fresh(root: Path) -> str:
        file = root / ".amplify" / "ledger.sqlite"
        file.parent.mkdir(mode=0o700)
        shutil.copy(migrated, file)
        return f"sqlite:///{file}"

    return Ground(folder, fresh)


def postgres_ground(folder: Path, url: str) -> Ground:
    """On one PostgreSQL database, emptied for every run."""
    names = sql.SQL(", ").join(sql.Identifier(name) for name in SQLModel.metadata.tables)

    def fresh(root: Path) -> str:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))
        return url

    return Ground(folder, fresh)
