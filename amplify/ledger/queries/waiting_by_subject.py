"""Waiting deliveries by subject: how many speak of each person, fact …, and when the first one is due."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, cast, func, select

from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class WaitingDeliveries:
    """Waiting deliveries that speak of one subject."""

    count: int = 0
    first: datetime | None = None
    """When the first one is due (UTC, campaign time)."""


def count_waiting(connection: Connection, name_of: Callable[[str], str | None]) -> Mapping[str, WaitingDeliveries]:
    """Count waiting deliveries by the names that `name_of` makes of subjects; None: this subject does not count.

    Grouped by the database: there are few different sets of subjects, however many deliveries wait.
    """
    subjects = cast(DELIVERY.c.subjects, Text)
    grouped = (
        select(subjects, func.count(), func.min(DELIVERY.c.due_at))
        .where(DELIVERY.c.state.in_((DeliveryState.WAITING.value, DeliveryState.CLAIMED.value)))
        .group_by(subjects)
    )
    found: dict[str, WaitingDeliveries] = {}
    for packed, count, first in connection.execute(grouped):
        for name in {name_of(subject) for subject in json.loads(packed)} - {None}:
            assert name is not None
            known = found.get(name, WaitingDeliveries())
            earliest = first if known.first is None else min(first, known.first)
            found[name] = WaitingDeliveries(known.count + count, earliest)
    return found
