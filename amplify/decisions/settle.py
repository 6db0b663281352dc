"""Manual settlement: a person has looked, and says whether an unsure delivery is out."""

from __future__ import annotations

from amplify.context.app_context import AppContext
from amplify.engine.reconcile import look_up
from amplify.engine.takedown_worker import run_takedowns
from amplify.ledger.listener import notify_workers
from amplify.ledger.queries.audit_log import record_event
from amplify.ledger.queries.delivery_lookup import find_deliveries, find_delivery_of_post, read_state
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery, load_unclaimed
from amplify.ledger.rows.settlement import ClaimWriter, lock_state_and_lease
from amplify.ledger.rows.takedowns import removed_part, retry_takedown_now
from amplify.ledger.rows.unsure import save_receipt
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson, PlatformError, Refused, Unknown, WrongUse
from amplify.model.platform import Receipt

_SETTLED = (DeliveryState.UNSURE, DeliveryState.REMOVING)


def settle_delivery(app: AppContext, delivery: str, url: str | None, actor: str) -> str:
    """Settle a delivery as out at `url`, or (None) as not out; the state it is in now.

    One that is being taken down is deleted where it is out, and done with where it is not. `delivery` may be the
    beginning of an id. Raises WrongUse where it names none, several, or none that is unsure, and where what is at `url`
    is not the account's own; NeedsPerson while its request may still land, or nobody can be asked whose it is.
    """
    claimed = _find(app, delivery)
    receipt = _located(app, claimed, url) if url is not None else None
    with app.ledger.write() as connection:
        stamp = app.timestamp(connection)
        state, lease_until = lock_state_and_lease(connection, claimed.id)
        if state not in _SETTLED:
            raise WrongUse(f"{claimed.id[:12]} is {state} by now: there is nothing left to settle")
        if receipt is None and lease_until is not None and lease_until > stamp.real and state is DeliveryState.UNSURE:
            seconds = (lease_until - stamp.real).total_seconds()
            raise NeedsPerson(f"its request may still arrive: look again in {seconds:.0f} seconds, then settle it")
        hand = ClaimWriter(app.ledger, connection, stamp.at, app.owner, by=actor)
        part = next((part for part in claimed.parts if part.receipt is None), None)
        if state is DeliveryState.REMOVING:
            if receipt is not None and part is not None:
                save_receipt(connection, claimed.id, part.number, receipt, stamp.at)
            elif receipt is None:
                for one in claimed.parts:
                    removed_part(connection, claimed.id, one.number, stamp.at)
            retry_takedown_now(connection, claimed.id)
        elif receipt is not None and part is not None:
            hand.published(claimed.id, part.number, receipt, part.number == len(claimed.parts) - 1)
        elif receipt is None:
            hand.not_published(claimed.id, claimed.late_at > stamp.at)
        notify_workers(app.ledger, connection)
        told = {"sent": url} if url is not None else {"sent": None}
        record_event(connection, "settle", actor, f"delivery:{claimed.id}", None, told, stamp)
    if state is DeliveryState.REMOVING:
        run_takedowns(app)
    with app.ledger.read() as connection:
        return read_state(connection, claimed.id).value


def _located(app: AppContext, claimed: ClaimedDelivery, url: str) -> Receipt:
    """The receipt of what is out at `url`: the platform is asked whether it is this account's own."""
    try:
        if claimed.message.boost is not None:
            return _boosted(app, claimed, url)
        receipt = app.adapter(claimed.account).locate(url)
    except Refused as error:
        raise WrongUse(f"{url} cannot be taken as proof: {error.why}") from None
    except PlatformError as error:
        raise NeedsPerson(
            f"{claimed.account} cannot be asked just now whether {url} is its own: {error.why}. Nothing was settled"
        ) from None
    with app.ledger.read() as connection:
        other = find_delivery_of_post(connection, claimed.account, receipt.id)
    if other is not None:
        raise WrongUse(f"{url} cannot be taken as proof: it is the address of delivery {other[:12]}")
    return receipt


def _boosted(app: AppContext, claimed: ClaimedDelivery, url: str) -> Receipt:
    """A boost has no address of its own, and the post that it repeats is another's: it is looked up."""
    try:
        found = look_up(app, claimed, claimed.parts[0], [])
    except Unknown:
        found = None
    if found is None:
        raise WrongUse(
            f"{url} cannot be taken as proof: {claimed.account} does not show this boost. "
            "Say `--not-sent`: repeating a boost changes nothing"
        )
    return found


def _find(app: AppContext, delivery: str) -> ClaimedDelivery:
    with app.ledger.read() as connection:
        ids = find_deliveries(connection, delivery, _SETTLED)
        exact = [one for one in ids if one == delivery]  # the first generation begins like the others
        if len(exact or ids) != 1:
            which = "no unsure delivery begins" if not ids else f"{len(ids)} unsure deliveries begin"
            raise WrongUse(f"{which} with {delivery!r}: `amplify status` shows them")
        return load_unclaimed(connection, exact or ids)[0]
