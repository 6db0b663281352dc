"""All SQL lives under `ledger/`. import-linter sees who imports SQLAlchemy; here is what it does not see: statements
written as text, Python's own driver of SQLite, and packages that nobody put on the contract's list."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACT = "SQL lives under the ledger"
STATEMENT = re.compile(r"\b(SELECT\b.*\bFROM|UPDATE\b.*\bSET|INSERT\s+INTO|DELETE\s+FROM)\b", re.DOTALL)
"""As SQL is mostly written: in capitals, anywhere in a text."""
BEGINNING = re.compile(
    r"\s*(select\s.*\bfrom\s|insert\s+into\s|delete\s+from\s|update\s+\S+\s+set\s|pragma\s)", re.I | re.S
)
"""In any case, where a text begins with it: sentences in the middle of which `select` stands are no SQL."""


def sql_in(source: str) -> Iterator[str]:
    """Statements as text, and imports of `sqlite3`, each with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)):
                pass
            case ast.JoinedStr(values=parts):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)
            case ast.Import(names=names) if any(one.name.partition(".")[0] == "sqlite3" for one in names):
                yield f"{node.lineno}: import sqlite3"
                continue
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] == "sqlite3":
                yield f"{node.lineno}: from sqlite3"
                continue
            case _:
                continue
        if STATEMENT.search(text) or BEGINNING.match(text):
            yield f"{node.lineno}: {text}"


def test_no_statement_stands_outside_the_ledger() -> None:
    house = ROOT / "amplify"
    strays = [
        f"{path.relative_to(ROOT)}:{found}"
        for path in sorted(house.rglob("*.py"))
        if path.relative_to(house).parts[0] != "ledger"
        for found in sql_in(path.read_text("utf-8"))
    ]
    assert not strays


@pytest.mark.parametrize(
    "line",
    [
        'found = connection.exec_driver_sql("SELECT 1 FROM delivery")',
        "text(\"UPDATE delivery SET state = 'sent'\")",
        'text("INSERT INTO stop (kind) VALUES (1)")',
        'text("WITH old AS (SELECT 1) DELETE FROM deed")',
        'text(f"SELECT {column} FROM {table}")',
        'text("select id\\nfrom delivery where id = 1")',
        'text("delete from deed")',
        'text("PRAGMA journal_mode=DELETE")',
        "import sqlite3",
        "import os, sqlite3.dbapi2",
        "def look():\n    from sqlite3 import connect",
    ],
)
def test_a_statement_is_noticed(line: str) -> None:
    assert list(sql_in(line))


@pytest.mark.parametrize(
    "line",
    ['"say what to select from the list"', '"the update was set from the files"', '"""Delete it. FROM is a word."""'],
)
def test_a_sentence_is_no_statement(line: str) -> None:
    assert not list(sql_in(line))


def test_the_ledger_itself_is_full_of_them() -> None:
    """The search finds what there is to find."""
    found = [one for path in (ROOT / "amplify" / "ledger").rglob("*.py") for one in sql_in(path.read_text("utf-8"))]
    assert len(found) > 20


def test_the_contract_names_every_other_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (named,) = (set(one["source_modules"]) for one in contracts if one["name"] == CONTRACT)
    there = {f"amplify.{path.parent.name}" for path in (ROOT / "amplify").glob("*/__init__.py")}
    assert named == there - {"amplify.ledger"}
