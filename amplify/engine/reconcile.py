"""reconcile: look up what may be out, instead of guessing.

Looking always comes first, on every platform, and writes nothing: a put or a repetition beside a takedown could bring
a post back. What is absent once its lease is over waits again, and goes out by the front door: with a fresh look at
the gates, a mark of its own, and the same keys. So a repetition is safe twice over where the platform honours keys.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from amplify.context.app_context import AppContext
from amplify.engine.find_published import look_up, retry_delay, where_to_look
from amplify.ledger.queries.delivery_lookup import read_state
from amplify.ledger.queries.pausing import pause_account
from amplify.ledger.queries.pending_work import count_unsure
from amplify.ledger.rows.restored import HELD_BY
from amplify.ledger.rows.settlement import ClaimWriter
from amplify.ledger.rows.unsure import UnsureClaim, claim_unsure, release_unsure, save_receipt, still_ours
from amplify.model.errors import LoggedOut, PlatformError, Unknown
from amplify.model.event import log_event
from amplify.model.platform import Receipt

_AGAIN: Final = timedelta(minutes=5)
"""Campaign time until a delivery is looked at again whose platform did not answer."""
_SLOW: Final = timedelta(minutes=10)
"""Real time in which a server shows what it took, where its timeline is the only witness."""
_NO_KEYS: Final = (
    "it is not on the account's own timeline so far. Its server does not honour idempotency keys, "
    "so it is given ten minutes to show it"
)
_OLDER: Final = (
    "the ledger was restored from a backup, and this is not found under the words and time that the backup knew"
)

Act = Callable[[ClaimWriter], None]


def reconcile_unsure(desk: AppContext) -> int:
    """Ask the platforms about every unsure delivery whose request can no longer land; how many stay unsure."""
    now = desk.clock.now()
    silent: set[str] = set()
    while (doubt := _take(desk, now, silent)) is not None:
        found, act = _look(desk, doubt, now, silent)
        claimed = doubt.claimed
        with desk.ledger.write() as connection:
            hand = ClaimWriter(desk.ledger, connection, now, desk.owner, by="reconcile")
            for number, receipt in found.items():
                save_receipt(connection, claimed.id, number, receipt, now)
            if still_ours(connection, doubt):
                act(hand)
                release_unsure(connection, doubt)
            state = read_state(connection, claimed.id)
        which = {"delivery": claimed.id, "account": claimed.account, "post": claimed.post}
        log_event("reconciled", **which, platform=claimed.platform, state=state.value)
    with desk.ledger.read() as connection:
        return count_unsure(desk.ledger, connection)


def _take(desk: AppContext, now: datetime, silent: set[str]) -> UnsureClaim | None:
    with desk.ledger.write() as connection:
        return claim_unsure(desk.ledger, connection, now, desk.timings.lease, silent)


def _look(desk: AppContext, doubt: UnsureClaim, now: datetime, silent: set[str]) -> tuple[dict[int, Receipt], Act]:
    """What was found, by part, and what the answer about the part behind it makes of the delivery."""
    claimed = doubt.claimed
    timely, boost = claimed.late_at > now, claimed.message.boost is not None
    receipts = [part.receipt for part in claimed.parts if part.receipt is not None]
    found: dict[int, Receipt] = {}
    for part in claimed.parts[len(receipts) :]:
        if part.created_at is None:  # its worker stopped between two parts: this one was never begun
            return found, lambda hand: hand.not_published(claimed.id, timely)
        try:
            receipt = look_up(desk, claimed, part, [*receipts, *found.values()])
            sure = (
                receipt is not None or claimed.message.boost is not None or desk.adapter(claimed.account).keeps_keys()
            )
        except PlatformError as error:
            if isinstance(error, Unknown) and timely and boost and doubt.owner != HELD_BY:
                return found, lambda hand: hand.not_published(claimed.id, timely)  # repeating a boost changes nothing
            silent.add(claimed.account)
            return found, _unanswered(desk, doubt, part.number, error, now)
        if receipt is None and timely and doubt.owner == HELD_BY:
            return found, _unanswered(desk, doubt, part.number, Unknown(_OLDER), now)
        if receipt is None and not sure and doubt.quiet is not None and doubt.quiet < _SLOW:
            return found, lambda hand: hand.still_unsure(claimed.id, _NO_KEYS, now + _AGAIN)
        if receipt is None:
            return found, lambda hand: hand.not_published(claimed.id, timely)
        found[part.number] = receipt
    number = claimed.parts[-1].number
    last = found.get(number) or receipts[-1]
    return found, lambda hand: hand.published(claimed.id, number, last, last=True)


def _unanswered(desk: AppContext, doubt: UnsureClaim, number: int, error: PlatformError, now: datetime) -> Act:
    claimed = doubt.claimed
    part = claimed.parts[number]
    if isinstance(error, Unknown):
        why = f"{error.why}. {where_to_look(desk, claimed, part)}"
        again = now + retry_delay(part.created_at or claimed.due_at, now)
        return lambda hand: hand.still_unsure(claimed.id, why, again)
    why = f"it may be out, and its platform could not be asked: {error.why}. It is asked again by itself"
    if not isinstance(error, LoggedOut):
        return lambda hand: hand.still_unsure(claimed.id, why, now + _AGAIN)
    desk.drop_client(claimed.account)

    def quiet(hand: ClaimWriter) -> None:
        pause_account(hand.connection, claimed.account, error.why, now, hand.real + desk.timings.pause)
        hand.still_unsure(claimed.id, why, now + _AGAIN)

    return quiet
