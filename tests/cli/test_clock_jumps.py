"""The machine's clock is put forward or back under the daemon: by whatever it is, that costs nothing."""

from __future__ import annotations

import re
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counterparts.ports import free_ports
from engine.files import Files

from cli.conftest import OnStage, Process, _popen, ended

SECONDS = 90.0
_PASSES = re.compile(r"^amplify_passes_total (\S+)", re.MULTILINE)
_START = """
import datetime, pathlib, signal, sys, time_machine
shift = time_machine.travel(datetime.datetime.now(datetime.UTC), tick=True).start().shift
far = pathlib.Path(sys.argv.pop(1))
signal.signal(signal.SIGUSR1, lambda *_: shift(float(far.read_text())))
from amplify.cli.entry import main
main()
"""


class Running:
    """A daemon whose clock the test moves."""

    def __init__(self, files: Files, stage: OnStage, tmp_path: Path) -> None:
        (self.port,) = free_ports(1)
        self.far, self.moved, self.files = tmp_path / "far", timedelta(), files
        words = (self.far, "run", "-w", files.root, "--health", str(self.port))
        self.process: Process = _popen([sys.executable, "-c", _START], words, stage.environment, None)

    def passes(self) -> float:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=SECONDS) as answer:
                found = _PASSES.search(answer.read().decode())
        except OSError:
            return 0
        return float(found[1]) if found else 0

    def peak(self) -> int:
        """Most memory it has had, in KiB."""
        said = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(said.partition("VmHWM:")[2].split()[0])

    def until(self, true: Callable[[], bool]) -> float:
        began = time.monotonic()
        while not true():
            assert self.process.poll() is None, self.process.communicate()
            if time.monotonic() > began + SECONDS:
                self.process.kill()
                raise AssertionError(self.process.communicate())
            time.sleep(0.03)
        return time.monotonic() - began

    def jump(self, by: timedelta) -> None:
        self.far.write_text(str(by.total_seconds()))
        self.moved += by
        self.process.send_signal(signal.SIGUSR1)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_clock_that_jumps_costs_nothing(busy: Files, on_stage: OnStage, tmp_path: Path) -> None:
    """After each jump it goes on each second; after those forward it sends what is due by the new time."""
    running = Running(busy, on_stage, tmp_path)
    try:
        running.until(lambda: len(on_stage.texts()) == 9)
        before = running.peak()
        for number, days in enumerate((1, 30, 365, -365, -31, -365)):
            running.jump(timedelta(days=days))
            seen = running.passes()
            assert running.until(lambda: running.passes() >= seen + 3) < 15  # noqa: B023 - asked within the loop
            if days < 0:
                continue
            due = (running.now() - timedelta(seconds=5)).isoformat(timespec="seconds")
            text = f"{on_stage.partner} speaks after jump {number}"
            busy.post(f"jump{number}", text)
            busy.queue(f"jump{number}", at=due, platforms=["mastodon"])
            running.until(lambda: text in on_stage.texts())  # noqa: B023 - asked within the loop
        assert running.peak() < before + 100 * 1024
        running.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        said = ended(running.process)
        assert time.monotonic() - began < 10
    finally:
        running.process.kill()
        running.process.wait()
    assert (said.code, "did not expect" in said.err) == (
        0,
        False,
    )  # X refuses signatures of another day, and that is told
    texts = on_stage.texts()
    assert [texts.count(f"{on_stage.partner} speaks after jump {number}") for number in range(3)] == [1] * 3
