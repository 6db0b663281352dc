"""Waking up: words between workers on PostgreSQL, and a clock that is put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from ledger.databases import WoundLedger

from amplify.daemon import periodic
from amplify.daemon.periodic import PeriodicTasks
from amplify.ledger.notify import Listener, notify_workers

SECONDS = 30.0


class TestNotify:
    def test_a_word_is_heard_once_it_is_committed(self, ledger: WoundLedger) -> None:
        heard = Event()
        listener = Listener(ledger, heard.set)
        listener.start()
        try:
            if ledger.sqlite:
                with ledger.write() as connection:
                    notify_workers(ledger, connection)
                assert not listener.listening.is_set()
                return
            assert listener.listening.wait(SECONDS)
            assert heard.wait(SECONDS)  # what came before it listened may have been lost
            heard.clear()
            with ledger.write() as connection:
                notify_workers(ledger, connection)
                assert not heard.is_set()
            assert heard.wait(SECONDS)
        finally:
            listener.close()

    def test_a_database_that_went_away_is_asked_for_again(
        self, migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ledger = WoundLedger.open(migrated_postgres)
        monkeypatch.setattr("amplify.ledger.notify._AGAIN", 0.05)
        heard = Event()
        listener = Listener(ledger, heard.set)
        listener.start()
        try:
            assert heard.wait(SECONDS)
            heard.clear()
            with ledger.write() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND query = 'LISTEN amplify' AND datname = current_database()"
                )
            assert heard.wait(SECONDS)
        finally:
            listener.close()
            ledger.close()


class TestTicker:
    def test_a_clock_that_is_put_back_keeps_no_errand_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(periodic, "_LOOK", 0.01)
        back, first, again = Event(), Event(), Event()

        def errand() -> None:
            (again if back.is_set() else first).set()

        def clock() -> datetime:
            return datetime.now(UTC) - (timedelta(hours=1) if back.is_set() else timedelta(0))

        with PeriodicTasks({"errand": (errand, timedelta(hours=1))}, clock):
            assert first.wait(SECONDS)
            back.set()
            assert again.wait(SECONDS)
