"""The floors are checked, and the check can fail: a canary that imports upward is caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The house, to be built over."""
    shutil.copytree(ROOT / "amplify", tmp_path / "amplify", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_stands(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("model/problem.py", "import amplify.rules.plan.assign", "floors import downward only"),
        ("ledger/rows/transitions.py", "import amplify.workspace.locate", "floors import downward only"),
        ("engine/maintenance.py", "import amplify.cli.output", "floors import downward only"),
        (
            "engine/maintenance.py",
            "import amplify.stage.process",
            "nothing in the house knows the stage but rehearsals",
        ),
        ("report/report.py", "import amplify.banner_files.render", "what readers get is built by strangers"),
        (
            "rules/text/language.py",
            "import amplify.rules.plan.assign",
            "rules: lint above plan above text",
        ),
        ("stage/timeline_items.py", "import amplify.ledger.tables", "the stage stands beside the house"),
        ("platforms/x/adapter.py", "import amplify.platforms.mastodon.adapter", "adapters are strangers"),
        ("decisions/settle.py", "from sqlalchemy import select", "SQL lives under the ledger"),
        ("cli/history.py", "from amplify.ledger.tables import DELIVERY", "SQL lives under the ledger"),
        ("platforms/x/profile.py", "import amplify.workspace.locate", "floors import downward only"),
        (
            "ledger/holds/spending.py",
            "import amplify.platforms.x.profile",
            "only the registry knows the platforms, by name",
        ),
        (
            "platforms/registry.py",
            "import amplify.platforms.bluesky.profile",
            "only the registry knows the platforms, by name",
        ),
    ],
)
def test_an_import_that_climbs_is_caught(copy: Path, file: str, line: str, broken: str) -> None:
    with (copy / "amplify" / file).open("a") as out:
        out.write(f"\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert f"{broken} BROKEN" in done.stdout


def test_a_floor_nobody_planned_is_caught(copy: Path) -> None:
    (copy / "amplify" / "helpers").mkdir()
    (copy / "amplify" / "helpers" / "__init__.py").write_text("")
    done = lint(copy)
    assert done.returncode == 1
    assert "helpers" in done.stdout


def test_no_file_is_called_after_nothing() -> None:
    """A name that says nothing gathers everything."""
    banned = {"utils.py", "util.py", "helpers.py", "helper.py", "manager.py", "common.py", "misc.py"}
    assert not [path for path in (ROOT / "amplify").rglob("*.py") if path.name in banned]


def test_no_file_outgrows_one_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "amplify").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long
