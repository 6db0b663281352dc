"""claim: take due rows for one worker. Every row that is looked at leaves the claim as ours, or held with its reason.

Work is found by account, not by row: an account that is paused, busy, or asked to be silent costs one look however
many rows wait behind it, and each row of an open account is looked at once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Connection, bindparam, exists, or_, select, true

from amplify.ledger.bars import AT_CLAIM, barred
from amplify.ledger.batch import Batch, Fetch
from amplify.ledger.boosts import waiting
from amplify.ledger.buckets import Allowances, Want, take
from amplify.ledger.candidate import Bar, Candidate
from amplify.ledger.chain import Chain
from amplify.ledger.claimed import COLUMNS, KINDS, LISTED, Claimed, candidate, with_parts
from amplify.ledger.columns import Utc
from amplify.ledger.gates import GATES
from amplify.ledger.moves import logging
from amplify.ledger.store import Ledger
from amplify.ledger.tables import ACCOUNT, DELIVERY
from amplify.model.delivery import State

NO_ALLOWANCES: Final[Allowances] = {}
_PAGE: Final = 1024
"""How many rows are looked at in one go behind those that turned out to be held."""
_PATIENCE: Final = 0.05
"""Seconds (real time) that one claim may spend on held rows: others want to write, too."""

# The statements of a claim, made once: building them costs more than running them.
_mine, _held = DELIVERY.alias("mine"), DELIVERY.alias("held")
_now, _until = bindparam("now", type_=Utc), bindparam("until", type_=Utc)
_waits = (
    _mine.c.state == State.WAITING.value,
    _mine.c.look_at <= _until,
    or_(_mine.c.look_at <= _now, _mine.c.due_at > _now),  # what is held until soon is not looked at ahead of that
    _mine.c.late_at > _now,
)
_line = (_mine.c.look_at, _mine.c.due_at, _mine.c.id)
_free = ~exists().where(_held.c.account == ACCOUNT.c.id, _held.c.state.in_((State.CLAIMED.value, State.SENDING.value)))
_awake = ACCOUNT.c.paused_at.is_(None) & or_(
    ACCOUNT.c.real_not_before.is_(None), ACCOUNT.c.real_not_before <= bindparam("real", type_=Utc)
)
_first = select(_mine.c.id).where(_mine.c.account == ACCOUNT.c.id, *_waits).order_by(*_line).limit(1)

# SQLite: whoever writes is alone, so one statement finds the rows; the same as the two for PostgreSQL.
_ALONE = Fetch(
    f"""
    WITH v AS {{rows}}, heads AS MATERIALIZED (
      SELECT (
        SELECT id FROM delivery AS mine WHERE mine.account = account.id AND mine.state = 'waiting'
        AND mine.look_at <= v.until AND (mine.look_at <= v.now OR mine.due_at > v.now) AND mine.late_at > v.now
        ORDER BY mine.look_at, mine.due_at, mine.id LIMIT 1
      ) AS head
      FROM v JOIN account
      WHERE account.paused_at IS NULL AND (account.real_not_before IS NULL OR account.real_not_before <= v.real)
      AND NOT EXISTS (SELECT 1 FROM delivery AS held
                      WHERE held.account = account.id AND held.state IN ('claimed', 'sending'))
    )
    SELECT {LISTED}
    FROM heads JOIN delivery ON delivery.id = heads.head
    ORDER BY delivery.look_at, delivery.account LIMIT (SELECT most FROM v)
    """,  # noqa: S608 - our own words, no value among them
    KINDS,
    now="instant",
    until="instant",
    real="instant",
    most="whole",
)

# PostgreSQL: accounts are locked first, passing over those that another worker has, then looked at again: one may
# have been taken between the two.
_look = select(_mine.c.look_at).where(_mine.c.account == ACCOUNT.c.id, *_waits).order_by(*_line).limit(1)
_urgency = _look.correlate(ACCOUNT).lateral("urgency")
_LOCKED = (
    select(ACCOUNT.c.id)
    .join(_urgency, true())
    .where(_awake, _free)
    .order_by(_urgency.c.look_at, ACCOUNT.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=ACCOUNT)
)
_AMONG = Fetch(
    f"""
    SELECT {LISTED} FROM {{rows}} AS v CROSS JOIN LATERAL (
      SELECT * FROM delivery WHERE delivery.account = v.account AND delivery.state = 'waiting'
      AND delivery.look_at <= v.until AND (delivery.look_at <= v.now OR delivery.due_at > v.now)
      AND delivery.late_at > v.now
      ORDER BY delivery.look_at, delivery.due_at, delivery.id LIMIT 1
    ) AS delivery
    WHERE NOT EXISTS (SELECT 1 FROM delivery AS held
                      WHERE held.account = v.account AND held.state IN ('claimed', 'sending'))
    ORDER BY delivery.look_at, delivery.account
    """,  # noqa: S608 - our own words, no value among them
    KINDS,
    account="text",
    now="instant",
    until="instant",
)

_BEHIND = (  # in the order of the index: account by account, each in its own line
    select(*COLUMNS)
    .where(
        DELIVERY.c.account.in_(bindparam("names", expanding=True)),
        DELIVERY.c.state == State.WAITING.value,
        DELIVERY.c.look_at <= _until,
        or_(DELIVERY.c.look_at <= _now, DELIVERY.c.due_at > _now),
        DELIVERY.c.late_at > _now,
    )
    .order_by(DELIVERY.c.account, DELIVERY.c.look_at, DELIVERY.c.due_at, DELIVERY.c.id)
    .limit(_PAGE)
)
_PLACES = Fetch(
    "SELECT account.id, account.place FROM {rows} AS v JOIN account ON account.id = v.id",
    {"id": "text", "place": "text"},
    id="text",
)
_LATER = Batch(
    "UPDATE account SET real_not_before = v.opens FROM {rows} AS v WHERE account.id = v.id",
    id="text",
    opens="instant",
)
_TAKE = Chain(
    "UPDATE delivery SET state = 'claimed', owner = {owner}, lease_until = v.lease, why = NULL "
    "FROM {rows} AS v WHERE delivery.id = v.id",
    logging(State.WAITING, State.CLAIMED),
    common={"owner": "text", "at": "instant", "real": "instant", "by": "text"},
    id="text",
    lease="instant",
)
_HOLD = Batch(
    "UPDATE delivery SET why = v.why, look_at = v.look FROM {rows} AS v "
    "WHERE delivery.id = v.id AND delivery.state = 'waiting'",
    id="text",
    why="text",
    look="instant",
)
_WAKE = Batch(
    "UPDATE delivery SET why = NULL, look_at = delivery.due_at FROM {rows} AS v "
    "WHERE delivery.id = v.id AND delivery.state = 'waiting'",
    id="text",
)


@dataclass(frozen=True, slots=True)
class Sorted:
    """What came of one claim."""

    taken: list[Claimed]
    """Ours, the most urgent first; of each account one, so that it keeps its order."""
    more: bool
    """Due rows are left that nobody has looked at yet: claim again at once."""


def claim(
    ledger: Ledger,
    connection: Connection,
    *,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int,
    ahead: timedelta = timedelta(0),
    allowances: Allowances = NO_ALLOWANCES,
) -> Sorted:
    """Up to `limit` deliveries that are due at `now` (campaign time), or will be within `ahead`.

    Runs inside the caller's write transaction. The lease runs in real time, from the due time on. An account whose
    buckets are empty is passed over until its next opening: its whole line waits, no row of it is touched.
    """
    real = ledger.real_now(connection)
    found = _open_accounts(ledger, connection, {"now": now, "until": now + ahead, "real": real, "most": limit})
    if not found:
        return Sorted([], False)
    ledger.lock(connection, GATES, shared=True)
    ready, more = _sort(connection, found, now, now + ahead)
    if not ready:
        return Sorted([], more)
    ticket = f"{owner}#{os.urandom(4).hex()}"
    taken = _allowed(connection, with_parts(connection, ready, ticket), allowances, real)
    leases = [(one.id, real + lease + max(one.due_at - now, timedelta(0))) for one in taken]
    _TAKE.run(connection, leases, owner=ticket, at=now, real=real, by="publish")
    return Sorted(taken, more)


def _open_accounts(ledger: Ledger, connection: Connection, bounds: Mapping[str, object]) -> list[Candidate]:
    """The first due row of each account that may speak, the most urgent account first."""
    if ledger.sqlite:
        asked = (bounds["now"], bounds["until"], bounds["real"], bounds["most"])
        return [candidate(row) for row in _ALONE.run(connection, [asked])]
    names = list(connection.execute(_LOCKED, bounds).scalars())
    if not names:
        return []
    return [
        candidate(row) for row in _AMONG.run(connection, [(name, bounds["now"], bounds["until"]) for name in names])
    ]


def _sort(
    connection: Connection, line: Sequence[Candidate], now: datetime, until: datetime
) -> tuple[list[Candidate], bool]:
    """One row that may go for each account, holding those before it; and whether some were not looked at."""
    end = time.monotonic() + _PATIENCE
    bars = _asked(connection, line, now)
    ready = [one for one in line if one.id not in bars]
    stuck = {one.account for one in line if one.id in bars}
    _hold(connection, [one for one in line if one.id in bars], bars, now)
    while stuck:
        if time.monotonic() > end:
            return ready, True
        bounds = {"names": sorted(stuck), "now": now, "until": until}
        page = [candidate(row) for row in connection.execute(_BEHIND, bounds)]
        bars = _asked(connection, page, now)
        held: list[Candidate] = []
        seen: set[str] = set()
        for account, behind in groupby(page, key=lambda one: one.account):
            seen.add(account)
            for one in behind:
                if one.id not in bars:
                    ready.append(one)
                    stuck.discard(account)
                    break
                held.append(one)
        _hold(connection, held, bars, now)
        if len(page) < _PAGE:  # there is nothing behind the others
            stuck.clear()
        else:  # of the last one there may be more, and of those that the page did not reach
            stuck -= {account for account in seen if account != page[-1].account}
    return ready, False


def _asked(connection: Connection, rows: Sequence[Candidate], now: datetime) -> Mapping[str, Bar]:
    """What bars them when they are due: what is taken ahead of its time may wait for an embargo that ends just then."""
    bars: dict[str, Bar] = {}
    for at, group in groupby(sorted(rows, key=lambda one: max(one.due_at, now)), key=lambda one: max(one.due_at, now)):
        bars |= barred(connection, list(group), at, AT_CLAIM)
    return bars


def _allowed(connection: Connection, rows: list[Claimed], allowances: Allowances, real: datetime) -> list[Claimed]:
    """Those whose account and place may still ask that much of their server; the others' accounts are told when."""
    limited = [one for one in rows if allowances.get(one.platform)]
    if not limited:
        return rows
    places = {row[0]: row[1] for row in _PLACES.run(connection, [(one.account,) for one in limited])}
    wants = [
        Want(
            one.account,
            places[one.account],
            one.platform,
            parts=sum(part.receipt is None for part in one.parts),
            boost=one.boosts,
        )
        for one in limited
    ]
    later = take(connection, wants, allowances, real)
    if later:
        _LATER.run(connection, list(later.items()))
    return [one for one in rows if one.account not in later]


def _hold(connection: Connection, rows: Iterable[Candidate], bars: Mapping[str, Bar], now: datetime) -> None:
    """Let rows wait, each with its reason, until the answer can change. Never past their window."""
    held = [(one, bars[one.id]) for one in rows]
    if not held:
        return
    _HOLD.run(connection, [(one.id, bar.why, min(bar.again or one.late_at, one.late_at)) for one, bar in held])
    boosts = [one for one, bar in held if bar.target is not None]
    still = waiting(connection, boosts, now)
    # Its target was sent while this row was being held: whoever sent it has looked for waiting boosts already.
    woken = [(one.id,) for one in boosts if one.id not in still]
    if woken:
        _WAKE.run(connection, woken)
