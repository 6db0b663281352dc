"""What is due and cannot go because its platform does not take it just now, or has asked its account to wait."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, text, true

from amplify.ledger.database import Ledger
from amplify.ledger.tables import ACCOUNT, DELIVERY

_WAITING: Final = text("delivery.state = 'waiting'")
# As in the partial index.
_FAILING: Final = text("delivery.state = 'waiting' AND substr(delivery.cause, 1, 9) = 'platform:'")
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class FailingDelivery:
    """A delivery that is due, or an account with such deliveries, and what its platform said."""

    account: str
    post: str | None
    """None: nothing of the account goes."""
    why: str

    @property
    def sentence(self) -> str:
        what = f"{self.account}: `{self.post}`" if self.post is not None else f"{self.account}: what is due"
        return f"{what} cannot go out now: {self.why}. It is tried again by itself"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def find_failing(ledger: Ledger, connection: Connection, now: datetime) -> tuple[FailingDelivery, ...]:
    """Find them at `now` (campaign time), by account. What the accounts' own rate limits space out is not among them,
    nor what paused accounts have: that is told otherwise."""
    real = ledger.real_now(connection)
    # IS TRUE keeps a database from the index of lateness, which would find nearly all that waits.
    timely = (DELIVERY.c.late_at > now).is_(true())
    own = (
        select(DELIVERY.c.account, DELIVERY.c.post, DELIVERY.c.why)
        .where(_FAILING, DELIVERY.c.due_at <= now, timely)
        .order_by(DELIVERY.c.account, DELIVERY.c.look_at, DELIVERY.c.id)
        .limit(_MOST)
    )
    due = select(DELIVERY.c.id).where(_WAITING, DELIVERY.c.account == ACCOUNT.c.id, DELIVERY.c.look_at <= now, timely)
    silent = (
        select(ACCOUNT.c.id, ACCOUNT.c.waits_why)
        .where(ACCOUNT.c.paused_at.is_(None), ACCOUNT.c.real_not_before > real, ACCOUNT.c.waits_why.is_not(None))
        .where(due.exists())
        .order_by(ACCOUNT.c.id)
    )
    return (
        *(FailingDelivery(account, None, why) for account, why in connection.execute(silent)),
        *(FailingDelivery(account, post, why or "") for account, post, why in connection.execute(own)),
    )
