"""A daemon that says how it is: while it runs, on this machine, when asked."""

from __future__ import annotations

import json
import signal
import time
import urllib.request

from counterparts.ports import free_ports
from engine.files import Files

from cli.conftest import Amplify, OnStage, ended, spawn


def test_well_while_it_runs_and_gone_afterwards(busy: Files, on_stage: OnStage) -> None:
    (port,) = free_ports(1)
    words = ("run", "-w", busy.root, "--health", str(port), "--log", "json")
    process = spawn(*words, environment=on_stage.environment)
    end = time.monotonic() + 30
    while True:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                numbers = answer.read().decode()
        except OSError:
            time.sleep(0.05)
            continue
        sent = [line for line in numbers.splitlines() if line.startswith('amplify_outcomes_total{outcome="sent"')]
        if sum(float(line.split()[-1]) for line in sent) == 9:
            break
        time.sleep(0.05)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        assert json.load(answer)["ok"] is True
    assert 'amplify_outcomes_total{outcome="sent",platform="bluesky"} 3.0' in numbers
    assert 'amplify_request_seconds_count{platform="bluesky"} 3.0' in numbers
    process.send_signal(signal.SIGTERM)
    said = ended(process)
    assert said.code == 0
    events = [json.loads(line) for line in said.err.splitlines()]
    assert (events[0]["event"], events[-1]["event"]) == ("daemon_began", "daemon_ended")
    assert sum(one["event"] == "outcome" for one in events) == 9
    for text in on_stage.texts():
        assert text not in said.err


def test_nowhere_else(busy: Files, amplify: Amplify) -> None:
    said = amplify("run", "-w", busy.root, "--health", "0.0.0.0:9464")
    assert (said.code, "this machine only" in said.words) == (2, True)
