"""Names that the ledger knows: of what is queued or was, also where files no longer say so or cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, Text, cast, func, select

from amplify.ledger.holds.stops import in_force
from amplify.ledger.tables import ACCOUNT, DELIVERY, GATE
from amplify.model.subject import kind_and_name

_NEWEST: Final = 100_000
"""Deliveries that are looked through: whoever stops something waits for it."""
_GATED: Final = ("person", "campaign", "partner", "action", "fact", "account")


def gated_subjects(connection: Connection) -> set[tuple[str, str]]:
    """Kinds and ids of everything that a gate or a stop answers for, and of our accounts: a few rows."""
    gates = connection.execute(select(GATE.c.kind, GATE.c.subject).where(GATE.c.kind.in_(_GATED)))
    found = {(kind, name.partition("@")[0]) for kind, name in gates}
    found |= {("account", name) for name in connection.execute(select(ACCOUNT.c.id)).scalars()}
    return found | {(stop.kind, stop.subject) for stop in in_force(connection) if stop.kind not in ("words", "all")}


def delivered_subjects(connection: Connection) -> set[tuple[str, str]]:
    """Kinds and ids of what the newest deliveries are, and of whom and what they speak."""
    newest = connection.execute(select(func.max(DELIVERY.c.folio))).scalar_one() or 0
    recent = DELIVERY.c.folio > newest - _NEWEST
    found: set[tuple[str, str]] = set()
    for kind in ("entry", "post", "campaign", "partner", "platform", "account"):
        names = connection.execute(select(DELIVERY.c[kind]).where(recent).distinct()).scalars()
        found |= {(kind, name) for name in names}
    for column in (DELIVERY.c.hashtags, DELIVERY.c.subjects):
        for packed in connection.execute(select(cast(column, Text)).where(recent).distinct()).scalars():
            found.update(_spoken(json.loads(packed)))
    return found


def _spoken(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        kind, name = kind_and_name(word)
        if not name:
            yield "hashtag", word.lstrip("#＃")
        elif kind in _GATED:
            yield kind, name.partition("@")[0]
