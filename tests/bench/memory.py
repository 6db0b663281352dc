"""Memory of a worker: the daemon with nothing to do, and one that drains with clients for 500 accounts."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from nasty import exif, meadow, saved

from amplify.ledger.database import Ledger
from amplify.model.message import Attachment
from bench.databases import SQLITE, Databases, databases
from bench.figure import Figure
from bench.machine import resident
from bench.running import Ran, run
from bench.stock import fill
from bench.takes import Takes

FEW, MANY, ACCOUNTS, THREADS = 1_000, 5_000, 500, 32
SHOWING: Final = 60
"""Accounts that post the same photograph at the same moment."""
MOST: Final = 300
"""MiB for that, however many threads there are."""
IDLE: Final = 10.0
"""Seconds that the daemon runs: it has looked at its files and its ledger several times by then."""
_MIB: Final = 2**20
_ROOT: Final = Path(__file__).parents[2]


def measure() -> list[Figure]:
    with databases() as given, Takes() as server:
        figures = [Figure("memory of `amplify run` on the sample workspace, nothing due", _idle() / _MIB, "MiB")]
        for name in given.names:
            few, many = (_draining(given, name, server, posts) for posts in (FEW, MANY))
            what = f"memory of a worker, {THREADS} threads, clients for {ACCOUNTS} accounts on X, {name}"
            figures.append(Figure(f"{what}: after {FEW:,} posts", few / _MIB, "MiB"))
            figures.append(Figure(f"{what}: after {MANY:,} posts", many / _MIB, "MiB"))
        for threads in (8, THREADS):
            ran = _showing(given, server, threads)
            what = f"a photograph of 12 megapixels on {SHOWING} accounts, {threads} threads"
            figures.append(Figure(f"memory of a worker at its peak, {what}", ran.memory / _MIB, "MiB", most=MOST))
            figures.append(Figure(f"{what}: a pass", ran.seconds, "s"))
        return figures


def _idle() -> int:
    """Bytes."""
    with tempfile.TemporaryDirectory() as name:
        for part in ("config", "posts", "media", "statements"):
            shutil.copytree(_ROOT / part, Path(name) / part)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AMPLIFY_")}
        command = [str(Path(sys.executable).with_name("amplify")), "run", "--workspace", name]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as daemon:
            time.sleep(IDLE)
            assert daemon.poll() is None, "the daemon has ended"
            now = resident(daemon.pid)
            daemon.terminate()
    return now


def _showing(given: Databases, server: Takes, threads: int) -> Ran:
    """A pass that paints the photograph, and uploads it for each account."""
    photograph = saved(meadow(4000, 3000), "JPEG", quality=97, exif=exif())
    database = given.new(SQLITE)
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "media").mkdir()
        (Path(name) / "media" / "photograph.jpg").write_bytes(photograph)
        sha256 = hashlib.sha256(photograph).hexdigest()
        ledger = Ledger.open(database)
        picture = Attachment("photograph.jpg", sha256, "image/jpeg", 4000, 3000, "A window with bars.")
        fill(ledger, SHOWING, SHOWING, picture=picture)
        ledger.close()
        ran = run([["amplify", server.url, str(threads), str(SHOWING), str(SHOWING), database, name]])
    assert ran.sent == SHOWING == len(server.taken())
    return ran


def _draining(given: Databases, name: str, server: Takes, posts: int) -> int:
    """Bytes: the most it had."""
    database = given.new(name)
    ledger = Ledger.open(database)
    fill(ledger, posts, ACCOUNTS)
    ledger.close()
    words = ["amplify", server.url, str(THREADS), str(posts), str(ACCOUNTS), database, str(given.folder)]
    ran = run([words])
    assert ran.sent == len(server.taken()) == posts
    return ran.memory
