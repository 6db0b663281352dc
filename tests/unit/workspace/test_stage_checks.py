"""Legal stages beside the state and the calendar: problems with their places."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from workshop import PLATFORMS

from amplify.model.problem import Severity
from amplify.workspace.load import Loaded, load_workspace

NOW = datetime(2027, 5, 10, 12, tzinfo=UTC)
SOURCE = {"url": "https://example.org/case", "seen": "2027-01-02"}


def stage(kind: str, since: str, **fields: Any) -> dict[str, Any]:
    return {"stage": kind, "since": since, "source": SOURCE} | fields


def load(root: Path, *stages: dict[str, Any], state: str = "detained", reviewed: str = "2027-05-10") -> Loaded:
    """The starter's person with these stages, one on a line, the first on line 4."""
    consent = {
        "given_by": "family",
        "channel": "letter",
        "scope": ["name"],
        "given": "2026-01-01",
        "review": "2028-01-01",
    }
    person = {"id": "vera", "name": {"en": "Vera Lind", "be": "Вера Лінд"}, "detentions": [{"start": "2026-10-01"}]}
    person |= {"consent": consent}
    lines = "".join(f"      - {json.dumps(one)}\n" for one in stages)
    text = f"people:\n  - {{id: vera}}\n    stages:\n{lines}".replace("{id: vera}", "id: vera")
    rest = {**person, "state": state, "reviewed": reviewed, "review_days": 365, "aliases": ["Vera", "Вера", "Веры"]}
    del rest["id"]
    text += "".join(f"    {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in rest.items())
    (root / "config/people.yaml").write_text(text, "utf-8")
    return load_workspace(root, frozenset(PLATFORMS), NOW)


def told(loaded: Loaded) -> list[tuple[str, int]]:
    return [(one.code, one.place.line) for one in loaded.problems if one.code in ("VALUE-SENSE", "STAGE-STATE",
            "STAGE-REVIEW", "KEY-MISSING")]  # fmt: skip


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ([stage("charged", "2027-02-01"), stage("on_trial", "2027-01-01")], [("VALUE-SENSE", 5)]),
        ([stage("charged", "2027-05-12")], [("VALUE-SENSE", 4)]),
        ([stage("charged", "2027-01-01", source=SOURCE | {"seen": "2027-05-12"})], [("VALUE-SENSE", 4)]),
        ([stage("charged", "2027-01-01", sentence="3 years")], [("VALUE-SENSE", 4)]),
        ([stage("appealed", "2027-01-01")], [("VALUE-SENSE", 4)]),
        ([{"stage": "charged", "since": "2027-01-01"}], [("KEY-MISSING", 4)]),
    ],
)
def test_what_cannot_be_is_an_error(root: Path, stages: list[dict[str, Any]], expected: list[tuple[str, int]]) -> None:
    loaded = load(root, *stages)
    assert loaded.workspace is None
    assert told(loaded) == expected


def test_a_trial_may_be_ahead(root: Path) -> None:
    trial = stage("on_trial", "2027-06-08", hearings=["2027-06-08", "2027-06-10"])
    loaded = load(root, stage("charged", "2026-10-05"), trial)
    assert loaded.workspace is not None
    assert told(loaded) == []


@pytest.mark.parametrize(
    ("state", "kind", "warned"),
    [
        ("died", "on_trial", True), ("died", "charged", True), ("died", "sentenced", False),
        ("release_confirmed", "on_trial", False), ("detained", "on_trial", False), ("detained", "acquitted", True),
        ("detained", "released_pending", True), ("detained", "sentenced", True), ("convicted", "sentenced", False),
        ("convicted", "charged", True), ("unknown", "charged", False),
    ],
)  # fmt: skip
def test_a_state_that_cannot_stand_beside_the_stage_is_told(root: Path, state: str, kind: str, warned: bool) -> None:
    loaded = load(root, stage(kind, "2027-01-01"), state=state)
    found = [one for one in loaded.problems if one.code == "STAGE-STATE"]
    assert bool(found) is warned
    assert all(one.severity is Severity.WARNING and one.place.line > 4 for one in found)


@pytest.mark.parametrize(
    ("reviewed", "hearings", "warned"),
    [
        ("2027-05-01", ["2027-05-03"], True),
        ("2027-05-03", ["2027-05-03"], True),
        ("2027-05-04", ["2027-05-03"], False),
        ("2027-05-01", ["2027-05-10"], False),
        ("2027-05-01", ["2027-04-20", "2027-05-03", "2027-06-01"], True),
    ],
)
def test_after_a_day_in_court_somebody_has_to_look(
    root: Path, reviewed: str, hearings: list[str], warned: bool
) -> None:
    loaded = load(root, stage("on_trial", "2027-04-20", hearings=hearings), reviewed=reviewed)
    found = [one for one in loaded.problems if one.code == "STAGE-REVIEW"]
    assert [(one.severity, one.place.line) for one in found] == ([(Severity.WARNING, 4)] if warned else [])
    assert all("2027-05-03" in one.message for one in found)
