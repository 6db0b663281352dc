"""wake: ask paused accounts whether they can speak again, so that a mended credential needs no further command."""

from __future__ import annotations

from collections.abc import Iterable

from amplify.context.app_context import AppContext
from amplify.ledger.rows.settlement import ClaimWriter
from amplify.model.errors import PlatformError
from amplify.model.event import log_event


def probe_accounts(desk: AppContext, accounts: Iterable[str]) -> None:
    """Unpause every account that answers `whoami`; keep the newest reason of the others."""
    for account in accounts:
        try:
            adapter = desk.adapter(account)
        except PlatformError as error:  # our own files still lack something: ask at the next pass
            _write(desk, account, error.why, ours=True)
            continue
        try:
            adapter.whoami()
        except PlatformError as error:
            desk.drop_client(account)
            _write(desk, account, error.why, ours=False)
        else:
            _write(desk, account, None, ours=False)
            log_event("woke", account=account)


def _write(desk: AppContext, account: str, why: str | None, ours: bool) -> None:
    with desk.ledger.write() as connection:
        hand = ClaimWriter(desk.ledger, connection, desk.clock.now(), desk.owner, by="wake")
        if why is None:
            hand.unpause_account(account)
        else:
            hand.keep_paused(account, why, None if ours else desk.timings.pause)
