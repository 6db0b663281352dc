"""Waking up: words between workers on PostgreSQL, and periodic tasks."""

from __future__ import annotations

import time
from threading import Event, Semaphore, enumerate

import pytest
from ledger.databases import WoundLedger

from amplify.daemon.daemon import PeriodicTasks
from amplify.ledger.listener import Listener, notify_workers

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
        monkeypatch.setattr("amplify.ledger.listener._AGAIN", 0.05)
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


class TestPeriodicTasks:
    def test_a_task_that_takes_long_is_made_up_for_once(self) -> None:
        """Never beside itself, and never in a burst; the other one goes on meanwhile."""
        slow_may_end, others, ran = Event(), Semaphore(0), []

        def slow() -> None:
            ran.append(time.monotonic())
            slow_may_end.wait(SECONDS)

        with PeriodicTasks({"slow": (slow, 0.01), "quick": (others.release, 0.01)}):
            for _ in range(20):
                assert others.acquire(timeout=SECONDS)
            assert len(ran) == 1
            slow_may_end.set()
        assert not [thread for thread in enumerate() if thread.name in ("slow", "quick")]
