"""Four processes on one ledger, and a killer who takes one of them at any moment."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from crash.child import start
from ledger import rows

from amplify.ledger.database import Ledger
from torture.journal import Journal
from torture.town import Town

PROCESSES = (
    ("cron", ("publish", "--workers", "4")),
    ("daemon", ("run", "--workers", "8")),
    ("worker", ("run", "--workers", "4")),
    ("another worker", ("run", "--workers", "4")),
)
FINE = {"cron": {0, 3}}
"""How a process may end by itself. A daemon never does."""
_AWHILE = 0.3
"""Longest wait, seconds, between deciding to kill and killing: any moment of a delivery lies within."""
_YOUNG = 0.25
"""How often the process that takes a dead one's place is killed within its first second, too: while it loads, reaps
or looks up."""
_IDLE = 120.0
"""Seconds without any new post after which something is stuck."""

Told = Callable[[int, int], None]


class Victim(Protocol):
    """A process, as `multiprocessing` has them."""

    @property
    def pid(self) -> int | None: ...
    @property
    def exitcode(self) -> int | None: ...
    def is_alive(self) -> bool: ...
    def kill(self) -> None: ...
    def join(self, timeout: float | None = None) -> None: ...


Launch = Callable[[list[str], Mapping[str, str], Path], Victim]


class Slot:
    """One of the four, always alive."""

    def __init__(self, town: Town, name: str, words: tuple[str, ...], launch: Launch = start) -> None:
        self.town, self.name, self.words, self._launch = town, name, words, launch
        self.alive = self.start()

    def start(self) -> Victim:
        self.page = self.town.new_page()
        return self._launch([*self.words, "-w", str(self.town.root)], self.town.environment, self.page)

    def kill(self) -> bool:
        """kill -9, and start another in its place. False where it had just ended by itself."""
        self.alive.kill()
        self.alive.join()
        hit = self.alive.exitcode == -signal.SIGKILL
        if not hit:
            self.fine()
        self.alive = self.start()
        return hit

    def tend(self) -> None:
        """Start it again where it ended by itself. AssertionError with its words where it should not have."""
        if not self.alive.is_alive():
            self.fine()
            self.alive = self.start()

    def fine(self) -> None:
        """AssertionError with its words where it ended as it should not have."""
        if self.alive.exitcode not in FINE.get(self.name, ()):
            raise AssertionError(f"the {self.name} ended with {self.alive.exitcode}:\n{_read(self.page)[-3000:]}")


def torment(town: Town, journal: Journal, per_kill: float, seed: int, told: Told) -> int:
    """Let the four work off the queue, and kill one of them about every `per_kill` posts; the number of kills.

    `told` hears of posts accepted and kills made. AssertionError where nothing goes on any more.
    """
    chance = random.Random(seed)
    slots = [Slot(town, name, words) for name, words in PROCESSES]
    ledger = Ledger.open(town.database)
    kills, accepted, moved = 0, 0, time.monotonic()
    next_kill = chance.uniform(0, 2 * per_kill)
    looked, today = time.monotonic(), datetime.now(UTC).date()
    try:
        while True:
            for slot in slots:
                slot.tend()
            now = journal.accepted()
            if now != accepted:
                accepted, moved = now, time.monotonic()
                told(accepted, kills)
            if accepted >= next_kill:
                time.sleep(chance.uniform(0, _AWHILE))
                slot = chance.choice(slots)
                kills += slot.kill()
                while chance.random() < _YOUNG:
                    time.sleep(chance.uniform(0, 1))
                    kills += slot.kill()
                next_kill += chance.uniform(0, 2 * per_kill)
                told(accepted, kills)
            time.sleep(0.01)
            if time.monotonic() - looked > 1:
                if datetime.now(UTC).date() != today:
                    today = datetime.now(UTC).date()
                    town.note_queued()
                if is_over(ledger):
                    return kills
                looked = time.monotonic()
            if time.monotonic() - moved > _IDLE:
                words = "\n".join(_read(slot.page)[-500:] for slot in slots)
                raise AssertionError(f"nothing went out for {_IDLE:.0f} s: {rows.states(ledger)}\n{words}")
    finally:
        ledger.close()
        for slot in slots:
            slot.alive.kill()
            slot.alive.join()


def is_over(ledger: Ledger) -> bool:
    """Whether only a person could still change anything: nothing is in hand, and what is unsure was looked for."""
    row = rows.DELIVERY.c
    with ledger.read() as connection:  # one statement: what moves between two would stand in neither
        found = connection.execute(rows.select(row.state, row.base, row.boost_of, row.look_at)).all()
    unsure = [one for one in found if one.state == "unsure"]
    if any(one.state in ("claimed", "sending") for one in found) or any(
        one.look_at <= datetime.now(UTC) for one in unsure
    ):
        return False
    waiting = {one.boost_of for one in found if one.state == "waiting"}
    return waiting <= {one.base for one in unsure}  # a boost of what is unsure waits with it


def _read(page: Path) -> str:
    return page.read_text("utf-8", "replace") if page.exists() else ""
