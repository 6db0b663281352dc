"""kill -9 `amplify demo` in the middle of the week: run again, it goes on, and everything stands once."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from amplify.stage.process import Stage

ROOT = Path(__file__).parents[2]
SECONDS = 120.0
MIDDLE = 30


def demo(folder: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", "from amplify.cli.entry import main; main()", "demo", "--dir", str(folder)]
    return subprocess.Popen(words, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def out(folder: Path) -> int:
    """How many parts are out."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/rehearsal/ledger.sqlite?mode=ro", uri=True)) as ledger:
            return int(ledger.execute("SELECT count(*) FROM part WHERE remote_id IS NOT NULL").fetchone()[0])
    except sqlite3.OperationalError:  # not there yet
        return 0


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="kills as POSIX does")
def test_a_killed_demo_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    first = demo(folder)
    end = time.monotonic() + SECONDS
    while out(folder) < MIDDLE and first.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    first.kill()
    said, _ = first.communicate(timeout=SECONDS)
    assert first.returncode == -signal.SIGKILL, said
    assert out(folder) >= MIDDLE

    again = demo(folder)
    said, _ = again.communicate(timeout=SECONDS)
    assert again.returncode == 0, said
    assert "going on with the rehearsal" in said

    with closing(sqlite3.connect(f"file:{folder}/rehearsal/ledger.sqlite?mode=ro", uri=True)) as ledger:
        states = dict(ledger.execute("SELECT state, count(*) FROM delivery WHERE due_at < '2027-05-24' GROUP BY state"))
        missed = {post for (post,) in ledger.execute("SELECT post FROM delivery WHERE state = 'missed'")}
        late = [
            str(json.loads(text))
            for (text,) in ledger.execute(
                "SELECT message FROM delivery WHERE state = 'sent' AND sent_at >= '2027-05-20 07:00'"
            )
        ]
        parts = ledger.execute("SELECT count(*) FROM part WHERE remote_id IS NOT NULL").fetchone()[0]
    assert states.keys() == {"sent", "missed"}
    assert states["sent"] >= 60
    # On Thursday Mira is released: nothing more is said about her, and everything else goes on.
    assert "mira was released" in " ".join(said.split())
    assert missed == {"boost-the-league", "letter-to-mira"}
    assert len(late) >= 20
    assert not [text for text in late if re.search("Mira|Міра|Мира|Astravan|Астраван", text)]
    with Stage(folder / "rehearsal" / "stage") as stage:  # the same folder again: its journal holds everything
        posts = [post for post in stage.control.posts() if not post["outside"]]
    assert len(posts) == parts
    stood = Counter((post["platform"], post["handle"], post["text"], post["boost_of"]) for post in posts)
    assert max(stood.values()) == 1
    keys = Counter((post["platform"], post["handle"], post["key"]) for post in posts if post["key"])
    assert max(keys.values()) == 1
