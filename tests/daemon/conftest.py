"""Both databases."""

from ledger.databases import database, empty_database, ledger, migrated_file, migrated_postgres

__all__ = ["database", "empty_database", "ledger", "migrated_file", "migrated_postgres"]
