"""Notification of workers (LISTEN/NOTIFY): whoever changes what may go out wakes those who wait, in milliseconds.

PostgreSQL delivers it at the commit that it belongs to. Nothing depends on it: a notification that is lost costs a
second, for workers poll that often by themselves. On SQLite they only poll.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from sqlalchemy import Connection

from amplify.ledger.database import Ledger

_CHANNEL: Final = "amplify"
_NOTIFY: Final = f"NOTIFY {_CHANNEL}"
_AGAIN: Final = 2.0
"""Seconds (real time) until a listener that lost its database reconnects."""
_LOOK: Final = 0.5
"""Seconds in which a listener notices that it was closed."""


def notify_workers(ledger: Ledger, connection: Connection) -> None:
    """Wake all workers once this write transaction is committed."""
    if not ledger.sqlite:
        connection.exec_driver_sql(_NOTIFY)


class Listener:
    """Calls `heard` at each notification, from a thread of its own, until it is closed.

    Where the database went away it reconnects again and again; `heard` is called once when it is back, since
    notifications may have been lost."""

    def __init__(self, ledger: Ledger, heard: Callable[[], None]) -> None:
        self._url = ledger.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = heard
        self._closed = Event()
        self.listening = Event()
        """Set while it is connected and listens."""
        self._thread = None if ledger.sqlite else Thread(target=self._run, name="ledger-listener", daemon=True)

    def start(self) -> None:
        if self._thread is not None:
            self._thread.start()

    def close(self) -> None:
        """Tell the thread to end, which it does soon; does not wait for it."""
        self._closed.set()

    def _run(self) -> None:
        import psycopg

        while not self._closed.is_set():
            try:
                self._listen()
            except (psycopg.Error, OSError):
                self.listening.clear()
                self._closed.wait(_AGAIN)
        self.listening.clear()

    def _listen(self) -> None:
        import psycopg

        with psycopg.connect(self._url, autocommit=True, connect_timeout=10) as connection:
            connection.execute(f"LISTEN {_CHANNEL}")
            self.listening.set()
            self._heard()
            while not self._closed.is_set():
                for _ in connection.notifies(timeout=_LOOK, stop_after=1):
                    self._heard()
