"""`make bench`: measurements as ratios within one run, so that another machine's speed does not matter.

Writes bench.json and the figures in docs/performance.md. `make bench BENCH=planning` runs one of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from rich.console import Console
from rich.table import Table

from bench.figure import Figure
from bench.record import record

BENCHES = (
    "banners",
    "checking",
    "command",
    "greedy",
    "idle",
    "lateness",
    "ledger",
    "memory",
    "planning",
    "publishing",
    "scale",
    "stop",
    "sweep",
    "texts",
    "toolkit",
)


def main(wanted: list[str]) -> None:
    unknown = sorted(set(wanted) - set(BENCHES))
    if unknown:
        sys.exit(f"there is no bench called {', '.join(unknown)}: choose among {', '.join(BENCHES)}")
    console = Console()
    command = f'make bench BENCH="{" ".join(wanted)}"' if len(wanted) > 1 else f"make bench BENCH={' '.join(wanted)}"
    for name in wanted or BENCHES:
        measure: Callable[[], list[Figure]] = import_module(f"bench.{name}").measure
        with console.status(f"measuring {name}"):
            figures = measure()
        record(name, command if wanted else "make bench", figures)
        table = Table("what", "measured", "bound", title=name, title_justify="left", box=None, pad_edge=False)
        for figure in figures:
            table.add_row(figure.what, figure.text, figure.bound, style=None if figure.holds else "red")
        console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
