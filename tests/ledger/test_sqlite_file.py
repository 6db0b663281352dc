"""SQLite's file and the log beside it: however much is written, the log that waits to be copied back stays small."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert

from amplify.ledger.database import Ledger
from amplify.ledger.tables import META

MIB = 1 << 20


def test_the_log_is_copied_back_before_anybody_waits_long_for_it(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    log, largest = tmp_path / "ledger.sqlite-wal", 0
    for number in range(48):
        with ledger.write() as connection:
            connection.execute(insert(META).values(key=f"note {number}", value="x" * MIB))
        largest = max(largest, log.stat().st_size)
    ledger.close()
    assert (tmp_path / "ledger.sqlite").stat().st_size > 48 * MIB  # so much did go through it
    assert MIB < largest < 12 * MIB
