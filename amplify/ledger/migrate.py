"""Schema migration of a ledger to the newest revision, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def alembic_config() -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    # A percent sign begins what is replaced in these options.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade_schema(engine: Engine) -> None:
    """Run all migrations that are missing, in one transaction. Safe to call from several processes at once."""
    config = alembic_config()
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.begin()
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4206180715)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
