"""Takedowns: rows on their way from `removing` to `removed`, each leased to one worker, every deletion durable.

Nothing is sent for such a row, since no transition leads back. A request that is still under way keeps its lease, and
what it publishes is taken down with the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Exists, exists, func, select, update

from amplify.ledger.bulk import BulkStatement
from amplify.ledger.database import Ledger
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery, load_unclaimed
from amplify.ledger.rows.transitions import Transition, log_transitions, transition_row
from amplify.ledger.tables import ACCOUNT, ATTEMPT, DELIVERY, MOVE, PART, folio_of
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState

_IN_DOUBT: Final = (DeliveryState.SENDING, DeliveryState.UNSURE)
_LANDED: Final = BulkStatement(
    "UPDATE delivery SET state = 'removing', owner = NULL, lease_until = NULL, why = v.why, cause = NULL "
    "FROM {rows} AS v "
    "WHERE delivery.id = v.id AND delivery.state = 'removed' RETURNING delivery.id",
    id="text",
    why="text",
)
REMOVABLE: Final = (
    *(
        DeliveryState.SENT,
        DeliveryState.CUT,
        DeliveryState.GONE,
        DeliveryState.UNSURE,
        DeliveryState.SENDING,
        DeliveryState.CLAIMED,
        DeliveryState.WAITING,
    ),
)
"""States in which something of a delivery may be on its platform."""


@dataclass(frozen=True, slots=True)
class Removal:
    """One delivery to take down, ours until the lease ends."""

    claimed: ClaimedDelivery
    owner: str
    up: tuple[int, ...]
    """Parts that are published, newest first."""
    doubtful: int | None
    """The part that may be published as well."""
    under_way: bool
    """A part was being sent when the takedown came, and its outcome is not known."""
    why: str
    """The reason that a person gave."""


def is_published() -> Exists:
    """SQL condition: a part of DELIVERY is on its platform, as far as the ledger knows."""
    mine = (PART.c.delivery == DELIVERY.c.id, PART.c.remote_id.is_not(None), PART.c.removed_at.is_(None))
    return exists().where(*mine)


def request_takedown(ledger: Ledger, connection: Connection, delivery: str, now: datetime, by: str, why: str) -> bool:
    """Request a takedown, durably. False where nothing of it can be out, or it is being taken down already.

    From here on no worker begins another part of it.
    """
    row = connection.execute(
        select(DELIVERY.c.state, DELIVERY.c.lease_until, is_published().label("out"))
        .where(DELIVERY.c.id == delivery)
        .with_for_update(of=DELIVERY)
    ).one_or_none()
    if row is None:
        return False
    state = DeliveryState(row.state)
    if state not in REMOVABLE or not (row.out or state in _IN_DOUBT):
        return False
    lease = row.lease_until if state in _IN_DOUBT else None
    move = Transition(delivery, state, DeliveryState.REMOVING, why)
    return transition_row(connection, move, Timestamp(now, ledger.real_now(connection)), by, lease_until=lease)


def boosts_of(connection: Connection, deliveries: Sequence[str]) -> list[str]:
    """Find our own boosts of these deliveries that may be on a platform."""
    bases = sorted({one.partition(".")[0] for one in deliveries})
    found = select(DELIVERY.c.id).where(
        DELIVERY.c.boost_of.in_(bases), DELIVERY.c.state.in_([state.value for state in REMOVABLE])
    )
    return list(connection.execute(found.order_by(DELIVERY.c.id)).scalars())


def claim_takedown(
    ledger: Ledger,
    connection: Connection,
    owner: str,
    lease: timedelta,
    without: Collection[str] = (),
    tried: Collection[str] = (),
    only: Collection[str] | None = None,
) -> Removal | None:
    """Lease the next row to take down that nobody has, boosts first; of no paused account, none of `without`, and no
    row in `tried`; `only`: of one of these accounts."""
    real = ledger.real_now(connection)
    found = connection.execute(
        select(DELIVERY.c.id)
        .join(ACCOUNT, ACCOUNT.c.id == DELIVERY.c.account)
        .where(
            DELIVERY.c.state == DeliveryState.REMOVING.value,
            DELIVERY.c.lease_until.is_(None) | (DELIVERY.c.lease_until <= real),
            ACCOUNT.c.paused_at.is_(None),
            DELIVERY.c.account.not_in(sorted(without)),
            *([DELIVERY.c.account.in_(sorted(only))] if only is not None else []),
            DELIVERY.c.id.not_in(sorted(tried)),
        )
        .order_by((DELIVERY.c.kind != "boost"), DELIVERY.c.due_at.desc(), DELIVERY.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=DELIVERY)
    ).scalar_one_or_none()
    if found is None:
        return None
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == found).values(owner=owner, lease_until=real + lease))
    return _removal(connection, found, owner)


def _removal(connection: Connection, delivery: str, owner: str) -> Removal:
    (claimed,) = load_unclaimed(connection, [delivery])
    gone = set(
        connection.execute(
            select(PART.c.number).where(PART.c.delivery == delivery, PART.c.removed_at.is_not(None))
        ).scalars()
    )
    up = [part.number for part in claimed.parts if part.receipt is not None and part.number not in gone]
    before, why = connection.execute(
        select(MOVE.c.before, MOVE.c.why)
        .where(MOVE.c.folio == folio_of(delivery), MOVE.c.after == DeliveryState.REMOVING.value)
        .order_by(MOVE.c.id.desc())
        .limit(1)
    ).one()
    missing = next((part.number for part in claimed.parts if part.receipt is None), None)
    going = before in [one.value for one in _IN_DOUBT]
    under_way = going and missing is not None and _may_have_left(connection, delivery, missing)
    doubtful = missing if under_way and missing not in gone else None
    return Removal(claimed, owner, tuple(reversed(up)), doubtful, under_way, why or "")


def _may_have_left(connection: Connection, delivery: str, part: int) -> bool:
    """Whether a part may be out: its last attempt has no outcome, or it has no attempt (in a restored ledger)."""
    tried = (
        select(ATTEMPT.c.part, ATTEMPT.c.outcome).where(ATTEMPT.c.folio == folio_of(delivery)).order_by(ATTEMPT.c.id)
    )
    attempts = connection.execute(tried).all()
    outcomes = [outcome for number, outcome in attempts if number == part]
    return outcomes[-1] in (None, "unknown") if outcomes else not attempts


def removed_part(connection: Connection, delivery: str, part: int, now: datetime) -> None:
    """Record that a part is not on its platform (any more). `now`: campaign time."""
    mine = update(PART).where(PART.c.delivery == delivery, PART.c.number == part)
    connection.execute(mine.values(removed_at=now))


def finish_takedown(ledger: Ledger, connection: Connection, removal: Removal, now: datetime, by: str) -> bool:
    """Nothing of it is left: `removed`. False where a receipt came meanwhile, or somebody else has the row; then it is
    claimed again."""
    delivery = removal.claimed.id
    mine = update(DELIVERY).where(DELIVERY.c.id == delivery, DELIVERY.c.owner == removal.owner)
    if connection.execute(mine.values(lease_until=None)).rowcount != 1:
        return False
    if connection.execute(select(DELIVERY.c.id).where(DELIVERY.c.id == delivery, is_published())).first() is not None:
        return False
    move = Transition(delivery, DeliveryState.REMOVING, DeliveryState.REMOVED, removal.why or None)
    return transition_row(connection, move, Timestamp(now, ledger.real_now(connection)), by, fence=removal.owner)


def postpone_takedown(connection: Connection, removal: Removal, why: str, until: datetime | None) -> None:
    """Put off a takedown that failed: not again before `until` (real time); None: as soon as a worker looks."""
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == removal.claimed.id, DELIVERY.c.owner == removal.owner)
        .values(owner=None, lease_until=until, why=why, cause=None)
    )


def explain_untried(connection: Connection, account: str, why: str, tried: Collection[str]) -> None:
    """Write down why the account's other takedowns were not tried after these."""
    asked = (
        select(MOVE.c.why)
        .where(MOVE.c.folio == DELIVERY.c.folio, MOVE.c.after == DeliveryState.REMOVING.value)
        .order_by(MOVE.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    told = func.coalesce(func.nullif(func.rtrim(asked, "."), ""), "to be taken down")
    left = f": it is still up, and {account} is not asked any further just now: {why}"
    connection.execute(
        update(DELIVERY)
        .where(
            DELIVERY.c.account == account,
            DELIVERY.c.state == DeliveryState.REMOVING.value,
            DELIVERY.c.lease_until.is_(None),
            DELIVERY.c.id.not_in(sorted(tried)),
        )
        .values(why=told + left, cause=None)
    )


def retry_takedown_now(connection: Connection, delivery: str) -> None:
    """Let a takedown that was put off be tried at once. A worker that has it keeps it."""
    waits = update(DELIVERY).where(DELIVERY.c.id == delivery, DELIVERY.c.owner.is_(None))
    connection.execute(waits.values(lease_until=None))


def read_takedown_outcomes(
    connection: Connection, deliveries: Sequence[str]
) -> list[tuple[str, DeliveryState, str, str, str]]:
    """Read id, state, reason, post and account of those of these that are being taken down or are gone, by due time."""
    found = (
        select(DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.why, DELIVERY.c.post, DELIVERY.c.account)
        .where(
            DELIVERY.c.id.in_(deliveries),
            DELIVERY.c.state.in_([DeliveryState.REMOVING.value, DeliveryState.REMOVED.value]),
        )
        .order_by(DELIVERY.c.due_at, DELIVERY.c.id)
    )
    rows = connection.execute(found)
    return [(row.id, DeliveryState(row.state), row.why or "", row.post, row.account) for row in rows]


def late_receipts(connection: Connection, deliveries: Collection[str], stamp: Timestamp) -> None:
    """Handle receipts that come after a takedown seemed finished: those parts are taken down as well."""
    why = "a part of it came out after it was taken down"
    rows = [(one, why) for one in sorted(deliveries)]
    back = sorted(_LANDED.run(connection, rows).scalars())
    moves = [Transition(one, DeliveryState.REMOVED, DeliveryState.REMOVING, why) for one in back]
    log_transitions(connection, moves, stamp, "publish")


def remaining_takedowns(connection: Connection) -> int:
    """Count deliveries that are still to be taken down."""
    ids = select(DELIVERY.c.id).where(DELIVERY.c.state == DeliveryState.REMOVING.value)
    return len(connection.execute(ids).all())
