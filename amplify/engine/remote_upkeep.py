"""Remote upkeep: what is asked of servers beside the sending. Paused accounts are probed, takedowns gone on with, and
unsure deliveries looked up.

Each server has a thread of its own, so that one that hangs delays only what is its own; and what it does not answer is
left to the next round, so that it keeps nobody waiting for long.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from threading import Event
from types import TracebackType
from typing import Final, Self

from amplify.context.app_context import AppContext
from amplify.engine.maintenance import probe_accounts, requeue_outdated
from amplify.engine.reconcile import reconcile_unsure
from amplify.engine.takedown_worker import run_takedowns
from amplify.engine.worker_pool import WorkerPool
from amplify.ledger.queries.pending_work import PendingWork, accounts_to_ask

_SERVERS: Final = 32
"""How many servers are asked side by side."""
_KEYS: Final = 10.0
"""Seconds between two looks whether a paused account has another key."""


class RemoteUpkeep:
    """Asks servers while it is open, each in a thread of its own. Leaving it waits for all of them."""

    def __init__(self, app: AppContext, stop: Event, wake: Callable[[], None] | None = None) -> None:
        """`wake` is called, in any thread, when a server was asked: more may be due now."""
        self._app, self._stop, self._wake = app, stop, wake
        self._running: dict[str, Future[None]] = {}
        self._pool = WorkerPool("upkeep")
        self._next_keys = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.__exit__(kind, error, trace)

    def on_change(self, wake: Callable[[], None]) -> None:
        """From now on call this when a server was asked."""
        self._wake = wake

    def start(self, seen: PendingWork) -> bool:
        """Begin what is to be asked, at each server that is not being asked already; whether anything was begun.

        Raises what broke off an earlier round.
        """
        self.raise_errors()
        paused = {*seen.askable, *self._with_new_keys(seen.paused)}
        if not (paused or seen.unsure or seen.removing):
            return False
        app = self._app
        with app.ledger.read() as connection:
            servers = accounts_to_ask(app.ledger, connection, app.clock.now(), paused)
        idle = {server: accounts for server, accounts in servers.items() if server not in self._running}
        self._pool.resize(min(_SERVERS, len(self._running) + len(idle)))
        for server, accounts in idle.items():
            self._running[server] = self._pool.submit(self._ask, accounts, sorted(paused & {*accounts}))
        return bool(idle)

    @property
    def is_running(self) -> bool:
        """Whether a server is being asked. What was found out before it is False is in the ledger."""
        return not all(future.done() for future in self._running.values())

    def raise_errors(self) -> None:
        """Raise what broke off a round that has ended, if anything did."""
        ended = {server: future for server, future in self._running.items() if future.done()}
        for server, future in ended.items():
            del self._running[server]
            future.result()

    def _with_new_keys(self, paused: Collection[str]) -> list[str]:
        if not paused or time.monotonic() < self._next_keys:
            return []
        self._next_keys = time.monotonic() + _KEYS
        return [account for account in paused if self._app.has_new_key(account)]

    def _ask(self, accounts: Collection[str], paused: Collection[str]) -> None:
        app = self._app.twin()
        try:
            probe_accounts(app, paused, self._stop)
            run_takedowns(app, only=accounts, stop=self._stop)
            reconcile_unsure(app, only=accounts, stop=self._stop)
            requeue_outdated(app)
        finally:
            app.drop_clients()
            if self._wake is not None:
                self._wake()
