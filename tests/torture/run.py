"""One long run on one database, from an empty stage to a verdict."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger import rows

from amplify.ledger.database import Ledger
from amplify.stage.process import Stage
from torture.journal import Journal
from torture.killer import torment
from torture.rounds import Pace, Rounds, Silence
from torture.town import Town
from torture.verdict import Verdict, judge

LATENCY = 0.05
"""Seconds that the stage lets every request wait: a kill meets many of them on their way."""

Told = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Size:
    """How long a run is."""

    deliveries: int
    partners: int
    per_kill: float
    """Posts between two kills, on average."""


@dataclass(frozen=True)
class RoundSize:
    """How long rounds of the real command are."""

    rounds: int
    deliveries: int
    partners: int
    latency: float
    """Seconds that every request takes."""
    pace: Pace


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    verdict: Verdict
    """Before a person looked."""
    settled: Verdict
    """After a person looked at what was unsure."""
    kills: int
    seconds: float
    silence: Silence | None = None
    """Of rounds of the real command: how long a kill silenced accounts."""

    @property
    def line(self) -> str:
        how = f"{self.kills:,} kills" if self.silence is None else self.silence.line
        return f"{self.verdict.line} ({how}; {self.seconds / 60:.0f} minutes)"

    @property
    def faults(self) -> list[str]:
        left = ["something is unsure after a person said what became of it"] if self.settled.unsure else []
        long = self.silence.too_long if self.silence is not None else []
        return [*self.verdict.faults, *self.settled.faults, *left, *long]


def run(database: Callable[[Path], str], size: Size, seed: int, told: Told = lambda posts, of, kills: None) -> Result:
    """Publish `size.deliveries` deliveries under kill -9. `told` hears of posts out, posts to come, and kills."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture-") as name, Stage(Path(name) / "stage", rate_factor=1e4) as stage:
        town = Town(Path(name) / "town", stage, database(Path(name)), size.partners, size.deliveries)
        stage.control.latency(LATENCY)
        posts = sum(max(1, len(one.message.parts)) for one in town.deliveries)
        journal = Journal(stage.dir)
        kills = torment(town, journal, size.per_kill, seed, lambda out, kills: told(out, posts, kills))
        ledger = Ledger.open(town.database)
        try:
            verdict = judge(ledger, town, journal)
            settled = _as_a_person(town, ledger, journal) if verdict.unsure else verdict
        finally:
            ledger.close()
    return Result(verdict, settled, kills, time.monotonic() - began)


def run_rounds(
    database: Callable[[Path], str],
    size: RoundSize,
    seed: int,
    told: Told = lambda posts, of, kills: None,
) -> Result:
    """Publish with `amplify publish` at its default timings, while passes are killed and machines stall."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rounds-") as name, Stage(Path(name) / "stage", rate_factor=1e4) as stage:
        town = Town(Path(name) / "town", stage, database(Path(name)), size.partners, size.deliveries, timings={})
        stage.control.latency(size.latency)
        posts = sum(max(1, len(one.message.parts)) for one in town.deliveries)
        journal = Journal(stage.dir)
        rounds = Rounds(town, journal, size.pace, seed)
        silence = rounds.run(size.rounds, lambda out, kills: told(out, posts, kills))
        ledger = Ledger.open(town.database)
        try:
            verdict = judge(ledger, town, journal)
            settled = _as_a_person(town, ledger, journal) if verdict.unsure else verdict
        finally:
            ledger.close()
    return Result(verdict, settled, silence.kills, time.monotonic() - began, silence)


def _as_a_person(town: Town, ledger: Ledger, journal: Journal) -> Verdict:
    """Look at the timelines for what is unsure, say that it is not there, and let the queue go on."""
    with ledger.read() as connection:
        unsure = rows.select(rows.DELIVERY.c.id).where(rows.DELIVERY.c.state == "unsure")
        ids = list(connection.execute(unsure).scalars())
    for one in ids:
        code, words = town.amplify("settle", one, "--not-sent")
        assert code == 0, words
    for _ in range(3):
        town.amplify("publish")
    return judge(ledger, town, journal)
