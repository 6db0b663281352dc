"""`amplify facts`: what goes out of date, and which posts that holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify

TODAY = datetime.now(UTC).date()


def fact(id: str, days: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": id,
        "value": 1500,
        "unit": {"en": "letters"},
        "as_of": (TODAY - timedelta(days=30)).isoformat(),
        "counted_by": {"en": "Example Watch"},
        "source": "https://example.org/count",
        "expires": (TODAY + timedelta(days=days)).isoformat(),
        **fields,
    }


@pytest.fixture
def house(files: Files) -> Files:
    files.write("config/facts.yaml", {"facts": [fact("old", 3), fact("good", 300, unit={"en": "books"})]})
    files.post("says", "There are {{ fact.old }}.")
    files.queue("says", at=soon(5 * 86400))
    return files


def test_what_goes_stale_and_what_it_holds(amplify: Amplify, house: Files) -> None:
    said = amplify("facts", "-w", house.root)
    assert said.code == 0
    assert "old 3 days left" in said.words
    assert "would hold says: 3 deliveries" in said.words
    assert "good" not in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    told = json.loads(amplify("facts", "-w", house.root, "--json").out)
    assert told["stale"] == ["old"]
    assert told["facts"][0]["held"][0]["post"] == "says"
    assert told["facts"][0]["says"] == "1,500 letters (Example Watch)"


def test_with_all_the_good_ones_too_and_a_shorter_look(amplify: Amplify, house: Files) -> None:
    assert "good" in amplify("facts", "--all", "-w", house.root).out
    assert "stay good for 2 days" in amplify("facts", "--days", "2", "-w", house.root).words


def test_two_that_disagree(amplify: Amplify, house: Files) -> None:
    house.write("config/facts.yaml", {"facts": [fact("old", 100), fact("new", 100, value=9)]})
    assert "disagrees with new" in amplify("facts", "-w", house.root).words


def test_without_facts(amplify: Amplify, files: Files) -> None:
    assert "no facts and no calls" in amplify("facts", "-w", files.root).words
