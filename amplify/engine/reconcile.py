"""Reconciliation: look up unsure deliveries on their platforms, instead of guessing.

Looking always comes first, on every platform, and writes nothing: a put or a repetition beside a takedown could bring
a post back. What is absent once its lease is over waits again, and is claimed as all others are: with a fresh check of
the holds, a begin mark of its own, and the same keys. So a repetition is safe twice over where the platform honours
keys.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final

from amplify.context.app_context import AppContext
from amplify.engine.refusals import explain_error
from amplify.ledger.queries.account_status import pause_account
from amplify.ledger.queries.delivery_lookup import read_state
from amplify.ledger.queries.pending_work import count_unsure
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery, ClaimedPart
from amplify.ledger.rows.restored import HELD_BY
from amplify.ledger.rows.settlement import ClaimWriter
from amplify.ledger.rows.unsure import (
    UnsureClaim,
    claim_unsure,
    known_elsewhere,
    release_unsure,
    save_receipt,
    still_ours,
)
from amplify.model.errors import LoggedOut, PlatformError, Unknown
from amplify.model.event import log_event
from amplify.model.message import Part
from amplify.model.platform import PublishRequest, Receipt

_AGAIN: Final = timedelta(minutes=5)
"""Campaign time until a delivery is looked up again whose platform did not answer."""
_SLOW: Final = timedelta(minutes=10)
"""Real time in which a server shows what it took, where its timeline is the only evidence."""
_NO_KEYS: Final = (
    "it is not on the account's own timeline so far. Its server does not honour idempotency keys, "
    "so it is given ten minutes to show it"
)
_OLDER: Final = (
    "the ledger was restored from a backup, and this is not found under the words and time that the backup knew"
)

Act = Callable[[ClaimWriter], None]


def reconcile_unsure(app: AppContext, *, only: Collection[str] | None = None, stop: Event | None = None) -> int:
    """Look up every unsure delivery whose request can no longer land; returns how many stay unsure.

    `only`: those of these accounts of one server, until that server does not answer.
    """
    now = app.clock.now()
    silent: set[str] = set()
    hung = False
    while not (hung or (stop is not None and stop.is_set())) and (doubt := _take(app, now, silent, only)) is not None:
        began = time.monotonic()
        found, act = _look(app, doubt, now, silent)
        hung = only is not None and doubt.claimed.account in silent and app.is_hung(began)
        claimed = doubt.claimed
        with app.ledger.write() as connection:
            hand = ClaimWriter(app.ledger, connection, now, app.owner, by="reconcile")
            for number, receipt in found.items():
                save_receipt(connection, claimed.id, number, receipt, now)
            if still_ours(connection, doubt):
                act(hand)
                release_unsure(connection, doubt)
            state = read_state(connection, claimed.id)
        which = {"delivery": claimed.id, "account": claimed.account, "post": claimed.post}
        log_event("reconciled", **which, platform=claimed.platform, state=state.value)
    with app.ledger.read() as connection:
        return count_unsure(app.ledger, connection)


def _take(app: AppContext, now: datetime, silent: set[str], only: Collection[str] | None) -> UnsureClaim | None:
    with app.ledger.write() as connection:
        return claim_unsure(app.ledger, connection, now, app.timings.lease, silent, only)


def _look(app: AppContext, doubt: UnsureClaim, now: datetime, silent: set[str]) -> tuple[dict[int, Receipt], Act]:
    """Look up a delivery's parts: the receipts found, by part, and the settlement that follows from the last answer."""
    claimed = doubt.claimed
    timely, boost = claimed.late_at > now, claimed.message.boost is not None
    receipts = [part.receipt for part in claimed.parts if part.receipt is not None]
    found: dict[int, Receipt] = {}
    for part in claimed.parts[len(receipts) :]:
        if part.created_at is None:  # its worker stopped between two parts: this one was never begun
            return found, lambda hand: hand.not_published(claimed.id, timely)
        try:
            receipt = look_up(app, claimed, part, [*receipts, *found.values()])
            sure = receipt is not None or claimed.message.boost is not None or app.adapter(claimed.account).keeps_keys()
        except PlatformError as error:
            if isinstance(error, Unknown) and timely and boost and doubt.owner != HELD_BY:
                return found, lambda hand: hand.not_published(claimed.id, timely)  # repeating a boost changes nothing
            silent.add(claimed.account)
            return found, _unanswered(app, doubt, part.number, explain_error(app, claimed.account, error), now)
        if receipt is None and timely and doubt.owner == HELD_BY:
            return found, _unanswered(app, doubt, part.number, Unknown(_OLDER), now)
        if receipt is None and not sure and doubt.quiet is not None and doubt.quiet < _SLOW:
            return found, lambda hand: hand.still_unsure(claimed.id, _NO_KEYS, now + _AGAIN)
        if receipt is None:
            return found, lambda hand: hand.not_published(claimed.id, timely)
        found[part.number] = receipt
    number = claimed.parts[-1].number
    last = found.get(number) or receipts[-1]
    return found, lambda hand: hand.published(claimed.id, number, last, last=True)


def _unanswered(app: AppContext, doubt: UnsureClaim, number: int, error: PlatformError, now: datetime) -> Act:
    claimed = doubt.claimed
    part = claimed.parts[number]
    if isinstance(error, Unknown):
        why = f"{error.why}. {where_to_look(app, claimed, part)}"
        again = now + retry_delay(part.created_at or claimed.due_at, now)
        return lambda hand: hand.still_unsure(claimed.id, why, again)
    why = f"it may be out, and its platform could not be asked: {error.why}. It is asked again by itself"
    if not isinstance(error, LoggedOut):
        return lambda hand: hand.still_unsure(claimed.id, why, now + _AGAIN)
    app.drop_client(claimed.account)

    def quiet(hand: ClaimWriter) -> None:
        pause_account(hand.connection, claimed.account, error.why, now, hand.stamp.real + app.timings.pause)
        hand.still_unsure(claimed.id, why, now + _AGAIN)

    return quiet


_MARGIN: Final = timedelta(minutes=10)
"""Timelines are read from this long before the attempt, since clocks differ."""


def look_up(app: AppContext, claimed: ClaimedDelivery, part: ClaimedPart, receipts: list[Receipt]) -> Receipt | None:
    """Find a part on its platform; `receipts`: of the parts before it. None: it was proved absent.

    Writes nothing. Raises a platform error, Unknown where the platform cannot tell.
    """
    since = (part.created_at or claimed.due_at) - _MARGIN
    with app.ledger.read() as connection:
        taken = known_elsewhere(connection, claimed.account, since, claimed.id) | {one.id for one in receipts}
    return app.adapter(claimed.account).find(_call(claimed, part, receipts), since, taken)


def where_to_look(app: AppContext, claimed: ClaimedDelivery, part: ClaimedPart) -> str:
    """The sentence for the person who settles it: which page, what to look for, and which command."""
    what = f"`{claimed.post}`"
    if len(claimed.parts) > 1:
        what += f", part {part.number + 1} of {len(claimed.parts)},"
    if claimed.message.boost is not None:
        what = f"a boost of {claimed.target.url}" if claimed.target is not None and claimed.target.url else "the boost"
    began = (part.created_at or claimed.due_at).astimezone(UTC)
    try:
        page = app.adapter(claimed.account).page()
    except PlatformError:
        page = f"the page of {claimed.account}"
    name = claimed.id[:12]
    return (
        f"Open {page}, look for {what} of about {began:%Y-%m-%d %H:%M} UTC, "
        f"then `amplify settle {name} --sent URL` or `--not-sent`"
    )


def retry_delay(began: datetime, now: datetime) -> timedelta:
    """Backoff until a platform that could not tell is asked again: rarely, in the end, for requests cost money."""
    return max(timedelta(minutes=5), min((now - began) / 4, timedelta(hours=6)))


def _call(claimed: ClaimedDelivery, part: ClaimedPart, receipts: list[Receipt]) -> PublishRequest:
    boost = claimed.message.boost is not None
    return PublishRequest(
        part=Part("") if boost else claimed.message.parts[part.number],
        message=claimed.message,
        key=part.key,
        record_key=part.record_key,
        created_at=(part.created_at or claimed.due_at).astimezone(UTC),
        prepared=part.prepared or {},
        root=receipts[0] if receipts else None,
        parent=receipts[-1] if receipts else None,
        target=claimed.target or Receipt("", "") if boost else None,
    )
