"""Stops follow what was renamed: an entry, a post or a campaign that goes on under an id nobody has seen before.

Ids are names, and names change: by a tidy hand, or by somebody who wants a stopped post out. So whatever is new in a
plan and repeats what a stopped one said is stopped with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Text, cast, select

from amplify.ledger.holds.stops import Stop, add_aliases, in_force
from amplify.ledger.tables import DELIVERY
from amplify.model.message import message_from_json
from amplify.model.plan import Planned
from amplify.rules.text.similarity import comparable_text, similar_to

_KINDS: Final = ("entry", "post", "campaign")
_MOST: Final = 2000
"""Rows of a stopped one that are compared, the newest first."""
_SIMILAR: Final = 0.85


def follow_renamed(connection: Connection, new: Sequence[Planned]) -> None:
    """Add to the stops in force the ids under which what they mean goes on. `new`: deliveries about to be written that
    the ledger has never had, in the transaction that writes them."""
    for stop in in_force(connection) if new else ():
        if stop.kind in _KINDS:
            strange = _unknown(connection, stop, new)
            found = _going_on(connection, stop, strange) if strange else []
            add_aliases(connection, stop, [f"{stop.kind}:{name}" for name in found])


def _unknown(connection: Connection, stop: Stop, new: Sequence[Planned]) -> list[Planned]:
    """Those of the new deliveries whose id of the stop's kind the ledger has never seen."""
    names = sorted({str(getattr(one, stop.kind)) for one in new} - {stop.subject})
    column = DELIVERY.c[stop.kind]
    seen = set(connection.execute(select(column).where(column.in_(names)).distinct()).scalars())
    return [one for one in new if getattr(one, stop.kind) in set(names) - seen]


def _going_on(connection: Connection, stop: Stop, strange: Sequence[Planned]) -> list[str]:
    """The ids of those that send a post of the stopped one, or say much the same."""
    ids = [stop.subject, *(word.partition(":")[2] for word in stop.words if word.startswith(f"{stop.kind}:"))]
    query = select(DELIVERY.c.post, cast(DELIVERY.c.message, Text)).where(DELIVERY.c[stop.kind].in_(ids))
    before = connection.execute(query.order_by(DELIVERY.c.due_at.desc()).limit(_MOST)).all()
    posts = {post for post, _ in before} if stop.kind != "post" else set()
    posts |= {word.removeprefix("post:") for word in stop.words if stop.kind == "entry" and word.startswith("post:")}
    texts = sorted({comparable_text(message_from_json(json.loads(message))) for _, message in before} - {""})
    found: dict[str, None] = {}
    for one in strange:
        name = str(getattr(one, stop.kind))
        if name not in found and (one.post in posts or _said(comparable_text(one.message), texts)):
            found[name] = None
    return list(found)


def _said(text: str, texts: Sequence[str]) -> bool:
    return bool(text and texts and similar_to(text, texts, _SIMILAR))
