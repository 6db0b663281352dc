"""Rows for a ledger without any files, and what the ledger says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from amplify.ledger.database import Ledger
from amplify.ledger.holds.gates import read_gates, write_gates
from amplify.ledger.rows import begin_mark
from amplify.ledger.rows.begin_mark import BeginRequest, Begun, NotBegun
from amplify.ledger.rows.claim import ClaimRequest, claim_due
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.plan_changes import diff_plan, write_accounts, write_changes
from amplify.ledger.rows.receipts import PublishedPart, record_receipts
from amplify.ledger.rows.settlement import ClaimWriter
from amplify.ledger.tables import ACCOUNT, ATTEMPT, DELIVERY, MOVE, PART, folio_of
from amplify.model.clock import Timestamp
from amplify.model.delivery import DeliveryState, delivery_id
from amplify.model.gate import Gate
from amplify.model.message import BoostOf, Message, Part
from amplify.model.plan import PlanChange, Planned
from amplify.model.platform import Receipt

NOW = datetime(2027, 5, 17, 9, tzinfo=UTC)
LATENESS = timedelta(hours=2)
LEASE = timedelta(seconds=60)
HORIZON = timedelta(days=45)


def planned(
    name: str = "hello",
    account: str = "press_union/x",
    *,
    due: datetime = NOW,
    late: timedelta = LATENESS,
    texts: Sequence[str] | None = None,
    subjects: tuple[str, ...] = ("campaign:free",),
    boost_of: Planned | None = None,
) -> Planned:
    """One planned delivery; its name is its queue entry and its post."""
    partner, platform = account.split("/")
    parts = () if boost_of else tuple(Part(text) for text in texts or (f"{name} from {account}",))
    boost = BoostOf(boost_of.id, None) if boost_of else None
    message = Message(platform, ("en",), parts, boost=boost)
    return Planned(
        id=delivery_id("workshop", name, name, account, "once"),
        entry=name,
        post=name,
        variant="default",
        campaign="free",
        partner=partner,
        platform=platform,
        occurrence="once",
        kind="boost" if boost else "statement",
        lang="en",
        due=due,
        late=due + late,
        zone="UTC",
        message=message,
        content_hash=message.content_hash(),
        subjects=subjects,
        hashtags=(),
        ours=True,
    )


def queue(ledger: Ledger, *deliveries: Planned, now: datetime = NOW, open_gates: bool = True) -> list[PlanChange]:
    """Write a plan down, as the step does; by default with an open gate for every subject that has none."""
    with ledger.write() as connection:
        changes = diff_plan(connection, deliveries, now, now + HORIZON)
        write_accounts(connection, {one.account: f"{one.platform}:" for one in deliveries})
        write_changes(connection, deliveries, changes, Timestamp(now, ledger.real_now(connection)))
        if open_gates:
            known = read_gates(connection)
            wanted = {tuple(subject.split(":")) for one in deliveries for subject in one.subjects} - known.keys()
            write_gates(connection, [*known.values(), *(Gate(kind, subject) for kind, subject in sorted(wanted))])
    return changes


def gates(ledger: Ledger, *wanted: Gate) -> bool:
    """Replace all gates."""
    with ledger.write() as connection:
        return write_gates(connection, wanted)


def take(
    ledger: Ledger, *, now: datetime = NOW, owner: str = "me", limit: int = 16, lease: timedelta = LEASE
) -> list[ClaimedDelivery]:
    """Claim."""
    with ledger.write() as connection:
        return claim_due(ledger, connection, now, ClaimRequest(owner, lease, limit)).taken


def take_one(ledger: Ledger, *, now: datetime = NOW, owner: str = "me") -> ClaimedDelivery:
    (one,) = take(ledger, now=now, owner=owner)
    return one


class Acting:
    """A hand that works in a transaction of its own: `with acting(ledger) as hand`."""

    def __init__(self, ledger: Ledger, owner: str, now: datetime, by: str) -> None:
        self._transaction = ledger.write()
        self._make = lambda connection: ClaimWriter(ledger, connection, now, owner, by=by)

    def __enter__(self) -> ClaimWriter:
        return self._make(self._transaction.__enter__())

    def __exit__(self, *error: Any) -> None:
        self._transaction.__exit__(*error)


def acting(
    ledger: Ledger, claimed: ClaimedDelivery | None = None, *, now: datetime = NOW, by: str = "publish"
) -> Acting:
    """The hand of whoever claimed it."""
    return Acting(ledger, claimed.owner if claimed else "somebody", now, by)


def begin(ledger: Ledger, claimed: ClaimedDelivery, part: int = 0, *, now: datetime = NOW) -> Begun:
    """The durable mark before a call."""
    begun = _mark(ledger, claimed, part, now)
    assert isinstance(begun, Begun), begun
    return begun


def barred(ledger: Ledger, claimed: ClaimedDelivery, part: int = 0, *, now: datetime = NOW) -> str:
    """Why the call must not be made."""
    answer = _mark(ledger, claimed, part, now)
    assert isinstance(answer, NotBegun), answer
    return answer.why


def _mark(ledger: Ledger, claimed: ClaimedDelivery, part: int, now: datetime) -> Begun | NotBegun:
    first = not any(one.receipt is None for one in claimed.parts[:part])
    with ledger.write() as connection:
        return begin_mark.begin_requests(ledger, connection, [BeginRequest(claimed, part, {}, first)], now, LEASE)[0]


def sent(
    ledger: Ledger, claimed: ClaimedDelivery, proof: Receipt, part: int = 0, *, last: bool = False, now: datetime = NOW
) -> bool:
    """One receipt; whether whoever claimed it still holds the row."""
    with ledger.write() as connection:
        return record_receipts(ledger, connection, [PublishedPart(claimed, part, proof, last)], now)[0]


def send(ledger: Ledger, claimed: ClaimedDelivery, *, now: datetime = NOW, remote: str = "1") -> None:
    """All of it, from the first mark to the last receipt."""
    for part in claimed.parts:
        if part.receipt is None:
            begin(ledger, claimed, part.number, now=now)
            last = part.number == len(claimed.parts) - 1
            sent(ledger, claimed, receipt(f"{remote}.{part.number}"), part.number, last=last, now=now)


def receipt(remote: str = "1") -> Receipt:
    return Receipt(remote, f"https://x.example/{remote}")


def row(ledger: Ledger, delivery: Planned | ClaimedDelivery | str) -> RowMapping:
    """The row of a delivery, by its own id."""
    with ledger.read() as connection:
        return connection.execute(select(DELIVERY).where(DELIVERY.c.id == _id(delivery))).mappings().one()


def state(ledger: Ledger, delivery: Planned | ClaimedDelivery | str) -> DeliveryState:
    return DeliveryState(row(ledger, delivery)["state"])


def states(ledger: Ledger) -> dict[str, int]:
    """How many rows are where."""
    with ledger.read() as connection:
        counted = connection.execute(select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state))
        return {row[0]: row[1] for row in counted}


def moves(ledger: Ledger, delivery: Planned | ClaimedDelivery | str) -> list[tuple[str | None, str]]:
    """Every change of state, in order."""
    query = select(MOVE.c.before, MOVE.c.after).where(MOVE.c.folio == folio_of(_id(delivery))).order_by(MOVE.c.id)
    with ledger.read() as connection:
        return [(before, after) for before, after in connection.execute(query)]


def attempts(ledger: Ledger, delivery: Planned | ClaimedDelivery | str) -> list[RowMapping]:
    query = select(ATTEMPT).where(ATTEMPT.c.folio == folio_of(_id(delivery))).order_by(ATTEMPT.c.id)
    with ledger.read() as connection:
        return list(connection.execute(query).mappings())


def parts(ledger: Ledger, delivery: Planned | ClaimedDelivery | str) -> list[RowMapping]:
    query = select(PART).where(PART.c.delivery == _id(delivery)).order_by(PART.c.number)
    with ledger.read() as connection:
        return list(connection.execute(query).mappings())


def account(ledger: Ledger, name: str = "press_union/x") -> RowMapping:
    with ledger.read() as connection:
        return connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == name)).mappings().one()


def change_account(ledger: Ledger, name: str, **values: Any) -> None:
    with ledger.write() as connection:
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == name).values(**values))


def force(connection: Connection, delivery: str, **values: Any) -> None:
    """Put a row where a test needs it, past all guards."""
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery).values(**values))


def put(ledger: Ledger, delivery: Planned | str, **values: Any) -> None:
    with ledger.write() as connection:
        force(connection, _id(delivery), **values)


def names(claimed: Iterable[ClaimedDelivery]) -> list[str]:
    return [one.post for one in claimed]


def _id(delivery: Planned | ClaimedDelivery | str) -> str:
    return delivery if isinstance(delivery, str) else delivery.id
