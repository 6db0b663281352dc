"""Claim due rows for one worker, with a lease. Every row that is looked at becomes ours, or is held with its reason.

Work is found by account, not by row: an account that is paused, in use, or told to wait costs one look however many
rows it has, and each row of an open account is looked at once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from amplify.ledger.bulk import BulkStatement
from amplify.ledger.bulk_update import BulkUpdate
from amplify.ledger.database import Ledger
from amplify.ledger.holds import rate_limits
from amplify.ledger.holds.boosts import find_waiting_boosts
from amplify.ledger.holds.gates import GATES
from amplify.ledger.holds.hold_checks import CLAIM_CHECKS, find_holds
from amplify.ledger.holds.rate_limits import Allowances, RateRequest
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery, with_parts
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.rows.first_rows import first_due_per_account
from amplify.ledger.rows.next_rows import next_due_rows
from amplify.ledger.rows.transitions import transition_log_sql
from amplify.model.delivery import DeliveryState

_FIRST_PAGE: Final = 128
"""Size of the first page of next rows, after first ones that turned out to be held: until it is known how long a page
takes."""
_PAGE: Final = 1024
"""Largest size of a page of next rows."""
_PATIENCE: Final = 0.05
"""Seconds (real time) that one claim may spend on held rows: others want to write, too."""

_LATER = BulkStatement(
    "UPDATE account SET real_not_before = v.opens, waits_why = NULL FROM {rows} AS v WHERE account.id = v.id",
    id="text",
    opens="timestamp",
)
_TAKE = BulkUpdate(
    "UPDATE delivery SET state = 'claimed', owner = {owner}, lease_until = {lease}, why = NULL, cause = NULL "
    "FROM {rows} AS v WHERE delivery.id = v.id",
    transition_log_sql(DeliveryState.WAITING, DeliveryState.CLAIMED),
    common={"owner": "text", "lease": "timestamp", "at": "timestamp", "real": "timestamp", "by": "text"},
    id="text",
    folio="integer",
)
_RENEW: Final = BulkUpdate(
    "UPDATE delivery SET lease_until = {lease} FROM {rows} AS v "
    "WHERE delivery.id = v.id AND delivery.owner = v.owner AND delivery.state = 'claimed'",
    common={"lease": "timestamp"},
    id="text",
    owner="text",
)
_HOLD = BulkStatement(
    "UPDATE delivery SET why = v.why, cause = v.cause, look_at = v.look FROM {rows} AS v "
    "WHERE delivery.id = v.id AND delivery.state = 'waiting'",
    id="text",
    why="text",
    cause="text",
    look="timestamp",
)
_WAKE = BulkStatement(
    "UPDATE delivery SET why = NULL, cause = NULL, look_at = delivery.due_at FROM {rows} AS v "
    "WHERE delivery.id = v.id AND delivery.state = 'waiting'",
    id="text",
)


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Asks for due deliveries: for whom, for how long and how many."""

    owner: str
    lease: timedelta
    """How long the claim lasts where nobody renews it (real time)."""
    limit: int
    ahead: timedelta = timedelta(0)
    """Deliveries may be claimed so long before they are due."""
    allowances: Allowances = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """Result of one claim."""

    taken: list[ClaimedDelivery]
    """Deliveries that are ours now, the most urgent first; of each account one, so that it keeps its order."""
    more: bool
    """Whether due rows are left that nobody has looked at yet: claim again at once."""


def claim_due(ledger: Ledger, connection: Connection, now: datetime, asked: ClaimRequest) -> ClaimResult:
    """Claim deliveries that are due at `now` (campaign time), or will be soon.

    Runs inside the caller's write transaction. The lease runs in real time, and is renewed by `renew_claims`: a row
    whose worker is gone is soon free again, and one that is prepared ahead is not in anybody's way. An account whose
    buckets are empty is passed over until they have room: all its rows wait, none of them is touched.
    """
    real = ledger.real_now(connection)
    until = now + asked.ahead
    found = first_due_per_account(ledger, connection, {"now": now, "until": until, "real": real, "most": asked.limit})
    if not found:
        return ClaimResult([], False)
    ledger.lock(connection, GATES, shared=True)
    ready, more = _sort(ledger, connection, found, now, until)
    if not ready:
        return ClaimResult([], more)
    ticket = f"{asked.owner}#{os.urandom(4).hex()}"
    taken = _allowed(connection, with_parts(connection, ready, ticket), asked.allowances, real)
    ours = [(one.id, one.row.folio) for one in taken]
    _TAKE.run(connection, ours, owner=ticket, lease=real + asked.lease, at=now, real=real, by="publish")
    return ClaimResult(taken, more)


def renew_claims(
    ledger: Ledger, connection: Connection, claims: Iterable[ClaimedDelivery], lease: timedelta
) -> set[str]:
    """Renew the lease of claims that were not begun: their worker is alive. Returns the ids of those that are still
    its own."""
    ours = [(one.id, one.owner) for one in claims]
    return _RENEW.run(connection, ours, lease=ledger.real_now(connection) + lease)


def _sort(
    ledger: Ledger, connection: Connection, line: Sequence[DueDelivery], now: datetime, until: datetime
) -> tuple[list[DueDelivery], bool]:
    """Find one row that may go for each account, and hold those before it; also whether some were not looked at."""
    end = time.monotonic() + _PATIENCE
    bars = _asked(connection, line, now)
    ready = [one for one in line if one.id not in bars]
    stuck = {one.account for one in line if one.id in bars}
    _hold(connection, [one for one in line if one.id in bars], bars, now)
    began, size = time.monotonic(), _FIRST_PAGE
    while stuck:
        if began > end:
            return ready, True
        page = next_due_rows(ledger, connection, sorted(stuck), now, until, size)
        bars = _asked(connection, page, now)
        held: list[DueDelivery] = []
        seen: set[str] = set()
        for account, its_own in groupby(page, key=lambda one: one.account):
            seen.add(account)
            for one in its_own:
                if one.id not in bars:
                    ready.append(one)
                    stuck.discard(account)
                    break
                held.append(one)
        _hold(connection, held, bars, now)
        if len(page) < size:  # the other accounts have no more rows
            stuck.clear()
        else:  # the page's last account may have more, and so may those that it did not reach
            stuck -= {account for account in seen if account != page[-1].account}
        ended = time.monotonic()
        size = _fitting(size, ended - began, end - ended)
        began = ended
    return ready, False


def _fitting(size: int, took: float, left: float) -> int:
    """Size of the next page, from how long one of `size` took and the seconds that are left: on a cold disk a row costs
    a hundred times what it costs in memory."""
    return max(_FIRST_PAGE, min(_PAGE, int(size * max(left, 0.0) / max(took, 1e-6))))


def _asked(connection: Connection, rows: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Find the holds of rows as of their due time: a row claimed ahead may wait for an embargo that ends just then."""
    bars: dict[str, Hold] = {}
    for at, group in groupby(sorted(rows, key=lambda one: max(one.due_at, now)), key=lambda one: max(one.due_at, now)):
        bars |= find_holds(connection, list(group), at, CLAIM_CHECKS)
    return bars


def _allowed(
    connection: Connection, rows: list[ClaimedDelivery], allowances: Allowances, real: datetime
) -> list[ClaimedDelivery]:
    """Keep rows whose account and rate scope have the requests left; the others' accounts get a time to wait for."""
    limited = [one for one in rows if allowances.get(one.platform)]
    if not limited:
        return rows
    wants = [
        RateRequest(
            one.account,
            one.row.place,
            one.platform,
            parts=sum(part.receipt is None for part in one.parts),
            boost=one.boosts,
        )
        for one in limited
    ]
    later = rate_limits.acquire(connection, wants, allowances, real)
    if later:
        _LATER.run(connection, list(later.items()))
    return [one for one in rows if one.account not in later]


def _hold(connection: Connection, rows: Iterable[DueDelivery], bars: Mapping[str, Hold], now: datetime) -> None:
    """Hold rows, each with its reason, until the answer can change. Never past their lateness window."""
    held = [(one, bars[one.id]) for one in rows]
    if not held:
        return
    _HOLD.run(
        connection,
        [(one.id, bar.why, bar.cause, min(bar.retry_at or one.late_at, one.late_at)) for one, bar in held],
    )
    boosts = [one for one, bar in held if bar.waits_for is not None]
    still = find_waiting_boosts(connection, boosts, now)
    # Its target was sent while this row was being held: whoever sent it has looked for waiting boosts already.
    woken = [(one.id,) for one in boosts if one.id not in still]
    if woken:
        _WAKE.run(connection, woken)
