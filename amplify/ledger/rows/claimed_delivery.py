"""A claimed delivery: one worker's own until the lease ends, with its parts and how far each got."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Text, cast, select

from amplify.ledger.bulk import BulkSelect, Kind
from amplify.ledger.holds.boosts import Target, boost_targets
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.ledger.tables import DELIVERY
from amplify.model.message import Message, message_from_json
from amplify.model.platform import Receipt

BOOST: Final = "boost"
"""The kind of a delivery that repeats another post."""
KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("id", "base", "entry", "post", "campaign", "partner", "platform", "account"), "text"),
    **dict.fromkeys(("subjects", "hashtags", "content_hash"), "text"),
    "cost": "integer",
    "boost_of": "text",
    "due_at": "timestamp",
    "late_at": "timestamp",
    "message": "text",
    "approvals_needed": "integer",
    "author": "text",
    "kind": "text",
    "folio": "integer",
}
"""Columns of a due delivery. JSON comes as text: most of it is read by one hold check or by the sending thread."""
_JSON: Final = ("subjects", "hashtags", "message")
COLUMNS: Final = tuple(
    cast(DELIVERY.c[name], Text).label(name) if name in _JSON else DELIVERY.c[name] for name in KINDS
)
FOUND: Final[Mapping[str, Kind]] = {**KINDS, "place": "text"}
"""Columns of a due delivery that is to be claimed: with its account's rate scope."""
LISTED: Final = ", ".join(
    [f"CAST(delivery.{name} AS TEXT) AS {name}" if name in _JSON else f"delivery.{name}" for name in KINDS]
    + ["(SELECT account.place FROM account WHERE account.id = delivery.account) AS place"]
)
"""The same columns as SQL text."""
_PARTS: Final = BulkSelect(
    "SELECT part.delivery, part.number, part.key, part.record_key, part.created_at, "
    "CAST(part.prepared AS TEXT) AS prepared, part.remote_id, part.url, part.extra "
    "FROM {rows} AS v JOIN part ON part.delivery = v.id",
    {
        "delivery": "text",
        "number": "integer",
        "key": "text",
        "record_key": "text",
        "created_at": "timestamp",
        "prepared": "text",
        "remote_id": "text",
        "url": "text",
        "extra": "text",
    },
    id="text",
)


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """One part (message) of a claimed delivery, and how far it got."""

    number: int
    key: str
    record_key: str
    created_at: datetime | None
    prepared: dict[str, Any] | None
    receipt: Receipt | None


@dataclass(frozen=True)
class ClaimedDelivery:
    """A delivery that is ours until its lease ends (real time)."""

    row: DueDelivery
    owner: str
    """Fencing token of every begin mark and settlement: one claim's own, so that a claim that was lost and taken again
    is another's, even within one process."""
    parts: tuple[ClaimedPart, ...]
    target: Receipt | None
    """The post that a boost repeats."""

    @cached_property
    def message(self) -> Message:
        """The message to be sent; parsed from the row's JSON by whoever delivers it, not in the claim."""
        return message_from_json(json.loads(self.row.message_json))

    @property
    def boosts(self) -> bool:
        return self.row.kind == BOOST

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def account(self) -> str:
        return self.row.account

    @property
    def platform(self) -> str:
        return self.row.platform

    @property
    def post(self) -> str:
        return self.row.post

    @property
    def due_at(self) -> datetime:
        return self.row.due_at

    @property
    def late_at(self) -> datetime:
        return self.row.late_at

    @property
    def subjects(self) -> tuple[str, ...]:
        return self.row.subjects


def due_delivery_from(row: Sequence[Any]) -> DueDelivery:
    """A due delivery from a row of `COLUMNS` or `FOUND`."""
    id, base, entry, post, campaign, partner, platform, account, subjects, hashtags, *others = row
    spoken, tags = _names(subjects), _names(hashtags)
    return DueDelivery(id, base, entry, post, campaign, partner, platform, account, spoken, tags, *others)


@lru_cache(maxsize=1024)  # one post goes to many accounts
def _names(packed: str) -> tuple[str, ...]:
    return tuple(json.loads(packed))


def candidate_in(row: RowMapping) -> DueDelivery:
    """A due delivery from a row that has more columns beside `COLUMNS`."""
    return due_delivery_from([row[name] for name in KINDS])


def with_parts(connection: Connection, rows: Sequence[DueDelivery], owner: str) -> list[ClaimedDelivery]:
    """Due deliveries as claimed by `owner`, with their parts and boost targets."""
    parts = _parts(connection, rows)
    repeated = boost_targets(connection, (row.boost_of for row in rows))
    return [_claimed(row, owner, parts[row.id], repeated) for row in rows]


def load_unclaimed(connection: Connection, ids: Sequence[str]) -> list[ClaimedDelivery]:
    """Load deliveries without a claim (unsure ones, for `reconcile`), by due time."""
    found = select(*COLUMNS).where(DELIVERY.c.id.in_(ids)).order_by(DELIVERY.c.due_at, DELIVERY.c.id)
    return with_parts(connection, [due_delivery_from(row) for row in connection.execute(found)], "")


def _parts(connection: Connection, rows: Sequence[DueDelivery]) -> Mapping[str, list[ClaimedPart]]:
    found: dict[str, list[ClaimedPart]] = {row.id: [] for row in rows}
    parts = _PARTS.run(connection, [(row.id,) for row in rows])
    for delivery, number, key, record_key, created_at, prepared, remote, url, extra in sorted(
        parts, key=itemgetter(0, 1)
    ):
        receipt = Receipt(remote, url or "", extra) if remote else None
        ready = json.loads(prepared) if prepared is not None else None
        found[delivery].append(ClaimedPart(number, key, record_key, created_at, ready, receipt))
    return found


def _claimed(row: DueDelivery, owner: str, parts: list[ClaimedPart], repeated: Mapping[str, Target]) -> ClaimedDelivery:
    target = repeated[row.boost_of][1] if row.boost_of is not None and row.boost_of in repeated else None
    claimed = ClaimedDelivery(row, owner, tuple(parts), target)
    if target is None and claimed.boosts and (boost := claimed.message.boost) is not None and boost.url is not None:
        return ClaimedDelivery(row, owner, tuple(parts), Receipt("", boost.url))
    return claimed
