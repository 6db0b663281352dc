"""settle: a person looked, and says what became of an unsure delivery."""

from __future__ import annotations

from sqlalchemy import select

from amplify.ledger.claim import Claimed, load
from amplify.ledger.settle import Hand
from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import State
from amplify.model.errors import Refused, WrongUse
from amplify.steps.desk import Desk


def settle(desk: Desk, delivery: str, url: str | None, actor: str) -> str:
    """Settle an unsure delivery as out at `url`, or (None) as not out; the state it is in now.

    `delivery` may be the beginning of an id. Raises WrongUse where it names none, several, or none that is unsure.
    """
    claimed = _find(desk, delivery)
    receipt = None
    if url is not None:
        try:
            receipt = desk.adapter(claimed.account).locate(url)
        except Refused as error:
            raise WrongUse(f"{url} cannot be taken as proof: {error.why}") from None
    now = desk.clock.now()
    with desk.ledger.write() as connection:
        part = next(part for part in claimed.parts if part.receipt is None)
        hand = Hand(desk.ledger, connection, now, desk.owner, by=actor)
        if receipt is None:
            hand.absent(claimed.id, claimed.late_at > now)
        else:
            hand.found(claimed.id, part.number, receipt, part.number == len(claimed.parts) - 1)
        state: str = connection.execute(select(DELIVERY.c.state).where(DELIVERY.c.id == claimed.id)).scalar_one()
        return state


def _find(desk: Desk, delivery: str) -> Claimed:
    with desk.ledger.read() as connection:
        found = select(DELIVERY).where(
            DELIVERY.c.id.startswith(delivery, autoescape=True), DELIVERY.c.state == State.UNSURE.value
        )
        rows = list(connection.execute(found).mappings())
        if len(rows) != 1:
            which = "no unsure delivery begins" if not rows else f"{len(rows)} unsure deliveries begin"
            raise WrongUse(f"{which} with {delivery!r}: `amplify status` shows them")
        return load(connection, rows)[0]
