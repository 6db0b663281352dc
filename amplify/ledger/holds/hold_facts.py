"""What is in force, in one question: the gates of some subjects, whether anything is stopped, the month's budgets.

Whoever is about to ask every bar of a group asks for it first, under the gates' lock; then it is known until the
transaction ends. A question costs more than its answer, and every mark waits for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from amplify.ledger.bulk import Fetch
from amplify.ledger.database import BUDGET, transaction_cache
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.model.gate import Gate, Pause

_ASK: Final = Fetch(
    f"""
    SELECT v.kind, v.subject, gate.kind AS known, gate.closed, gate.opens_at, gate.closes_at, gate."after",
      CAST(gate.pauses AS TEXT) AS pauses,
      CAST(EXISTS (SELECT 1 FROM stop WHERE lifted_at IS NULL) AS INTEGER) AS stopped,
      (SELECT value FROM meta WHERE key = '{BUDGET}') AS budget
    FROM {{rows}} AS v LEFT JOIN gate ON gate.kind = v.kind AND gate.subject = v.subject
    """,  # noqa: S608 - our own words, no value among them
    {
        "kind": "text",
        "subject": "text",
        "known": "text",
        "closed": "text",
        "opens_at": "instant",
        "closes_at": "instant",
        '"after"': "text",
        "pauses": "text",
        "stopped": "whole",
        "budget": "text",
    },
    kind="text",
    subject="text",
)
_TOLD: Final = "in force"


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """Gates by subject (`kind:id`), None where there is none; whether any stop is in force."""

    gates: Mapping[str, Gate | None]
    stopped: bool


def prefetch_facts(connection: Connection, candidates: Iterable[DueDelivery]) -> None:
    """Ask for everything that these candidates' bars need, for this transaction, which holds the gates' lock."""
    asked = {subject for one in candidates for subject in one.subjects}
    told = _told(connection)
    missing = asked.difference(told.gates) if told is not None else asked
    if not missing:
        return
    found, budget = _ask(connection, missing)
    known = transaction_cache(connection)
    known[_TOLD] = found if told is None else HoldFacts({**told.gates, **found.gates}, found.stopped)
    known[BUDGET] = budget


def gates_of(connection: Connection, subjects: Iterable[str]) -> Mapping[str, Gate | None]:
    """The gates of some subjects (`kind:id`): all that a claim needs to know."""
    asked = set(subjects)
    told = _told(connection)
    if told is None or not asked <= told.gates.keys():
        told, _ = _ask(connection, asked)
    return {subject: told.gates[subject] for subject in asked}


def no_stop_known(connection: Connection) -> bool:
    """Whether it is known that no stop is in force; False where nobody has asked yet."""
    told = _told(connection)
    return told is not None and not told.stopped


def pauses_of(rows: Iterable[Sequence[str]]) -> tuple[Pause, ...]:
    """A gate's quiet periods from its JSON."""
    return tuple(Pause(datetime.fromisoformat(start), datetime.fromisoformat(end), why) for start, end, why in rows)


def _told(connection: Connection) -> HoldFacts | None:
    told: HoldFacts | None = transaction_cache(connection).get(_TOLD)
    return told


def _ask(connection: Connection, subjects: Iterable[str]) -> tuple[HoldFacts, Mapping[str, int]]:
    rows = _ASK.run(connection, sorted(tuple(subject.split(":", 1)) for subject in subjects))
    gates: dict[str, Gate | None] = {}
    for kind, name, known, closed, opens_at, closes_at, after, pauses, _, _ in rows:
        gate = Gate(kind, name, closed, opens_at, closes_at, after, pauses_of(json.loads(pauses))) if known else None
        gates[f"{kind}:{name}"] = gate
    stopped, budget = rows[0][-2:] if rows else (0, None)
    return HoldFacts(gates, bool(stopped)), json.loads(budget) if budget else {}
