"""Ctrl-C and SIGTERM: a sentence, nothing lost, and the next run goes on. The daemon between two signals."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify, OnStage, Process, ended, spawn

SECONDS = 30.0


def until(true: Callable[[], bool], process: Process) -> None:
    """Wait for something outside; the process has to be there meanwhile."""
    end = time.monotonic() + SECONDS
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.03)


@pytest.fixture
def slow(on_stage: OnStage) -> Iterator[OnStage]:
    """Every request takes its time, so that a signal comes in the middle."""
    on_stage.stage.control.latency(0.25)
    yield on_stage
    on_stage.stage.control.latency(0)


@pytest.mark.parametrize("words", [["publish"], ["run", "--drain"]], ids=" ".join)
def test_ctrl_c_while_publishing(busy: Files, slow: OnStage, amplify: Amplify, words: list[str]) -> None:
    process = spawn(*words, "-w", busy.root, "--workers", "1", environment=slow.environment)
    until(lambda: len(slow.texts()) >= 1, process)
    process.send_signal(signal.SIGINT)
    said = ended(process)
    assert "Traceback" not in said.words
    if words == ["publish"]:
        assert (said.code, "nothing is lost, run the same command again to go on" in said.words) == (130, True)
    assert 1 <= len(slow.texts()) < 9
    slow.stage.control.latency(0)
    assert amplify("publish", "-w", busy.root).code == 0
    assert len(slow.texts()) == 9
    assert set(Counter(slow.texts()).values()) == {3}  # each text once on each of the three platforms


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_daemon_ends_after_what_is_in_hand(
    busy: Files, slow: OnStage, amplify: Amplify, number: signal.Signals
) -> None:
    process = spawn("run", "-w", busy.root, "--workers", "1", environment=slow.environment)
    until(lambda: len(slow.texts()) >= 1, process)
    process.send_signal(number)
    said = ended(process)
    assert (said.code, said.err) == (0, "")
    assert said.out.strip().endswith("stopped")
    slow.stage.control.latency(0)
    assert amplify("publish", "-w", busy.root).code == 0
    assert set(Counter(slow.texts()).values()) == {3}
    assert len(slow.texts()) == 9


def test_the_daemon_follows_the_files(busy: Files, on_stage: OnStage) -> None:
    """A new entry goes out; a broken file holds everything and is told once; mended, it goes on."""
    name = on_stage.partner
    process = spawn("run", "-w", busy.root, environment=on_stage.environment)
    try:
        until(lambda: len(on_stage.texts()) == 9, process)
        busy.post("more", f"{name} says more")
        busy.queue("more", at=soon(-5), platforms=["bluesky"])
        until(lambda: f"{name} says more" in on_stage.texts(), process)
        people = busy.root / "config" / "people.yaml"
        whole = people.read_text("utf-8")
        people.write_text("people: [", "utf-8")
        busy.post("last", f"{name} says last")
        busy.queue("last", at=soon(-5), platforms=["mastodon"])
        time.sleep(2.5)  # two ticks, in which nothing may happen
        assert f"{name} says last" not in on_stage.texts()
        people.write_text(whole, "utf-8")
        until(lambda: f"{name} says last" in on_stage.texts(), process)
        process.send_signal(signal.SIGTERM)
        said = ended(process)
    finally:
        process.kill()
        process.wait()
    assert said.code == 0
    assert said.err.count("amplify check") == 1


def test_ctrl_c_in_a_rehearsal(busy: Files, on_stage: OnStage) -> None:
    """It goes on where it was broken off."""
    process = spawn("rehearse", "-w", busy.root, "--from", soon(-86_400)[:10])
    ledger = busy.root / ".amplify" / "rehearsal" / "ledger.sqlite"
    until(ledger.exists, process)
    process.send_signal(signal.SIGINT)
    said = ended(process)
    assert (said.code, "Traceback" in said.words) == (130, False)
    assert "nothing is lost" in said.words
    again = ended(spawn("rehearse", "-w", busy.root, "--from", soon(-86_400)[:10]))
    assert again.code == 0, again.words
    assert on_stage.texts() == []  # nothing real was touched
    assert not (busy.root / ".amplify" / "ledger.sqlite").exists()
