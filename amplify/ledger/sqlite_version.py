"""Which SQLite this Python brought, and whether the ledger's statements run on it."""

from __future__ import annotations

import sqlite3
from typing import Final

LEAST_SQLITE: Final = "3.38"
"""`UPDATE … FROM … RETURNING`, and JSON without being asked."""
INSTALLED_SQLITE: Final = sqlite3.sqlite_version


def is_sqlite_new_enough() -> bool:
    """Whether the ledger's statements run on it."""
    return sqlite3.sqlite_version_info >= tuple(map(int, LEAST_SQLITE.split(".")))
