"""Rules that a workspace decides on differently: hidden, counted, shown with their reasons; and what posts cost."""

from __future__ import annotations

import json

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify

REASON = "Links are paid for until May."


@pytest.fixture
def paid(files: Files) -> Files:
    files.post("link", "Read what she wrote: https://example.org/words")
    files.queue("link", at=soon(600), platforms=["x"])
    files.write(
        "config/workspace.yaml",
        {
            "id": "house",
            "name": "A house",
            "rules": [{"id": "X-COST", "severity": "off", "reason": REASON, "by": "Ada"}],
        },
    )
    return files


def test_what_is_turned_off_is_counted_and_shown_on_request(amplify: Amplify, paid: Files) -> None:
    said = amplify("check", "--strict", "-w", paid.root)
    assert said.code == 0
    assert "1 finding of rules that are turned off here" in said.out
    assert "$0.200" not in said.out
    shown = amplify("check", "--all", "-w", paid.root).out
    assert "posts/link.md" in shown
    assert "$0.200 instead of $0.015" in " ".join(shown.split())
    assert f"{REASON} (Ada)" in " ".join(shown.split())


def test_programs_get_every_decision(amplify: Amplify, paid: Files) -> None:
    told = json.loads(amplify("check", "--json", "-w", paid.root).out)
    assert (told["errors"], told["warnings"]) == (0, 0)
    (one,) = told["changed"]
    assert (one["code"], one["severity"], one["reason"], one["by"]) == ("X-COST", "off", REASON, "Ada")


def test_plan_says_what_it_costs(amplify: Amplify, paid: Files) -> None:
    assert "about $0.215 on X" in amplify("plan", "-w", paid.root).out  # three readings at half a cent
    cost = json.loads(amplify("plan", "--json", "-w", paid.root).out)["cost"]
    assert (cost["total"], cost["removal"], cost["currency"]) == ("0.215", "0.010", "USD")
    assert list(cost["by_day"].values()) == ["0.215"]


def test_check_makes_no_ledger(amplify: Amplify, paid: Files) -> None:
    amplify("check", "-w", paid.root)
    assert not (paid.root / ".amplify").exists()
