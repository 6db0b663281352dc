"""Health endpoint of the daemon: /healthz and Prometheus' /metrics, on this machine only, and only when asked."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from amplify.ledger.database import Ledger
from amplify.ledger.holds.file_errors import read_file_errors
from amplify.ledger.queries.metrics import read_metrics
from amplify.model.clock import Clock
from amplify.model.errors import AmplifyError, WrongUse
from amplify.model.event import LOG
from amplify.planning.file_versions import machines_apart

_SILENT: Final = 60.0
"""Seconds without a beat after which the daemon counts as stuck: it beats each second, and also while it sends."""
_SECONDS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


def parse_address(given: str) -> tuple[str, int]:
    """Parse the address to listen on: `9464`, `127.0.0.1:9464`, `[::1]:9464`. Raises WrongUse beyond this machine."""
    host, _, port = given.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise WrongUse(f"`--health {given}` is no port: write `--health 9464`")
    try:
        here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise WrongUse(f"health is shown on this machine only, and {host} is beyond it: write `--health {port}`")
    return ("127.0.0.1" if host == "localhost" else host), int(port)


class Health:
    """HTTP server of the endpoint, while it is open. Counts events as they are logged; reads the ledger per request."""

    def __init__(self, ledger: Ledger, clock: Clock, where: tuple[str, int]) -> None:
        self._ledger, self._clock = ledger, clock
        self._beat = time.monotonic()
        self._ear = _Ear(self)
        self._level = LOG.level
        self.registry = CollectorRegistry()
        self.outcomes = Counter("amplify_outcomes", "What came of deliveries.", ["platform", "outcome"], **self._here)
        self.seconds = Histogram(
            "amplify_request_seconds",
            "From the mark before a request to its outcome.",
            ["platform"],
            buckets=_SECONDS,
            **self._here,
        )
        self.passes = Counter("amplify_passes", "Passes that this process made.", **self._here)
        self.beaten = Gauge("amplify_last_beat_timestamp_seconds", "When this process last looked.", **self._here)
        self.registry.register(_Ledger(ledger, clock))
        try:
            self._server = _server(where)(where, self._handler())
        except OSError as error:
            raise WrongUse(f"health cannot be shown on port {where[1]}: {error.strerror or error}") from None

    @property
    def _here(self) -> dict[str, Any]:
        return {"registry": self.registry}

    @property
    def port(self) -> int:
        """The port that it listens on; of use where 0 was asked for."""
        return int(self._server.server_address[1])

    def beat(self) -> None:
        """Record a heartbeat: call it at least every few seconds, busy or idle."""
        self._beat = time.monotonic()
        self.beaten.set_to_current_time()

    def __enter__(self) -> Self:
        self.beat()
        LOG.addHandler(self._ear)
        # Every event is counted, whatever level the other handler prints.
        LOG.setLevel(logging.DEBUG)
        Thread(target=self._server.serve_forever, name="health", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        LOG.removeHandler(self._ear)
        LOG.setLevel(self._level)
        self._server.shutdown()
        self._server.server_close()

    def standing(self) -> tuple[bool, dict[str, Any]]:
        """Whether all is well, and why not."""
        silent = time.monotonic() - self._beat
        told: dict[str, Any] = {"seconds_since_beat": round(silent, 1)}
        try:
            with self._ledger.read() as connection:
                now = read_metrics(self._ledger, connection, self._clock.now())
        except AmplifyError as error:
            return False, told | {"ok": False, "why": str(error)}
        told |= now.as_json()
        if silent > _SILENT:
            return False, told | {"ok": False, "why": f"nothing has been looked at for {silent:.0f} seconds"}
        return True, told | {"ok": True}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        health = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if not _local(self.headers.get("Host", "")):  # a web page that had its name point here
                    self._say(403, "text/plain", b"this machine only\n")
                elif self.path == "/healthz":
                    well, told = health.standing()
                    self._say(200 if well else 503, "application/json", json.dumps(told).encode() + b"\n")
                elif self.path == "/metrics":
                    self._say(200, CONTENT_TYPE_LATEST, generate_latest(health.registry))
                else:
                    self._say(404, "text/plain", b"/healthz or /metrics\n")

            def _say(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Log nothing: scrapes come every few seconds."""

        return Answer


class _Ear(logging.Handler):
    """Log handler that counts events."""

    def __init__(self, health: Health) -> None:
        super().__init__()
        self._health = health

    def emit(self, record: logging.LogRecord) -> None:
        event, said = record.getMessage(), getattr(record, "fields", {})
        if event in ("pass_idle", "pass_ended"):
            self._health.passes.inc()
        elif event == "outcome":
            self._health.beat()
            platform = said.get("platform", "")
            self._health.outcomes.labels(platform, said.get("outcome", "")).inc()
            if "seconds" in said:
                self._health.seconds.labels(platform).observe(said["seconds"])


class _Ledger:
    """Prometheus collector of the queue's metrics: the same from every machine that shares the ledger."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("amplify_ledger_up", "Whether the ledger answers.")
        try:
            with self._ledger.read() as connection:
                now = read_metrics(self._ledger, connection, self._clock.now())
                apart = len(machines_apart(connection, self._ledger.real_now(connection)))
                errors = read_file_errors(connection)
        except AmplifyError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        states = GaugeMetricFamily("amplify_deliveries", "Deliveries that are not done.", labels=["state"])
        for state, count in now.counts.items():
            states.add_metric([state], count)
        yield states
        yield _gauge("amplify_due", "Deliveries that are due and wait.", now.due)
        yield _gauge("amplify_held", "Deliveries that are due and held.", now.held)
        yield _gauge("amplify_lag_seconds", "How long the oldest due delivery that nothing holds has waited.", now.lag)
        yield _gauge("amplify_accounts_paused", "Accounts that cannot speak.", now.paused)
        yield _gauge("amplify_machines_apart", "Machines whose files are not those that were queued last.", apart)
        yield _gauge("amplify_file_errors", "Errors of files, for which deliveries wait.", errors.count)


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


def _server(where: tuple[str, int]) -> type[ThreadingHTTPServer]:
    import socket

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        daemon_threads = True

    return Server


def _local(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    name = name.strip("[]")
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
