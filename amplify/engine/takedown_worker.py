"""Takedown worker: goes on with every takedown that was requested, newest part first, until nothing of it is left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from threading import Event
from typing import Final

from amplify.context.app_context import AppContext
from amplify.engine.reconcile import look_up, where_to_look
from amplify.engine.refusals import explain_error
from amplify.ledger.holds import spending
from amplify.ledger.holds.spending import pay_for_deletions
from amplify.ledger.queries.account_status import pause_account
from amplify.ledger.rows import takedowns
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.settlement import ClaimWriter
from amplify.ledger.rows.takedowns import Removal
from amplify.ledger.rows.unsure import save_receipt
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown

_BY_HAND: Final = timedelta(hours=1)
"""Real time until a platform is asked again that said no, or could not tell."""


def run_takedowns(
    app: AppContext,
    told: Callable[[str], None] | None = None,
    *,
    only: Collection[str] | None = None,
    stop: Event | None = None,
) -> int:
    """Delete what is to be taken down and can be; returns how many deliveries are left to take down.

    `only`: what these accounts of one server said, until that server does not answer.

    Each deletion is recorded durably, part by part, so that the next worker goes on where one was killed. What is gone
    already counts as deleted. `told` is called with each delivery that was tried.
    """
    silent: set[str] = set()
    hung = False
    while not (hung or (stop is not None and stop.is_set())) and (removal := _take(app, silent, only)) is not None:
        began = time.monotonic()
        try:
            _remove(app, removal)
        except PlatformError as error:
            silent.add(removal.claimed.account)
            hung = only is not None and app.is_hung(began)
            _postpone(app, removal, explain_error(app, removal.claimed.account, error))
        if told is not None:
            told(removal.claimed.id)
    with app.ledger.read() as connection:
        return takedowns.remaining_takedowns(connection)


def _take(app: AppContext, silent: set[str], only: Collection[str] | None) -> Removal | None:
    with app.ledger.write() as connection:
        ticket = f"{app.owner}#{os.urandom(4).hex()}"
        return takedowns.claim_takedown(app.ledger, connection, ticket, app.timings.lease, silent, only)


def _remove(app: AppContext, removal: Removal) -> None:
    claimed = removal.claimed
    adapter = app.adapter(claimed.account)
    for number in removal.up:
        receipt = claimed.parts[number].receipt
        if receipt is not None:
            adapter.delete(receipt)
            _gone(app, claimed, number, deleted=True)
    if removal.doubtful is not None:
        _settle_doubt(app, removal, removal.doubtful)
    with app.ledger.write() as connection:
        now = app.clock.now()
        done = takedowns.finish_takedown(app.ledger, connection, removal, now, by="takedown")
        if done and removal.under_way:  # what was never sent is not billed
            spending.refund(connection, [claimed.id], now)


def _settle_doubt(app: AppContext, removal: Removal, number: int) -> None:
    """Look up the part that was being sent when the takedown came, and delete it as well where it is out."""
    claimed = removal.claimed
    part = claimed.parts[number]
    before = [one.receipt for one in claimed.parts[:number] if one.receipt is not None]
    receipt = look_up(app, claimed, part, before)
    if receipt is not None:
        with app.ledger.write() as connection:
            save_receipt(connection, claimed.id, number, receipt, app.clock.now())
        app.adapter(claimed.account).delete(receipt)
    _gone(app, claimed, number, deleted=receipt is not None)


def _gone(app: AppContext, claimed: ClaimedDelivery, number: int, deleted: bool) -> None:
    with app.ledger.write() as connection:
        now = app.clock.now()
        takedowns.removed_part(connection, claimed.id, number, now)
        if deleted:
            pay_for_deletions(connection, claimed.platform, 1, now)


def _postpone(app: AppContext, removal: Removal, error: PlatformError) -> None:
    claimed = removal.claimed
    asked = removal.why.rstrip(".") or "to be taken down"
    with app.ledger.write() as connection:
        hand = ClaimWriter(app.ledger, connection, app.clock.now(), app.owner, by="takedown")
        if isinstance(error, LoggedOut):
            pause_account(connection, claimed.account, error.why, hand.stamp.at, hand.stamp.real + app.timings.pause)
            why, again = f"it is taken down once {claimed.account} can speak again", None
        elif isinstance(error, Refused):
            why = f"its platform will not delete it: {error.why}. Delete it by hand, then `amplify settle "
            why, again = f"{why}{claimed.id[:12]} --not-sent`", hand.stamp.real + _BY_HAND
        elif isinstance(error, Unknown) and removal.doubtful is not None:
            looking = where_to_look(app, claimed, claimed.parts[removal.doubtful])
            why, again = f"a part of it may be out: {error.why}. {looking}", hand.stamp.real + _BY_HAND
        else:
            after = error.after if isinstance(error, TryLater) else None
            after = app.timings.backoff if after is None else after
            why, again = f"it is still up: {error.why}. It is tried again by itself", hand.stamp.real + after
        takedowns.postpone_takedown(connection, removal, f"{asked}: {why}", again)
    if isinstance(error, LoggedOut):
        app.drop_client(claimed.account)
