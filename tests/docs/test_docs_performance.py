"""The page of figures: every part of `make bench` stands on it, and a new measurement replaces only its own part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench import record
from bench.__main__ import BENCHES
from bench.figure import Figure


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the page, and an empty folder for bench.json."""
    copy = tmp_path / "performance.md"
    copy.write_text(record.PAGE.read_text())
    monkeypatch.setattr(record, "PAGE", copy)
    monkeypatch.setattr(record, "JSON", tmp_path / "bench.json")
    return copy


def test_every_part_is_explained() -> None:
    told = record.PAGE.read_text()
    assert [part for part in BENCHES if f"| `{part}` |" not in told] == []


def test_a_new_measurement_replaces_its_own_part_and_no_other(page: Path) -> None:
    record.record("planning", "make bench BENCH=planning", [Figure("planning a cup of tea", 3, "cups/s", least=2)])
    told = page.read_text()
    assert "| planning a cup of tea | 3.00 cups/s | at least 2 |" in told
    assert "`make bench BENCH=planning`" in told
    assert "planning 50,000 deliveries |" not in told
    before = (record._ROOT / "docs" / "performance.md").read_text().splitlines()
    kept = [line for line in before if line.startswith("| ") and "planning" not in line]
    assert [line for line in kept if line not in told] == []


def test_measuring_twice_leaves_the_page_in_order(page: Path) -> None:
    figures = [Figure("something", 1.0)]
    record.record("texts", "make bench", figures)
    once = page.read_text()
    record.record("texts", "make bench", figures)
    assert page.read_text() == once


def test_programs_read_the_same_from_json(page: Path) -> None:
    record.record("texts", "make bench", [Figure("something", 1.5, "s", most=1)])
    kept = json.loads(record.JSON.read_text())["texts"]
    assert kept["figures"] == [
        {"what": "something", "value": 1.5, "unit": "s", "least": None, "most": 1, "holds": False}
    ]
