"""`make bench`: measurements as ratios within one run, so that another machine's speed does not matter.

Writes bench.json. `make bench BENCH=planning` runs one of them.
"""

from __future__ import annotations

import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import checking, idle, planning, publishing, texts
from bench.figure import Figure

BENCHES = {
    "checking": checking.measure,
    "idle": idle.measure,
    "planning": planning.measure,
    "publishing": publishing.measure,
    "texts": texts.measure,
}


def main() -> None:
    wanted = sys.argv[1:] or list(BENCHES)
    console = Console()
    figures: list[Figure] = []
    for name in wanted:
        with console.status(f"measuring {name}"):
            figures += BENCHES[name]()
    table = Table("what", "measured", "bound", box=None, pad_edge=False)
    for figure in figures:
        table.add_row(figure.what, figure.text, figure.bound, style=None if figure.holds else "red")
    console.print(table)
    Path("bench.json").write_text(
        json.dumps(
            {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "python": platform.python_version(),
                "machine": platform.machine(),
                "figures": [figure.as_json() for figure in figures],
            },
            indent=2,
        )
        + "\n"
    )


main()
