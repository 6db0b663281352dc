"""`python -m adversary`: 2,000 runs on each database, part of `make torture`.

`--acts wait,add,stop` does only these kinds, `--without stop` all others; `--pending` also those that are known to
break the program. `--seed 17 --runs 1` plays one run again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from counterparts import postgres
from rich.console import Console
from rich.progress import track

from adversary.acts import ACTS, PENDING
from adversary.ground import Ground, postgres_ground, sqlite_ground
from adversary.play import drawn_acts
from amplify.ledger.database import Ledger

DATABASES = ("sqlite", "postgres")
_SHOWN = 5
"""Faults whose fewest acts are looked for: that takes many runs."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m adversary", description="generated runs, and a second opinion")
    parser.add_argument("databases", nargs="*", metavar="sqlite|postgres", help="both without it")
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="of the first run")
    parser.add_argument("--acts", type=_names, help="only these kinds, with commas between them")
    parser.add_argument("--without", type=_names, default=[], help="all but these")
    parser.add_argument("--pending", action="store_true", help="also the kinds that are known to break the program")
    asked = parser.parse_args()
    if unknown := sorted({*asked.databases} - {*DATABASES} | {*(asked.acts or []), *asked.without} - {*ACTS}):
        parser.error(f"there is no {unknown[0]!r}: databases are {', '.join(DATABASES)}, acts {', '.join(ACTS)}")
    left = [name for name in ACTS if name not in asked.without and (asked.pending or name not in PENDING)]
    console, broken = Console(), 0
    for name in asked.databases or DATABASES:
        with tempfile.TemporaryDirectory(prefix="adversary-") as folder:
            ground = _ground(name, Path(folder))
            if ground is None:
                console.print(f"{name}: not here")
                continue
            broken += _runs(console, name, ground, range(asked.seed, asked.seed + asked.runs), asked.acts or left)
        postgres.stop()
    return 1 if broken else 0


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _ground(name: str, folder: Path) -> Ground | None:
    if name == "sqlite":
        file = folder / "migrated.sqlite"
        Ledger.open(f"sqlite:///{file}").close()
        return sqlite_ground(folder, file)
    if postgres.start() is None:
        return None
    url = postgres.running().new_database()
    Ledger.open(url).close()
    return postgres_ground(folder, url)


def _runs(console: Console, name: str, ground: Ground, seeds: range, kinds: list[str]) -> int:
    began, faults, sent, asked = time.monotonic(), Counter[str](), 0, 0
    for seed in track(seeds, name, console=console, disable=not console.is_terminal):
        result = ground.play(drawn_acts(seed, kinds))
        sent, asked = sent + result.sent, asked + result.wishes
        if result.faults:
            faults[result.faults[0].partition(":")[0]] += 1
            if faults.total() <= _SHOWN:
                console.print(ground.story(result, seed), style="red", highlight=False)
    said = ", ".join(f"{count} {what}" for what, count in sorted(faults.items())) or "no fault"
    counts = f"{len(seeds):,} runs of the adversary, {sent:,} posts sent, {asked:,} of them due without a doubt"
    console.print(f"{name}: {counts}, {said} ({(time.monotonic() - began) / 60:.0f} minutes)", highlight=False)
    return faults.total()


if __name__ == "__main__":
    sys.exit(main())
