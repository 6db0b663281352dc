"""The table of what is blocked for whom says what the rules do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from workshop import Workshop

from amplify.model.action import Action
from amplify.rules.lint.rulebook import RULEBOOK

PAGE = (Path(__file__).parents[2] / "docs/risk.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith(("| A ", "| The "))
]
KINDS = get_args(Action.model_fields["kind"].annotation)


def held(kind: str, **risk: Any) -> bool:
    shop = Workshop().action("call", kind=kind).post("hello", "Hello", cta="call", risk=risk)
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    return any(finding.problem.code == "RISK-CALL" for finding in shop.plan().findings)


def test_every_kind_of_call_stands_there_as_it_is() -> None:
    said = {kind: row for row in ROWS for kind in KINDS if row[0] == f"A call of kind `{kind}`"}
    assert set(said) == set(KINDS)
    for kind, (_, elsewhere, at_risk, rule) in said.items():
        assert (elsewhere == "allowed") is not held(kind), kind
        assert (at_risk == "held") is held(kind, audience="in_country"), kind
        assert (rule == "`RISK-CALL`") is (at_risk == "held")


def test_every_rule_about_readers_at_risk_stands_there() -> None:
    named = {row[3].strip("`") for row in ROWS} - {"–"}
    assert named == {code for code in RULEBOOK if code.startswith("RISK-")} | {"TAG-DESIGNATED"}
