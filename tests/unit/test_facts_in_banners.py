"""A fact that a banner shows runs out, or is replaced, after the banner is painted and before the post is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from workshop import Workshop, at, codes

from amplify.rules.plan.file_gates import derive_gates

DUE = "2027-05-20T09:00:00Z"


def shop(**fact: str) -> Workshop:
    made = Workshop().fact("count", value=1187, as_of="2027-04-30", **{"expires": "2027-12-31", **fact})
    made.banner("number", "{{ fact.count }}")
    made.post("hello", "A number of the day.", media=[{"banner": "number"}])
    return made.queue("once", "hello", at=DUE, platforms=["x"])


def test_a_fact_that_runs_out_in_between_is_told_when_it_is_planned_and_holds_when_it_is_sent() -> None:
    made = shop(expires="2027-05-19")
    plan = made.plan("2027-05-18")
    assert codes(plan.findings) == ["FACT-STALE"]
    (delivery,) = plan.deliveries
    assert "fact:count" in delivery.subjects
    gate = next(one for one in derive_gates(made.workspace()) if (one.kind, one.subject) == ("fact", "count"))
    assert gate.why_not(at(DUE) - timedelta(days=2)) is None, "it is painted while the number holds"
    assert gate.why_not(at(DUE)) is not None


@pytest.mark.parametrize(("as_of", "told"), [("2027-05-19", ["FACT-CONFLICT"]), ("2027-05-21", [])])
def test_a_fact_that_is_replaced_in_between(as_of: str, told: list[str]) -> None:
    made = shop().fact("newer", value=1201, as_of=as_of, expires="2027-12-31", supersedes="count")
    assert codes(made.plan("2027-05-18").findings) == told


def test_a_number_that_still_holds_is_fine() -> None:
    assert codes(shop().plan("2027-05-18").findings) == []
