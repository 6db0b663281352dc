"""Rounds of `amplify publish` itself at its default timings: each round kills one pass, or stalls its machine.

The server has a memory and is no better than real ones: it is slow, stalls, loses answers, and accepts posts whose
client is gone. Two passes are always under way, so that whatever one of them leaves behind the other meets.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crash.child import start
from ledger import rows

from amplify.context.timings import CLAIM, Timings
from amplify.ledger.database import Ledger
from amplify.stage.failures import Kind
from amplify.stage.process import Stage
from torture.journal import Journal
from torture.killer import Launch, Slot, Told, is_over
from torture.town import Town

POSTS = {"x": "/2/tweets", "bluesky": "putRecord", "mastodon": "/api/v1/statuses"}
ACCEPTED: tuple[Kind, ...] = ("slow_before", "slow_after", "reset_after", "garbage")
"""What may come of any post: where it is accepted, it can be found."""
LOST: tuple[Kind, ...] = ("reset_before", "500")
"""Only where a server can tell that it has nothing: X cannot, and such posts would be left to a person."""
_STALL = 5
"""In one of so many rounds a machine stalls; in the others a pass is killed."""
_AWHILE = Timings().lease.total_seconds() / 2
_PASS = 120.0
"""Seconds in which something has to go out, unless all is over."""


class Command:
    """The installed command, as cron starts it."""

    def __init__(self, words: list[str], environment: Mapping[str, str], out: Path) -> None:
        with out.open("ab") as page:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("amplify"), *words],
                env=os.environ | environment,
                stdout=page,
                stderr=page,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exitcode(self) -> int | None:
        return self._process.poll()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        self._process.wait(timeout)


@dataclass(frozen=True)
class Pace:
    """How slow the world is."""

    launch: Launch
    workers: int
    """Threads of a pass."""
    slow: tuple[float, ...]
    """Seconds that a slow server takes."""
    stalls: tuple[float, ...]
    """Seconds that a machine stalls."""
    kinds: tuple[Kind, ...] = ()
    """What else servers do."""
    winds: bool = False
    """Leases are wound on in the end: nobody waits for them."""


REAL = Pace(Command, workers=8, slow=(0.5, 3, 20, 35), stalls=(1, 7, 70), kinds=("timeout_after",))
QUICK = Pace(start, workers=3, slow=(0.2, 0.4), stalls=(0.5,), winds=True)


@dataclass
class Kill:
    """One pass that was killed, and what it held: deliveries, each of another account, and their state."""

    at: datetime
    pid: int
    held: dict[str, str]


@dataclass
class Silence:
    """How long accounts could not say anything after the pass that had their row was killed, until that row was free
    or in doubt; seconds, by its state at the kill."""

    kills: int = 0
    stalls: int = 0
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"claimed": [], "sending": []})

    @property
    def too_long(self) -> list[str]:
        """What was only claimed is free within seconds; half a lease is generous to a loaded machine."""
        most = max(self.seconds["claimed"], default=0.0)
        return [f"an account was silent for {most:.0f} s though nothing of it was being sent"] * (most > _AWHILE)

    @property
    def line(self) -> str:
        said = [
            f"{len(found)} {state} for {sorted(found)[len(found) // 2]:.0f} s as a rule, {max(found):.0f} s at most"
            for state, found in self.seconds.items()
            if found
        ]
        return f"{self.kills} kills, {self.stalls} stalls; accounts silent after a kill: {', '.join(said) or 'none'}"


class Rounds:
    """Two passes of cron over a town, and whoever kills them."""

    def __init__(self, town: Town, journal: Journal, pace: Pace, seed: int) -> None:
        self.town, self.journal, self.pace = town, journal, pace
        self.chance = random.Random(seed)
        self.ledger = Ledger.open(town.database)
        self.kills: list[Kill] = []
        self.stalled: list[tuple[float, Slot]] = []
        """When each goes on (`time.monotonic`)."""
        self.woken: list[Slot] = []
        """Passes that stalled, and go on where they were."""
        self.stalls = 0
        self.slots: list[Slot] = []

    def run(self, rounds: int, told: Told) -> Silence:
        """So many rounds, and then whatever is left until all is over. AssertionError where nothing goes on."""
        self.slots = [self._pass(), self._pass()]
        try:
            while len(self.kills) + self.stalls < rounds and self._round():
                told(self.journal.accepted(), len(self.kills))
            self.town.stage.control.clear_failures()
            self._to_the_end(told)
            return self._silence()
        finally:
            self.ledger.close()
            for slot in [*self.slots, *self.woken, *(slot for _, slot in self.stalled)]:
                slot.alive.kill()
                slot.alive.join()

    def _pass(self) -> Slot:
        return Slot(self.town, "cron", ("publish", "--workers", str(self.pace.workers)), self.pace.launch)

    def _round(self) -> bool:
        """Let some posts out, then kill or stall a pass. False where all is out."""
        for _ in range(self.chance.randrange(3)):
            self._disturb(self.town.stage)
        wanted, end = self.journal.accepted() + self.chance.randrange(1, 16), time.monotonic() + _PASS
        while self.journal.accepted() < wanted:
            self._tend()
            if is_over(self.ledger):
                return False
            assert time.monotonic() < end, self._stuck()
            time.sleep(0.02)
        time.sleep(self.chance.uniform(0, 0.3))  # any moment of a delivery lies within
        slot = self.chance.choice(self.slots)
        if (len(self.kills) + self.stalls) % _STALL == 1:
            self._stall(slot)
        else:
            self._kill(slot)
        return True

    def _disturb(self, stage: Stage) -> None:
        platform = self.chance.choice(sorted(POSTS))
        kinds = ACCEPTED + self.pace.kinds + (LOST if platform != "x" else ())
        stage.control.fail(
            self.chance.choice(kinds),
            platform=platform,
            path=POSTS[platform],
            method="POST",
            seconds=self.chance.choice(self.pace.slow),
        )

    def _kill(self, slot: Slot) -> None:
        pid, now = slot.alive.pid, datetime.now(UTC)
        if slot.kill():
            assert pid is not None
            self.kills.append(Kill(now, pid, held_by(self.ledger, pid)))

    def _stall(self, slot: Slot) -> None:
        """Stop it in the middle of whatever it does; another takes its place, and it goes on when nobody expects it."""
        if slot.alive.pid is None or not slot.alive.is_alive():
            return
        os.kill(slot.alive.pid, signal.SIGSTOP)
        self.stalls += 1
        self.slots[self.slots.index(slot)] = self._pass()
        self.stalled.append((time.monotonic() + self.chance.choice(self.pace.stalls), slot))

    def _tend(self) -> None:
        for slot in self.slots:
            slot.tend()
        for one in [one for one in self.stalled if one[0] <= time.monotonic()]:
            self._go_on(one)
        for slot in [slot for slot in self.woken if not slot.alive.is_alive()]:
            slot.fine()
            self.woken.remove(slot)

    def _go_on(self, one: tuple[float, Slot]) -> None:
        """Let a stalled machine go on. What its pass had in hand it ends as it likes: others may have done it."""
        _, slot = one
        assert slot.alive.pid is not None
        os.kill(slot.alive.pid, signal.SIGCONT)
        self.stalled.remove(one)
        self.woken.append(slot)

    def _to_the_end(self, told: Told) -> None:
        if self.pace.winds:
            self._wind()
        moved, accepted = time.monotonic(), -1
        while self.stalled or self.woken or not is_over(self.ledger):
            self._tend()
            if (now := self.journal.accepted()) != accepted:
                moved, accepted = time.monotonic(), now
                told(accepted, len(self.kills))
            assert time.monotonic() - moved < _PASS, self._stuck()
            time.sleep(0.1)
        for slot in self.slots:
            slot.alive.join(_PASS)
            slot.fine()

    def _wind(self) -> None:
        """Let the dead one's leases run out without waiting: first what it had claimed, then what it was sending."""
        for one in list(self.stalled):
            self._go_on(one)
        while any(slot.alive.is_alive() for slot in [*self.slots, *self.woken]):
            time.sleep(0.02)
        time.sleep(max(self.pace.slow))  # what is accepted late has been accepted
        wind(self.ledger, CLAIM + timedelta(seconds=1))
        self._one_pass()
        left = {kill.pid: held_by(self.ledger, kill.pid) for kill in self.kills}
        assert all(set(held.values()) <= {"sending"} and len(held) <= self.pace.workers for held in left.values()), left
        wind(self.ledger, Timings().lease)

    def _one_pass(self) -> None:
        slot = self._pass()
        slot.alive.join(_PASS)
        slot.fine()

    def _silence(self) -> Silence:
        """From each kill on, for every row that the dead one had."""
        found = Silence(len(self.kills), self.stalls)
        move = rows.MOVE.c
        with self.ledger.read() as connection:
            for kill in self.kills:
                for id, state in kill.held.items():
                    freed = rows.select(rows.func.min(move.real_at)).where(
                        move.folio == rows.folio_of(id), move.before == state, move.real_at > kill.at
                    )
                    when = connection.execute(freed).scalar_one()
                    if when is not None and state in found.seconds:
                        found.seconds[state].append((when - kill.at).total_seconds())
        return found

    def _stuck(self) -> str:
        words = "\n".join(slot.page.read_text("utf-8", "replace")[-500:] for slot in self.slots)
        row, account = rows.DELIVERY.c, rows.ACCOUNT.c
        with self.ledger.read() as connection:
            left = connection.execute(
                rows.select(row.account, row.state, row.boost_of, row.look_at, row.why, account.real_not_before)
                .join(rows.ACCOUNT, account.id == row.account)
                .where(row.state != "sent")
                .limit(20)
            ).all()
        told = "\n".join(str(one) for one in left)
        return f"nothing went out for {_PASS:.0f} s: {rows.states(self.ledger)}\n{told}\n{words}"


def held_by(ledger: Ledger, pid: int) -> dict[str, str]:
    """The deliveries that are a process's own, and their state."""
    row = rows.DELIVERY.c
    with ledger.read() as connection:
        found = connection.execute(rows.select(row.id, row.state).where(row.owner.contains(f":{pid}:"))).all()
    return {one.id: one.state for one in found}


def wind(ledger: Ledger, by: timedelta) -> None:
    """All leases end so much sooner."""
    row = rows.DELIVERY.c
    with ledger.write() as connection:
        held = connection.execute(rows.select(row.id, row.lease_until).where(row.lease_until.is_not(None))).all()
        for one in held:
            rows.force(connection, one.id, lease_until=one.lease_until - by)
