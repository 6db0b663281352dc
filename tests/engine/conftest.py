"""Both databases, and a desk whose platforms are in memory."""

from ledger.databases import database, empty_database, ledger, migrated_file, migrated_postgres

from engine.passes import app, world

__all__ = ["app", "database", "empty_database", "ledger", "migrated_file", "migrated_postgres", "world"]
