"""Measuring: read the engagement of what is out, in the largest requests that the platforms take."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from amplify.context.app_context import AppContext
from amplify.ledger.holds.spending import pay_for_readings, record_spending
from amplify.ledger.queries.readings import DueReading, due_readings, write_readings
from amplify.ledger.rows.due_delivery import Hold
from amplify.model.errors import LoggedOut, PlatformError
from amplify.model.event import log_event
from amplify.model.platform import Engagement


@dataclass
class MeasureResult:
    """Result of one measuring sweep."""

    readings: int = 0
    calls: int = 0
    gone: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    """Account → why its platform could not be read."""
    unpaid: dict[str, str] = field(default_factory=dict)
    """Platform → why its counts are not read before the next month: there is no money left for them."""


def measure_engagement(
    app: AppContext, *, everything: bool = False, progress: Callable[[int, int], None] | None = None
) -> MeasureResult:
    """Read the engagement of all parts that have reached their next age (`1h` …); `everything`: of all that is out."""
    began = time.monotonic()
    now = app.clock.now()
    workspace = app.workspace()
    with app.ledger.read() as connection:
        due = due_readings(connection, now, workspace.settings.readings, everything)
    done = MeasureResult()
    for place, wanted in _by_place(app, due).items():
        _sweep(app, place, wanted, done)
        if progress is not None:
            progress(done.readings + done.gone, len(due))
    if done.calls or done.failed:
        log_event("measured", readings=done.readings, calls=done.calls, seconds=time.monotonic() - began)
    return done


def _by_place(app: AppContext, due: list[DueReading]) -> dict[str, list[DueReading]]:
    """Group readings by the account that asks for them: one account a server, where it may read for all."""
    accounts = app.workspace().accounts
    first: dict[tuple[str, str | None], str] = {}
    places: dict[str, list[DueReading]] = defaultdict(list)
    for reading in due:
        account = accounts.get(reading.account)
        if account is None:
            continue
        server = (account.platform, account.server)
        shared = app.profiles[account.platform].read_any
        places[first.setdefault(server, reading.account) if shared else reading.account].append(reading)
    return places


def _sweep(app: AppContext, account: str, wanted: list[DueReading], done: MeasureResult) -> None:
    platform = account.partition("/")[2]
    size = app.profiles[platform].batch
    rest = iter(wanted)
    while batch := list(islice(rest, size)):
        paid = _pay(app, platform, batch)
        if isinstance(paid, Hold):
            done.unpaid[platform] = paid.why
            return
        try:
            counts = app.adapter(account).read([reading.remote_id for reading in batch])
        except PlatformError as error:
            if paid:  # charge only for what was answered
                with app.ledger.write() as connection:
                    record_spending(connection, platform, "readings", -paid, app.clock.now())
            done.failed[account] = error.why
            if isinstance(error, LoggedOut):
                app.drop_client(account)
            return
        done.calls += 1
        _write(app, [(reading, counts[reading.remote_id]) for reading in batch], done)


def _pay(app: AppContext, platform: str, batch: list[DueReading]) -> int | Hold:
    if app.profiles[platform].prices is None:
        return 0
    with app.ledger.write() as connection:
        parts = [(reading.delivery, reading.part) for reading in batch]
        return pay_for_readings(connection, platform, parts, app.clock.now())


def _write(app: AppContext, read: list[tuple[DueReading, Engagement | None]], done: MeasureResult) -> None:
    with app.ledger.write() as connection:
        done.readings += write_readings(connection, read, app.timestamp(connection))
    done.gone += sum(counts is None for _, counts in read)
