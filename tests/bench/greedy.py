"""How long a SQLite writer waits for another process that writes without a pause."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from amplify.ledger.database import Ledger, set_meta
from bench.figure import Figure

WRITES = 300
_GREEDY = """
import sys
from amplify.ledger.database import Ledger, set_meta
ledger, number = Ledger.open(sys.argv[1]), 0
while True:
    with ledger.write() as connection:
        set_meta(connection, "greedy", str(number := number + 1))
    if number == 1:
        print("writing", flush=True)
"""


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'ledger.sqlite'}"
        ledger = Ledger.open(url)
        greedy = subprocess.Popen([sys.executable, "-c", _GREEDY, url], stdout=subprocess.PIPE)
        assert greedy.stdout is not None
        try:
            greedy.stdout.readline()
            waits = []
            for number in range(WRITES):
                began = time.perf_counter()
                with ledger.write() as connection:
                    waits.append(time.perf_counter() - began)
                    set_meta(connection, "ours", str(number))
        finally:
            greedy.kill()
            greedy.wait()
            ledger.close()
    return [Figure("SQLite: worst wait for a turn beside a greedy writer", max(waits) * 1000, "ms", most=100)]
