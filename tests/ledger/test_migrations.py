"""Migrations, opening, and whose ledger it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from once_a_session import copy_schema
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from amplify.ledger import database, indexes
from amplify.ledger.database import HEAD, Ledger, ledger_url
from amplify.ledger.migrate import alembic_config, upgrade_schema
from amplify.model.errors import NeedsPerson, WrongUse
from ledger import rows
from ledger.together import at_once

assert indexes  # fills the metadata


def difference(ledger: Ledger) -> Any:
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        )
        return compare_metadata(context, SQLModel.metadata)


def test_the_schema_after_migration_is_that_of_the_models(empty_database: str) -> None:
    ledger = Ledger.open(empty_database)
    assert difference(ledger) == []
    ledger.close()


def test_a_difference_would_be_seen(empty_database: str) -> None:
    ledger = Ledger.open(empty_database)
    with ledger.write() as connection:
        connection.exec_driver_sql("DROP INDEX delivery_due")
        connection.exec_driver_sql("ALTER TABLE delivery ADD COLUMN extra INTEGER")
    assert {change[0] for change in difference(ledger)} == {"add_index", "remove_column"}
    ledger.close()


def test_other_tests_have_what_migrations_leave(tmp_path: Path) -> None:
    """Where ledgers are not what is tested, one script makes them: to the letter what all migrations make."""
    kept = []
    for make in (upgrade_schema, copy_schema):
        file = tmp_path / f"{make.__name__}.sqlite"
        engine = create_engine(f"sqlite:///{file}", connect_args={"isolation_level": None})
        make(engine)
        engine.dispose()
        with closing(sqlite3.connect(file)) as connection:
            kept.append(list(connection.iterdump()))
    assert kept[0] == kept[1]
    assert any(HEAD in statement for statement in kept[0])


def test_head_is_the_newest_revision() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert script.get_heads() == [HEAD]
    files = sorted(path.name for path in Path(script.versions).glob("[0-9]*.py"))
    assert [name.partition("_")[0] for name in files] == [r.revision for r in reversed(list(script.walk_revisions()))]
    assert files[-1].startswith(HEAD)


def test_opening_again_migrates_nothing(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger.open(empty_database)
    one = rows.planned()
    rows.queue(ledger, one)
    ledger.close()
    monkeypatch.setattr("amplify.ledger.migrate.upgrade_schema", None)
    again = Ledger.open(empty_database)
    assert rows.state(again, one) == "waiting"
    again.close()


def test_several_processes_may_open_a_new_ledger_at_once(empty_database: str) -> None:
    said = at_once(
        4,
        """
        from amplify.ledger.database import Ledger, get_meta
        ledger = Ledger.open(URL)
        ready()
        ledger.serve("workshop")
        with ledger.read() as connection:
            print(ledger._revision(), get_meta(connection, "workspace"))
        """,
        URL=empty_database,
    )
    assert said == [f"{HEAD} workshop"] * 4


def test_a_ledger_serves_one_workspace(empty_database: str) -> None:
    ledger = Ledger.open(empty_database)
    ledger.serve("workshop")
    ledger.serve("workshop")
    with pytest.raises(WrongUse, match=r"serves the workspace `workshop`.*`another`"):
        ledger.serve("another")
    ledger.close()


def test_of_two_workspaces_at_once_one_wins(empty_database: str) -> None:
    Ledger.open(empty_database).close()
    said = at_once(
        6,
        """
        from amplify.ledger.database import Ledger
        from amplify.model.errors import WrongUse
        ledger = Ledger.open(URL)
        ready()
        try:
            ledger.serve(f"workspace-{NUMBER}")
        except WrongUse:
            print("refused")
        else:
            print("served")
        """,
        URL=empty_database,
    )
    assert sorted(said) == ["refused"] * 5 + ["served"]


class TestBadAddresses:
    @pytest.mark.parametrize("url", ["nonsense", "://", "postgresql://host:port/name", ""])
    def test_nonsense(self, url: str) -> None:
        with pytest.raises(WrongUse, match="AMPLIFY_DATABASE_URL"):
            Ledger.open(url)

    @pytest.mark.parametrize("url", ["mysql://u@127.0.0.1/name", "oracle://127.0.0.1", "redis://127.0.0.1"])
    def test_another_database(self, url: str) -> None:
        with pytest.raises(WrongUse, match="SQLite or PostgreSQL"):
            Ledger.open(url)

    def test_nobody_answers(self) -> None:
        with pytest.raises(NeedsPerson, match="cannot be opened") as caught:
            Ledger.open("postgresql://amplify:Canary-7431@127.0.0.1:1/name?connect_timeout=2")
        assert "Canary-7431" not in str(caught.value)

    def test_no_such_database(self, postgres_cluster: Any) -> None:
        with pytest.raises(NeedsPerson, match="no-such-database"):
            Ledger.open(postgres_cluster.url("no-such-database"))

    def test_a_short_scheme_is_understood(self, postgres_cluster: Any) -> None:
        url = postgres_cluster.new_database().replace("postgresql+psycopg", "postgres")
        Ledger.open(url).close()

    def test_a_folder_that_cannot_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(NeedsPerson, match="cannot be opened"):
            Ledger.open(f"sqlite:///{tmp_path}/file/ledger.sqlite")

    @pytest.mark.parametrize(
        "content", [b"no database at all, just words" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
    )
    def test_a_corrupt_file(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "ledger.sqlite").write_bytes(content)
        with pytest.raises(NeedsPerson, match="cannot be opened"):
            Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite")
        assert (tmp_path / "ledger.sqlite").read_bytes() == content

    def test_a_ledger_from_the_future(self, empty_database: str) -> None:
        Ledger.open(empty_database).close()
        url = make_url(empty_database)
        if url.get_backend_name() == "sqlite":
            with sqlite3.connect(str(url.database)) as file:
                file.execute("UPDATE alembic_version SET version_num = '9999'")
        else:
            with psycopg.connect(empty_database.replace("+psycopg", "")) as server:
                server.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(NeedsPerson, match="newer amplify"):
            Ledger.open(empty_database)


def test_where_a_ledger_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMPLIFY_DATABASE_URL", raising=False)
    assert ledger_url(tmp_path) == f"sqlite:///{tmp_path}/.amplify/{database.LEDGER_FILE}"
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", "postgresql://h/n")
    assert ledger_url(tmp_path) == "postgresql://h/n"


def test_a_database_that_goes_away_is_a_sentence_and_comes_back(postgres_cluster: Any) -> None:
    url = postgres_cluster.new_database()
    ledger = Ledger.open(url)

    def interrupted() -> None:
        with ledger.write() as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
            database.set_meta(connection, "a", "b")

    with pytest.raises(NeedsPerson, match="does not answer"):
        interrupted()
    with ledger.write() as connection:
        database.set_meta(connection, "after", "all")
    ledger.close()
