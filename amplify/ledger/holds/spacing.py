"""Spacing: a late post keeps a minimum interval from its account's other posts, so that no delay ends in a burst.

The distance is half of what the two were planned apart, at most half of the account's gap. So whatever is punctual
goes out on time; what is late comes between, at most at twice the planned pace; and what finds no place before its
window ends is missed. Boosts keep distance among boosts, and all others among themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, select, text, update

from amplify.ledger.bulk import BulkSelect
from amplify.ledger.rows.claimed_delivery import BOOST
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.tables import ACCOUNT, DELIVERY, UtcInstant

PUNCTUAL: Final = timedelta(minutes=5)
"""How long after its due time (campaign time) a post still counts as on time: a cron pass comes each minute."""

_names: BindParameter[list[str]] = bindparam("names", expanding=True)
_GAPS: Final = BulkSelect(
    "SELECT account.id, account.gap FROM {rows} AS v JOIN account ON account.id = v.id WHERE account.gap > 0",
    {"id": "text", "gap": "integer"},
    id="text",
)
_BEGUN: Final = BulkSelect(
    "SELECT part.delivery FROM {rows} AS v JOIN part ON part.delivery = v.id WHERE part.remote_id IS NOT NULL",
    {"delivery": "text"},
    id="text",
)
_since, _from, _until = (bindparam(name, type_=UtcInstant) for name in ("since", "from_", "until"))
_columns = (DELIVERY.c.id, DELIVERY.c.account, DELIVERY.c.kind, DELIVERY.c.due_at, DELIVERY.c.sent_at)
_SENT = select(*_columns).where(DELIVERY.c.sent_at > _since, DELIVERY.c.account.in_(_names))
# What is held may wait for days; claimed rows need not be asked for, since an account has no second one claimed.
_COMING = select(*_columns).where(
    text("delivery.state = 'waiting'"),  # in the index's own words
    DELIVERY.c.account.in_(_names),
    DELIVERY.c.look_at > _from,
    DELIVERY.c.look_at <= _until,
    DELIVERY.c.look_at == DELIVERY.c.due_at,
)


@dataclass(frozen=True, slots=True)
class _Other:
    """Another post of the account: out already, or about to be."""

    id: str
    due: datetime
    at: datetime
    """When it went out, or will (UTC, campaign time)."""


def find_too_close(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold late deliveries that would come too close to another post of their account, until there is room again."""
    late = [one for one in candidates if now - one.due_at > PUNCTUAL]
    if not late:
        return {}
    names = sorted({one.account for one in late})
    gaps = {name: timedelta(seconds=gap) for name, gap in _GAPS.run(connection, [(name,) for name in names])}
    late = [one for one in late if one.account in gaps]
    if not late:
        return {}
    # A thread that is out in part is not kept waiting: its end belongs to its beginning.
    begun = {id for (id,) in _BEGUN.run(connection, [(one.id,) for one in late])}
    others = _others(connection, gaps, now)
    bars: dict[str, Hold] = {}
    for one in late:
        if one.id in begun:
            continue
        room = _room(one, others[one.account, one.kind == BOOST], gaps[one.account], now)
        if room > now:
            bars[one.id] = Hold("it is late, and keeps its distance from the account's other posts", room)
    return bars


def write_gaps(connection: Connection, gaps: Mapping[str, timedelta]) -> None:
    """Update the minimum interval (gap) of each of our accounts; they have their rows already."""
    known = {row.id: row.gap for row in connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.gap))}
    for account, gap in gaps.items():
        seconds = int(gap.total_seconds())
        if known.get(account, seconds) != seconds:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(gap=seconds))


def _others(
    connection: Connection, gaps: Mapping[str, timedelta], now: datetime
) -> Mapping[tuple[str, bool], list[_Other]]:
    """Read the neighbouring posts by account and whether they are boosts: sent within half a gap, or due within one."""
    names, reach = sorted(gaps), max(gaps.values()) / 2
    found: dict[tuple[str, bool], list[_Other]] = defaultdict(list)
    for row in connection.execute(_SENT, {"names": names, "since": now - reach}):
        found[row.account, row.kind == BOOST].append(_Other(row.id, row.due_at, row.sent_at))
    bounds = {"names": names, "from_": now - PUNCTUAL, "until": now + 2 * reach}
    for row in connection.execute(_COMING, bounds):
        found[row.account, row.kind == BOOST].append(_Other(row.id, row.due_at, max(row.due_at, now)))
    return found


def _room(one: DueDelivery, others: Sequence[_Other], gap: timedelta, now: datetime) -> datetime:
    """The first instant from `now` on at which no other post is too close."""
    room = now
    for start, end in sorted(_taken(one, others, gap)):
        if start < room < end:
            room = end
    return room


def _taken(one: DueDelivery, others: Sequence[_Other], gap: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Around each other post, the time in which this one may not come."""
    for other in others:
        apart = min(gap, abs(one.due_at - other.due)) / 2
        if other.id != one.id and apart:
            yield other.at - apart, other.at + apart
