"""The list of hold checks: all reasons to hold a delivery, a function each, run at the claim and at the begin mark.

A check is given all rows at once, so that many rows cost one query and not one each. It answers only for those that
it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from amplify.ledger.holds import approvals, boosts, file_errors, gates, known_people, spacing, spending, stops
from amplify.ledger.rows.due_delivery import DueDelivery, Hold

Ask = Callable[[Connection, Sequence[DueDelivery], datetime], Mapping[str, Hold]]
"""A hold check: deliveries, campaign time → hold by delivery id. Run inside the transaction that acts on it."""

HOLD_CHECKS: Final[tuple[Ask, ...]] = (
    stops.find_stopped,
    file_errors.find_faulty,
    gates.find_closed_gates,
    known_people.find_formerly_named,
    boosts.find_waiting_boosts,
    approvals.find_unapproved,
    spending.over_budget,
)
"""All checks of a begin mark; the first hold found counts."""

CLAIM_CHECKS: Final[tuple[Ask, ...]] = (*HOLD_CHECKS, spacing.find_too_close)
"""All checks of a claim, before anything of a delivery is out: spacing is no reason to cut a thread later."""


CARE_CHECKS: Final[tuple[Ask, ...]] = HOLD_CHECKS[:4]
"""Stops, errors, gates, former names: what whoever approves should know, for it holds all the same."""


def find_holds(
    connection: Connection, candidates: Sequence[DueDelivery], now: datetime, asks: Sequence[Ask] = HOLD_CHECKS
) -> dict[str, Hold]:
    """The first hold of each delivery that has one, by its id. `now`: campaign time."""
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
