"""init, add, import and schema on the command line, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from amplify.cli import add, import_, init, schema
from amplify.model.errors import WrongUse
from amplify.workspace.file_types import FILE_MODELS
from amplify.workspace.load import load_workspace

PLATFORMS = frozenset({"x", "bluesky", "mastodon"})


def call(*words: str) -> Result:
    app = typer.Typer()
    for name, module in {"init": init, "add": add, "import": import_, "schema": schema}.items():
        app.command(name)(module.command)
    return CliRunner().invoke(app, list(words))


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_init_makes_a_workspace(tmp_path: Path) -> None:
    result = call("init", str(tmp_path / "new"))
    assert result.exit_code == 0
    assert "amplify check" in result.stdout
    assert load_workspace(tmp_path / "new", PLATFORMS).problems == ()
    assert isinstance(call("init", str(tmp_path / "new")).exception, WrongUse)
    assert "config/queue.yaml" in told(call("init", str(tmp_path / "other"), "--json"))["files"]


def test_add_and_its_warning(root: Path) -> None:
    workspace = ("--workspace", str(root))
    when = ("--when", "2027-06-01T10:00")
    said = told(call("add", "vera-days", *when, "--partner", "friends", "--platform", "mastodon", "--json", *workspace))
    assert said["id"] == "vera-days-2027-06-01"
    assert said["partners"] == ["friends"]
    result = call("add", "vera-petition", *when, "--partner", "friends", "--platform", "x", *workspace)
    assert result.exit_code == 0
    assert "QUEUE-SILENT" in result.stderr
    error = call("add", "vera-dayz", *when, *workspace).exception
    assert isinstance(error, WrongUse)
    assert "did you mean `vera-days`?" in str(error)


def test_import_adds_all_or_nothing(root: Path, tmp_path: Path) -> None:
    workspace = ("--workspace", str(root))
    file = tmp_path / "sheet.csv"
    before = (root / "config/queue.yaml").read_bytes()
    file.write_text("posts,when\nvera-days,2027-06-01T10:00\nvera-dayz,2027-06-02T10:00\n")
    result = call("import", str(file), *workspace)
    assert result.exit_code == 1
    assert f"{file.name}:3:1" in result.stderr.replace("\n", "")
    assert (root / "config/queue.yaml").read_bytes() == before
    file.write_text("posts,when\nvera-days,2027-06-01T10:00\n")
    assert "1 entry would be added" in call("import", str(file), "--dry-run", *workspace).stdout
    assert (root / "config/queue.yaml").read_bytes() == before
    assert told(call("import", str(file), "--json", *workspace))["added"] == ["vera-days-2027-06-01"]


@pytest.mark.parametrize("name", FILE_MODELS)
def test_schema_prints_one(name: str) -> None:
    assert told(call("schema", name))["additionalProperties"] is False


def test_schema_prints_all_and_writes(root: Path) -> None:
    assert set(told(call("schema"))) == set(FILE_MODELS)
    (root / "config/schema/post.json").write_text("{}")
    result = call("schema", "--write", "--workspace", str(root))
    assert result.stdout.strip() == "wrote config/schema/post.json"
    assert "did you mean `queue`?" in str(call("schema", "queu").exception)
