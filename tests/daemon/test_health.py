"""/healthz and /metrics: true, for this machine only."""

from __future__ import annotations

import http.client
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from prometheus_client.parser import text_string_to_metric_families

from amplify.daemon.health import Health, parse_address
from amplify.model.clock import ManualClock
from amplify.model.errors import WrongUse
from amplify.model.event import LOG, log_event


@pytest.fixture
def health(ledger: WoundLedger) -> Iterator[Health]:
    with Health(ledger, ManualClock(rows.NOW + timedelta(minutes=10)), ("127.0.0.1", 0)) as running:
        yield running


def get(health: Health, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", health.port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, said


def numbers(health: Health) -> dict[str, float]:
    status, said = get(health, "/metrics")
    assert status == 200
    return {
        sample.name + "".join(f",{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
    }


def test_well_while_it_beats(health: Health) -> None:
    status, said = get(health, "/healthz")
    assert (status, json.loads(said)["ok"]) == (200, True)


def test_not_well_when_the_clock_stands_still(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr("amplify.daemon.health.time.monotonic", lambda: now + 61)
    status, said = get(health, "/healthz")
    assert (status, "61 seconds" in json.loads(said)["why"]) == (503, True)
    health.beat()
    assert get(health, "/healthz")[0] == 200


def test_not_well_without_the_ledger(health: Health, ledger: WoundLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    from amplify.model.errors import NeedsPerson

    def gone(*_: Any) -> None:
        raise NeedsPerson("the ledger does not answer")

    monkeypatch.setattr("amplify.daemon.health.read_metrics", gone)
    assert get(health, "/healthz")[0] == 503
    assert numbers(health)["amplify_ledger_up"] == 0


def test_what_the_ledger_says(health: Health, ledger: WoundLedger) -> None:
    late, held, sent, silent = (rows.planned(name, f"{name}/x") for name in ("late", "held", "sent", "silent"))
    rows.queue(ledger, late, held, sent, silent, rows.planned("tomorrow", due=rows.NOW + timedelta(days=1)))
    rows.put(ledger, held, why="a fact is stale", look_at=rows.NOW + timedelta(days=1))
    rows.change_account(ledger, "silent/x", paused_at=rows.NOW, paused_why="no token")
    rows.put(ledger, sent, state="sent")
    said = numbers(health)
    assert said["amplify_ledger_up"] == 1
    assert said["amplify_deliveries,waiting"] == 4
    assert "amplify_deliveries,sent" not in said  # done, and there may be millions of them
    assert said["amplify_deliveries,unsure"] == 0
    assert (said["amplify_due"], said["amplify_held"]) == (3, 2)
    assert said["amplify_lag_seconds"] == 600
    assert said["amplify_accounts_paused"] == 1


def test_events_are_counted(health: Health) -> None:
    which = {"delivery": "a", "account": "union/x", "post": "hello", "platform": "x"}
    log_event("outcome", **which, outcome="sent", seconds=0.3)
    log_event("outcome", **which, outcome="sent", seconds=0.4)
    log_event("outcome", **which, outcome="refused", seconds=0.1, why="too long")
    log_event("pass_idle", seconds=0.01)
    said = numbers(health)
    assert said["amplify_outcomes_total,sent,x"] == 2
    assert said["amplify_outcomes_total,refused,x"] == 1
    assert said["amplify_request_seconds_count,x"] == 3
    assert said["amplify_passes_total"] == 1
    assert said["amplify_last_beat_timestamp_seconds"] > 0


def test_a_page_elsewhere_cannot_ask(health: Health) -> None:
    for path in ("/healthz", "/metrics"):
        assert get(health, path, Host="evil.example")[0] == 403
        assert get(health, path, Host=f"localhost:{health.port}")[0] == 200
    assert get(health, "/elsewhere")[0] == 404


def test_a_port_in_use_is_a_sentence(health: Health, ledger: WoundLedger) -> None:
    with pytest.raises(WrongUse, match=f"port {health.port}"):
        Health(ledger, ManualClock(rows.NOW), ("127.0.0.1", health.port))


def test_it_leaves_the_log_as_it_was(ledger: WoundLedger) -> None:
    handlers, level = list(LOG.handlers), LOG.level
    with Health(ledger, ManualClock(rows.NOW), ("127.0.0.1", 0)):
        assert LOG.isEnabledFor(logging.DEBUG)
    assert (LOG.handlers, LOG.level) == (handlers, level)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ("9464", ("127.0.0.1", 9464)),
        ("localhost:9464", ("127.0.0.1", 9464)),
        ("127.0.0.2:9464", ("127.0.0.2", 9464)),
        ("[::1]:9464", ("::1", 9464)),
    ],
)
def test_where(given: str, where: tuple[str, int]) -> None:
    assert parse_address(given) == where


@pytest.mark.parametrize("given", ["0.0.0.0:9464", "[::]:9464", "192.0.2.1:9464", "health.example:9464", "x", "70000"])
def test_nowhere_beyond_this_machine(given: str) -> None:
    with pytest.raises(WrongUse, match="--health"):
        parse_address(given)
