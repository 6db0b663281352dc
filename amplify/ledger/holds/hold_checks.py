"""Why not: everything that may bar a delivery, one plain function each, asked at the claim and again at the begin mark.

A gate is given all rows of a batch at once, so that a batch costs one look and not one a row. It answers only for
those that it bars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from amplify.ledger.holds import approvals, boosts, gates, spacing, spending, stops
from amplify.ledger.rows.due_delivery import DueDelivery, Hold

Ask = Callable[[Connection, Sequence[DueDelivery], datetime], Mapping[str, Hold]]
"""Candidates, campaign time → by delivery, why it may not go out. Asked inside the transaction that acts on it."""

HOLD_CHECKS: Final[tuple[Ask, ...]] = (
    stops.find_stopped,
    gates.find_closed_gates,
    boosts.find_waiting_boosts,
    approvals.find_unapproved,
    spending.over_budget,
)
"""The whole list; the first answer counts."""

CLAIM_CHECKS: Final[tuple[Ask, ...]] = (*HOLD_CHECKS, spacing.find_too_close)
"""What is asked before anything of a delivery is out: its distance from others is no reason to cut it later."""


def find_holds(
    connection: Connection, candidates: Sequence[DueDelivery], now: datetime, asks: Sequence[Ask] = HOLD_CHECKS
) -> dict[str, Hold]:
    """The first bar of each candidate that has one. `now`: campaign time."""
    found: dict[str, Hold] = {}
    left = candidates
    for ask in asks:
        answers = ask(connection, left, now)
        if answers:
            found.update(answers)
            left = [one for one in left if one.id not in answers]
            if not left:
                break
    return found
