"""The database goes away in mid-drain: PostgreSQL restarted, or gone for a while; a disk full, or read-only.

The daemon goes on by itself; a pass of cron ends with a sentence, and the next one goes on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from counterparts import postgres
from counterparts.require import need
from crash.child import start
from ledger import rows

from amplify.ledger.database import Ledger
from amplify.stage.process import Stage
from torture.journal import Journal
from torture.killer import is_over
from torture.town import Town
from torture.verdict import judge

SECONDS = 90.0
MIDDLE = 15
"""Posts that are out when it happens."""
DELIVERIES, PARTNERS = 90, 5


class Street:
    """A small town with a daemon at work."""

    def __init__(self, folder: Path, stage: Stage, database: str) -> None:
        self.town = Town(folder / "town", stage, database, PARTNERS, DELIVERIES)
        stage.control.latency(0.1)
        self.journal = Journal(stage.dir)
        self.page = self.town.new_page()
        self.daemon = start(["run", "--workers", "4", "-w", str(self.town.root)], self.town.environment, self.page)

    def until(self, true: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + SECONDS
        while not true():
            assert self.daemon.is_alive(), f"the daemon ended: {self.said()}"
            assert time.monotonic() < end, f"never {what}: {self.states()} {self.said()[-2000:]}"
            time.sleep(0.05)

    def middle(self) -> None:
        self.until(lambda: self.journal.accepted() >= MIDDLE, "so far")

    def states(self) -> dict[str, int]:
        ledger = Ledger.open(self.town.database)
        found = rows.states(ledger)
        ledger.close()
        return found

    def said(self) -> str:
        return " ".join(self.page.read_text("utf-8").split())

    def cron(self) -> tuple[int, str]:
        """A pass beside the daemon."""
        code, words = self.town.amplify("publish")
        return code, " ".join(words.split())

    def all_out(self) -> None:
        """The same daemon sends all the rest, and each once."""
        ledger = Ledger.open(self.town.database)
        self.until(lambda: is_over(ledger), "done")
        verdict = judge(ledger, self.town, self.journal)
        ledger.close()
        assert verdict.faults == []
        assert verdict.sent + verdict.unsure == DELIVERIES
        assert verdict.repeated == verdict.lost == 0

    def close(self) -> None:
        self.daemon.kill()
        self.daemon.join()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Callable[[str], Street]]:
    opened: list[Street] = []
    with Stage(tmp_path / "stage", rate_factor=1e4) as stage:

        def one(database: str) -> Street:
            opened.append(Street(tmp_path, stage, database))
            return opened[-1]

        yield one
        for each in opened:
            each.close()


@pytest.fixture
def cluster() -> Iterator[postgres.Cluster]:
    """A cluster of this test's own: others must not be disturbed."""
    folder = postgres.programs()
    if folder is None:
        need("postgres", "none in /usr/lib/postgresql or on the PATH")
    running = postgres.Cluster(folder)
    running.start()
    yield running
    running.stop()


def test_postgresql_is_restarted(cluster: postgres.Cluster, street: Callable[[str], Street]) -> None:
    one = street(cluster.new_database())
    one.middle()
    cluster.halt()
    cluster.resume()
    one.all_out()


def test_postgresql_is_gone_for_a_while(cluster: postgres.Cluster, street: Callable[[str], Street]) -> None:
    """Longer than every lease."""
    one = street(cluster.new_database())
    one.middle()
    cluster.halt()
    code, words = one.cron()
    assert code == 3, words
    assert "cannot be opened" in words
    time.sleep(4)  # the outage itself: leases of three seconds run out meanwhile
    one.until(lambda: "the ledger does not answer" in one.said(), "told")
    cluster.resume()
    one.all_out()
    assert "Traceback" not in one.said()


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[Callable[..., None]]:
    """A disk of its own, mounted at `folder`; yields what mounts it anew with other options."""
    folder.mkdir()

    def mount(*options: str) -> subprocess.CompletedProcess[bytes]:
        words = ["mount", "-t", "tmpfs", "-o", ",".join((f"size={megabytes}m", *options)), "tmpfs", str(folder)]
        return subprocess.run(words, capture_output=True, check=False)

    if shutil.which("mount") is None or os.getuid() != 0 or mount().returncode:
        pytest.skip("no small disk can be mounted here: tests/engine/test_outages.py has SQLite itself refuse")

    def again(*options: str) -> None:
        done = mount("remount", *options)
        assert done.returncode == 0, done.stderr

    try:
        yield again
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(disk: Path) -> Path:
    """Take all that is left on it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 512, 1):
            while True:
                try:
                    file.write(b"x" * size)
                except OSError:
                    break
    return filler


def test_the_disk_is_full(street: Callable[[str], Street], tmp_path: Path) -> None:
    with _small_disk(tmp_path / "disk", 16):
        one = street(f"sqlite:///{tmp_path}/disk/ledger.sqlite")
        one.middle()
        filler = _fill(tmp_path / "disk")
        one.until(lambda: "disk is full" in one.said() or "disk I/O error" in one.said(), "told")
        code, words = one.cron()
        assert code == 3, words
        filler.unlink()
        one.all_out()
        one.close()
        assert "Traceback" not in one.said()


def test_the_disk_is_read_only(street: Callable[[str], Street], tmp_path: Path) -> None:
    """As a worn-out card makes itself: each pass of cron says so, sends nothing, and a later one goes on."""
    with _small_disk(tmp_path / "disk", 16) as again:
        one = street(f"sqlite:///{tmp_path}/disk/ledger.sqlite")
        one.middle()
        one.close()
        out = one.journal.accepted()
        again("ro")
        code, words = one.cron()
        assert code == 3, words
        assert "Traceback" not in words
        assert one.journal.accepted() == out
        again("rw")
        time.sleep(3)  # the killed daemon's leases
        one.daemon = start(["run", "-w", str(one.town.root)], one.town.environment, one.page)
        one.all_out()
        one.close()
