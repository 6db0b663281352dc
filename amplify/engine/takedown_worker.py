"""Takedown worker: goes on with every takedown that was requested, newest part first, until nothing of it is left."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
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
_IN_A_ROW: Final = 3
"""Deliveries of an account that fail one after another, until it is left alone for this pass."""


@dataclass(frozen=True, slots=True)
class _Left:
    """A part that could not be taken down, or of which nobody knows whether it is out."""

    number: int
    error: PlatformError
    hung: bool
    """Its server did not answer at all."""


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
    already counts as deleted. What fails keeps neither the other parts nor the other posts of its account up, unless
    its platform speaks of the account, or several fail in a row. `told` is called with each delivery that was tried.
    """
    silent: dict[str, str] = {}
    tried: list[str] = []
    in_a_row: Counter[str] = Counter()
    hung = False
    while not (hung or (stop is not None and stop.is_set())):
        if (removal := _take(app, silent, tried, only)) is None:
            break
        account, left = removal.claimed.account, _remove(app, removal)
        in_a_row[account] = in_a_row[account] + 1 if left else 0
        if left:
            hung = only is not None and left[-1].hung
            tried.append(removal.claimed.id)
            _postpone(app, removal, left)
            if _is_of_account(left[-1].error) or in_a_row[account] >= _IN_A_ROW:
                silent[account] = left[-1].error.why
        if told is not None:
            told(removal.claimed.id)
    if silent:
        with app.ledger.write() as connection:
            for account, why in sorted(silent.items()):
                takedowns.explain_untried(connection, account, why, tried)
    with app.ledger.read() as connection:
        return takedowns.remaining_takedowns(connection)


def _take(
    app: AppContext, silent: Collection[str], tried: Collection[str], only: Collection[str] | None
) -> Removal | None:
    with app.ledger.write() as connection:
        ticket = f"{app.owner}#{os.urandom(4).hex()}"
        return takedowns.claim_takedown(app.ledger, connection, ticket, app.timings.lease, silent, tried, only)


def _remove(app: AppContext, removal: Removal) -> list[_Left]:
    """Take down every part that can be; what is left, the account's own fault last."""
    claimed, left = removal.claimed, list[_Left]()
    doubtful = () if removal.doubtful is None else (removal.doubtful,)
    for number in (*removal.up, *doubtful):
        receipt, began = claimed.parts[number].receipt, time.monotonic()
        try:
            if receipt is None:
                _settle_doubt(app, removal, number)
            else:
                app.adapter(claimed.account).delete(receipt)
                _gone(app, claimed, number, deleted=True)
        except PlatformError as said:
            hung = app.is_hung(began)
            error = explain_error(app, claimed.account, said)
            left.append(_Left(number, error, hung))
            if hung or _is_of_account(error):
                break
    if not left:
        with app.ledger.write() as connection:
            now = app.clock.now()
            done = takedowns.finish_takedown(app.ledger, connection, removal, now, by="takedown")
            if done and removal.under_way:  # what was never sent is not billed
                spending.refund(connection, [claimed.id], now)
    return left


def _is_of_account(error: PlatformError) -> bool:
    """Whether the next request of the account would get the same: it is logged out, or told to wait."""
    waits = isinstance(error, TryLater) and (error.account or error.after is not None)
    return waits or isinstance(error, LoggedOut)


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


def _postpone(app: AppContext, removal: Removal, left: Sequence[_Left]) -> None:
    claimed = removal.claimed
    mute = next((one.error for one in left if isinstance(one.error, LoggedOut)), None)
    asked = removal.why.rstrip(".") or "to be taken down"
    why = "; ".join(_say_left(removal, one) for one in left)
    with app.ledger.write() as connection:
        hand = ClaimWriter(app.ledger, connection, app.clock.now(), app.owner, by="takedown")
        again = None
        if mute is not None:
            pause_account(connection, claimed.account, mute.why, hand.stamp.at, hand.stamp.real + app.timings.pause)
        else:
            again = hand.stamp.real + min(_pause(app, removal, one) for one in left)
        told = f"{asked}: {why}. {_what_next(app, removal, left)}"
        takedowns.postpone_takedown(connection, removal, told, again)
    if mute is not None:
        app.drop_client(claimed.account)


def _say_left(removal: Removal, one: _Left) -> str:
    """Which part, and why."""
    parts = removal.claimed.parts
    url = receipt.url if (receipt := parts[one.number].receipt) is not None else ""
    which = f"part {one.number + 1} of {len(parts)}{f' ({url})' if url else ''}" if len(parts) > 1 else "it"
    if isinstance(one.error, Refused):
        return f"its platform will not delete {which}: {one.error.why}"
    if one.number == removal.doubtful:
        return f"{which} may be out: {one.error.why}"
    return f"{which} is still up: {one.error.why}"


def _what_next(app: AppContext, removal: Removal, left: Sequence[_Left]) -> str:
    claimed = removal.claimed
    by_hand = [one for one in left if _needs_person(removal, one)]
    if any(isinstance(one.error, LoggedOut) for one in left):
        return f"It is taken down once {claimed.account} can speak again"
    if not by_hand:
        return "It is tried again by itself"
    if any(isinstance(one.error, Unknown) for one in by_hand):
        return where_to_look(app, claimed, claimed.parts[by_hand[-1].number])
    if len(by_hand) < len(left):  # `settle` would say of all parts that they are gone
        return "Delete by hand what it will not; the rest is tried again by itself"
    return f"Delete {'it' if len(left) == 1 else 'them'} by hand, then `amplify settle {claimed.id[:12]} --not-sent`"


def _needs_person(removal: Removal, one: _Left) -> bool:
    return isinstance(one.error, Refused) or (isinstance(one.error, Unknown) and one.number == removal.doubtful)


def _pause(app: AppContext, removal: Removal, one: _Left) -> timedelta:
    after = one.error.after if isinstance(one.error, TryLater) else None
    return _BY_HAND if _needs_person(removal, one) else app.timings.backoff if after is None else after
