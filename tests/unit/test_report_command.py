"""`amplify report`, as people and programs call it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_ledger import fill
from typer.testing import CliRunner, Result

from amplify.cli.main import build_app
from amplify.cli.output import console
from amplify.ledger.database import Ledger
from amplify.model.errors import WrongUse

SAMPLE = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", url)
    monkeypatch.setenv("AMPLIFY_NOW", "2027-05-21T12:00:00+00:00")
    ledger = Ledger.open(url)
    with ledger.write() as connection:
        fill(connection)
    ledger.close()
    console.cache_clear()
    yield
    console.cache_clear()


def run(*arguments: str, workspace: Path = SAMPLE) -> Result:
    return CliRunner().invoke(
        build_app(["report"]), ["report", "-w", str(workspace), *arguments], catch_exceptions=False
    )


def test_a_pipe_gets_markdown() -> None:
    result = run()
    assert result.exit_code == 0
    assert "**17 to 22 May 2027** · made on 21 May 2027, 12:00 UTC" in result.stdout
    assert "| Bluesky | 1 | 1 | 7 | 3 | 0 | 2 | – | – | 12 |" in result.stdout


def test_a_terminal_gets_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    text = run().stdout
    assert "What did not go out" in text
    assert "| ---" not in text
    assert "Appendix" not in text
    assert "12 characters too long" in text
    assert "**" not in text


@pytest.mark.parametrize("columns", ["50", "80", "100", "160"])
def test_no_digit_is_cut_on_any_terminal(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", columns)
    text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", run().stdout).split())
    x = r"\bX.{0,40}\b3\b.*?\b3\b.*?\b11\b.*?\b5\b.*?\b2\b.*?\b1\b.*?\b4\b.*?\b1,050\b.*?\b23\b"
    assert re.search(x, text[text.index("By platform") : text.index("By partner")])
    assert "…" not in text


def test_json_for_programs() -> None:
    data = json.loads(run("--json").stdout)
    assert data["counts"]["planned"] == 11
    assert json.loads(run("--format", "json").stdout) == data


def test_both_days_of_a_period_belong_to_it() -> None:
    data = json.loads(run("--from", "2027-05-18", "--to", "2027-05-19", "--json").stdout)
    assert data["counts"]["planned"] == 5
    assert (data["start"], data["end"]) == ("2027-05-18T00:00:00Z", "2027-05-20T00:00:00Z")


def test_a_folder_gets_three_files(tmp_path: Path) -> None:
    result = run("--out", str(tmp_path / "pages"))
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["report.csv", "report.html", "report.md"]
    assert result.stdout.split() == [str(tmp_path / "pages" / f"report.{end}") for end in ("md", "csv", "html")]


@pytest.mark.parametrize(
    ("arguments", "name", "begins"),
    [
        (["--out", "may.html"], "may.html", "<!doctype html>"),
        (["--out", "may.csv"], "may.csv", "delivery,"),
        (["--out", "new/may.txt", "--format", "md"], "new/may.txt", "# "),
        (["--out", "may.json"], "may.json", "{"),
        (["--out", ".", "--format", "csv"], "report.csv", "delivery,"),
    ],
)
def test_a_file_gets_one_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], name: str, begins: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run(*arguments)
    assert (tmp_path / name).read_text(encoding="utf-8-sig").startswith(begins)


def test_a_csv_file_reads_back(tmp_path: Path) -> None:
    run("--out", str(tmp_path / "may.csv"))
    with (tmp_path / "may.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 16


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "21.05.2027"], "--from is no date: write it as 2027-05-17"),
        (["--to", "2027-02-29"], "--to is no date"),
        (["--from", "2027-05-20", "--to", "2027-05-19"], "--to lies before --from"),
        (["--json", "--format", "csv"], "contradict"),
        (["--out", "/dev/null/report"], "cannot be written"),
    ],
)
def test_wrong_use_is_a_sentence(arguments: list[str], said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        run(*arguments)


def test_files_that_cannot_be_read_do_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "workspace.yaml").write_text("id: [", encoding="utf-8")
    result = run("--json", workspace=tmp_path)
    assert json.loads(result.stdout)["counts"]["planned"] == 8  # the other three are still to come
    assert "uses ids instead of names" in " ".join(result.stderr.split())
