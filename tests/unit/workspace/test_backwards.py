"""Whatever has a first and a last day says so where they are the wrong way round."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from amplify.workspace.load import Loaded

Read = Callable[[], Loaded]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("yearly", {"month": 5, "day": 21, "time": "10:00", "start": "2028-01-02", "until": "2028-01-01"}),
        ("monthly", {"day": 31, "time": "10:00", "start": "2027-06-01", "until": "2027-05-31"}),
    ],
)
def test_a_recurring_entry_that_ends_before_it_starts(root: Path, read: Read, way: str, said: dict[str, Any]) -> None:
    path = root / "config/queue.yaml"
    entries = yaml.safe_load(path.read_text("utf-8"))["entries"]
    path.write_text(yaml.safe_dump({"entries": [{"id": "again", "posts": entries[0]["posts"], "when": {way: said}}]}))
    (problem,) = read().problems
    line = path.read_text("utf-8").splitlines()[problem.place.line - 1]
    assert (problem.code, "until" in line) == ("VALUE-SENSE", True)
    path.write_text(path.read_text("utf-8").replace(said["until"], said["start"]))
    assert read().problems == ()  # one day is a period
