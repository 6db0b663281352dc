"""`make torture`: 10,000 deliveries on each database while four processes are killed with -9, again and again; and
100 rounds of `amplify publish` at its default timings, killed or stalled, against a server that is slow and forgetful.

Ends with two lines a database. `make torture TORTURE=sqlite` runs one; `TORTURE="--deliveries 2000 --rounds 20 --seed
7"` another length, or another fate; none of either with 0.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from counterparts import postgres
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from torture.rounds import REAL
from torture.run import Result, RoundSize, Size, Told, run, run_rounds

DATABASES = ("sqlite", "postgres")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make torture", description="kill -9 over thousands of deliveries")
    parser.add_argument("databases", nargs="*", default=[], metavar="sqlite|postgres", help="both without it")
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--partners", type=int, default=70, help="each has three accounts")
    parser.add_argument("--per-kill", type=float, default=6, help="posts between two kills, on average")
    parser.add_argument("--rounds", type=int, default=100, help="passes at default timings, killed or stalled")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked = parser.parse_args()
    unknown = sorted(set(asked.databases) - set(DATABASES))
    if unknown:
        parser.error(f"there is no database {unknown[0]!r}: sqlite or postgres")
    console = Console()
    console.print(f"seed {asked.seed}")
    lines, fine = [], True
    for name in asked.databases or DATABASES:
        place = _place(name)
        if place is None:
            lines.append(f"{name}: not here")
            continue
        try:
            for result in _results(console, name, place, asked):
                fine = fine and not result.faults
                for fault in result.faults[:20]:
                    console.print(f"  {fault}", style="red", highlight=False)
                lines.append(f"{name}: {result.line}")
        finally:
            postgres.stop()
    for line in lines:
        console.print(line, highlight=False)
    return 0 if fine else 1


def _place(name: str) -> Callable[[Path], str] | None:
    if name == "sqlite":
        return lambda folder: f"sqlite:///{folder}/ledger.sqlite"
    if postgres.start() is None:
        return None
    return lambda folder: postgres.running().new_database()


def _results(console: Console, name: str, place: Callable[[Path], str], asked: argparse.Namespace) -> Iterator[Result]:
    if asked.deliveries:
        size = Size(asked.deliveries, asked.partners, asked.per_kill)
        yield _watched(console, name, lambda told: run(place, size, asked.seed, told))
    if asked.rounds:
        rounds = RoundSize(asked.rounds, 50 * asked.rounds, min(asked.partners, 30), latency=0.3, pace=REAL)
        yield _watched(console, f"{name}, the command", lambda told: run_rounds(place, rounds, asked.seed, told))


def _watched(console: Console, name: str, run_it: Callable[[Told], Result]) -> Result:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("posts"))
    more = (TextColumn("{task.fields[kills]} kills"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, *more, console=console) as bar:
        task = bar.add_task(name, total=None, kills=0)
        return run_it(lambda out, of, kills: bar.update(task, completed=out, total=of, kills=f"{kills:,}"))


if __name__ == "__main__":
    sys.exit(main())
