"""The version of SQLite that this Python has, and whether the ledger's statements run on it."""

from __future__ import annotations

import sqlite3
from typing import Final

LEAST_SQLITE: Final = "3.38"
"""Oldest version with `UPDATE … FROM … RETURNING` and JSON built in."""
INSTALLED_SQLITE: Final = sqlite3.sqlite_version


def is_sqlite_new_enough() -> bool:
    """Whether this Python's SQLite runs the ledger's statements."""
    return sqlite3.sqlite_version_info >= tuple(map(int, LEAST_SQLITE.split(".")))
