"""Rate limiter: a bucket for each account and each server, shared by all workers and machines.

The arithmetic (GCRA) is `rules.plan.gcra`'s; here it is made exact among many. Buckets are locked in the order of their
keys, read, and written back, in one statement each for all requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from amplify.ledger.bulk import BulkSelect, BulkStatement
from amplify.model.rate_limit import ObservedLimit, RateLimit
from amplify.rules.plan import gcra
from amplify.rules.plan.gcra import RateBucket

Allowances = Mapping[str, Sequence[RateLimit]]
"""By platform."""

_LOCKED, _FREE = (
    BulkSelect(
        "SELECT bucket.key, bucket.real_tat, bucket.most, bucket.remaining, bucket.real_resets, bucket.real_since, "
        "bucket.taken, bucket.taken_before FROM {rows} AS v JOIN bucket ON bucket.key = v.key "
        "ORDER BY bucket.key {locked}",
        {
            "key": "text",
            "real_tat": "timestamp",
            "most": "integer",
            "remaining": "integer",
            "real_resets": "timestamp",
            "real_since": "timestamp",
            "taken": "integer",
            "taken_before": "integer",
        },
        locked=lock,
        key="text",
    )
    for lock in ("FOR UPDATE OF bucket", "FOR UPDATE OF bucket SKIP LOCKED")
)
_KNOWN: Final = BulkSelect(
    "SELECT bucket.key FROM {rows} AS v JOIN bucket ON bucket.key = v.key", {"key": "text"}, key="text"
)
_ADD = BulkStatement(
    "INSERT INTO bucket (key, taken, taken_before) SELECT v.key, 0, 0 FROM {rows} AS v WHERE true ORDER BY v.key "
    "ON CONFLICT (key) DO NOTHING",
    key="text",
)
_WRITE: Final = BulkStatement(
    "UPDATE bucket SET real_tat = v.tat, most = v.most, remaining = v.remaining, real_resets = v.resets, "
    "real_since = v.since, taken = v.taken, taken_before = v.before FROM {rows} AS v WHERE bucket.key = v.key",
    key="text",
    tat="timestamp",
    most="integer",
    remaining="integer",
    resets="timestamp",
    since="timestamp",
    taken="integer",
    before="integer",
)


@dataclass(frozen=True, slots=True)
class RateRequest:
    """What a delivery that would be sent now wants from its buckets."""

    account: str
    place: str | None
    """Its rate scope: the server whose limits it shares with others; None: an older amplify made the row."""
    platform: str
    parts: int
    """Messages still to come."""
    boost: bool = False


def acquire(
    connection: Connection, wants: Sequence[RateRequest], allowances: Allowances, real: datetime
) -> dict[str, datetime]:
    """Take each request's share from all of its buckets, or from none, in order; who was refused, and until when.

    Account → when it may ask again (real time), where one of its buckets had too little; who is not in the answer may
    go.

    In the caller's write transaction, which on PostgreSQL holds the accounts' rows: what these share is locked here.
    """
    costs = [_costs(want, allowances) for want in wants]
    keys = {key for cost in costs for key, _, _ in cost}
    if not keys:
        return {}
    buckets = _locked(
        connection, keys, {key for cost in costs for key, allowance, _ in cost if allowance.limit is not None}
    )
    changed: set[str] = set()
    later: dict[str, datetime] = {}
    behind: dict[str, int] = {}
    for want, cost in zip(wants, costs, strict=True):
        after: dict[str, RateBucket] = {}
        opens: list[datetime] = []
        for key, allowance, amount in cost:
            if key not in buckets:
                continue
            answer = gcra.acquire(buckets[key], allowance, amount, real)
            if isinstance(answer, RateBucket):
                after[key] = answer
                continue
            # Each account that is refused gets another time, or all of them would come back for one free slot.
            turn = gcra.acquire(buckets[key], allowance, amount + behind.get(key, 0), real)
            opens.append(turn if isinstance(turn, datetime) else answer)
            behind[key] = behind.get(key, 0) + amount
        if opens:
            later[want.account] = max(opens)
        else:
            buckets |= after
            changed |= after.keys()
    _write(connection, {key: buckets[key] for key in changed})
    return later


def apply_headers(connection: Connection, heard: Iterable[tuple[str, ObservedLimit]], real: datetime) -> None:
    """Update buckets from the rate limit headers of servers' answers. `real`: real time.

    It never waits: a bucket that another worker is just taking from is passed over, for the next answer says it again.
    """
    said: dict[str, list[ObservedLimit]] = {}
    for key, one in heard:
        said.setdefault(key, []).append(one)
    if not said:
        return
    buckets = _read(connection, said.keys(), wait=False)
    if missing := said.keys() - buckets.keys():  # busy, or never used
        known = {key for (key,) in _KNOWN.run(connection, [(key,) for key in sorted(missing)])}
        own = sorted(missing - known)
        _ADD.run(connection, [(key,) for key in own])
        buckets |= _read(connection, own, wait=False)
    changed: dict[str, RateBucket] = {}
    for key, before in buckets.items():
        bucket = before
        for one in said[key]:
            bucket = gcra.apply_headers(bucket, one, real)
        if bucket != before:
            changed[key] = bucket
    _write(connection, changed)


def _costs(want: RateRequest, allowances: Allowances) -> list[tuple[str, RateLimit, int]]:
    costs = []
    for allowance in allowances.get(want.platform, ()):
        key, amount = allowance.key(want.account, want.place), allowance.cost(want.parts, want.boost)
        if key is not None and amount:
            costs.append((key, allowance, amount))
    return costs


def _locked(connection: Connection, keys: set[str], limited: set[str]) -> dict[str, RateBucket]:
    """Read and lock the buckets of these keys. Without a documented limit, only those that a server's headers named."""
    buckets = _read(connection, keys, wait=True)
    new = limited - buckets.keys()
    if not new:
        return buckets
    # Once in a bucket's life. Another worker may be inserting the same ones: all are locked anew, in order.
    _ADD.run(connection, [(key,) for key in sorted(new)])
    return _read(connection, keys, wait=True)


def _read(connection: Connection, keys: Iterable[str], *, wait: bool) -> dict[str, RateBucket]:
    rows = (_LOCKED if wait else _FREE).run(connection, [(key,) for key in sorted(keys)])
    return {key: RateBucket(*values) for key, *values in rows}


def _write(connection: Connection, buckets: Mapping[str, RateBucket]) -> None:
    if buckets:
        _WRITE.run(
            connection,
            [
                (key, one.tat, one.most, one.remaining, one.resets, one.since, one.taken, one.taken_before)
                for key, one in buckets.items()
            ],
        )
