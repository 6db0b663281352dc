"""measure: read engagement of what is out, in the largest batches the platforms take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from amplify.ledger.readings import DueReading, due_readings, write_readings
from amplify.model.errors import LoggedOut, PlatformError
from amplify.model.platform import Reading
from amplify.steps.desk import Desk


@dataclass
class Measured:
    """What one sweep read."""

    readings: int = 0
    calls: int = 0
    gone: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    """Account → why its platform could not be read."""


def measure(desk: Desk, *, everything: bool = False, progress: Callable[[int, int], None] | None = None) -> Measured:
    """Append a reading to every part whose next mark is over; with `everything`, to all that is out."""
    now = desk.clock.now()
    workspace = desk.workspace()
    with desk.ledger.read() as connection:
        due = due_readings(connection, now, workspace.settings.readings, everything)
    done = Measured()
    for place, wanted in _by_place(desk, due).items():
        _sweep(desk, place, wanted, done)
        if progress is not None:
            progress(done.readings + done.gone, len(due))
    return done


def _by_place(desk: Desk, due: list[DueReading]) -> dict[str, list[DueReading]]:
    """Readings by the account that asks for them: one account a server, where it may read for all."""
    accounts = desk.workspace().accounts
    first: dict[tuple[str, str | None], str] = {}
    places: dict[str, list[DueReading]] = defaultdict(list)
    for reading in due:
        account = accounts.get(reading.account)
        if account is None:
            continue
        server = (account.platform, account.server)
        shared = desk.dialects[account.platform].read_any
        places[first.setdefault(server, reading.account) if shared else reading.account].append(reading)
    return places


def _sweep(desk: Desk, account: str, wanted: list[DueReading], done: Measured) -> None:
    size = desk.dialects[account.partition("/")[2]].batch
    rest = iter(wanted)
    while batch := list(islice(rest, size)):
        try:
            counts = desk.adapter(account).read([reading.remote_id for reading in batch])
        except PlatformError as error:
            done.failed[account] = error.why
            if isinstance(error, LoggedOut):
                desk.forget(account)
            return
        done.calls += 1
        _write(desk, [(reading, counts[reading.remote_id]) for reading in batch], done)


def _write(desk: Desk, read: list[tuple[DueReading, Reading | None]], done: Measured) -> None:
    with desk.ledger.write() as connection:
        done.readings += write_readings(connection, read, desk.clock.now(), desk.ledger.real_now(connection))
    done.gone += sum(counts is None for _, counts in read)
