"""At the begin mark: what a boost repeats is asked as it went out, and what has expired does not begin."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplify.ledger.database import Ledger
from amplify.model.gate import Gate
from ledger import rows
from ledger.rows import NOW

LATER = NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    "subject", ["person:anna", "fact:prisoners", "action:petition", "campaign:other", "partner:writers", "quiet:be"]
)
def test_a_boost_waits_for_the_gates_of_what_went_out(ledger: Ledger, subject: str) -> None:
    """The files no longer say it of the original: what is out says it all the same."""
    original = rows.planned("hello", "one/x", subjects=("account:one/x", "campaign:free", subject))
    boost = rows.planned("again", "two/x", due=LATER, boost_of=original)
    rows.queue(ledger, original, boost)
    rows.send(ledger, rows.take_one(ledger))
    kind, name = subject.split(":")
    gates = (Gate("campaign", "free"), Gate("account", "one/x", closed="paused"))
    rows.gates(ledger, *gates, Gate(kind, name))
    (claimed,) = rows.take(ledger, now=LATER)  # the original's own account is not asked
    rows.gates(ledger, *gates, Gate(kind, name, closed="not now"))
    assert rows.barred(ledger, claimed, now=LATER) == "not now"


def test_what_has_expired_in_its_window_does_not_begin(ledger: Ledger) -> None:
    """`late` is when it expires (`planning.plan`); between two parts, too."""
    thread = rows.planned("thread", "one/x", texts=("One.", "Two."), late=timedelta(minutes=10))
    rows.queue(ledger, thread)
    claimed = rows.take_one(ledger)
    rows.begin(ledger, claimed, 0)
    rows.sent(ledger, claimed, rows.receipt())
    over = NOW + timedelta(minutes=10)
    assert rows.barred(ledger, claimed, 1, now=over) == "its lateness window is over"
