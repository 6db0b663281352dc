"""The log: one line an event, and nothing in it that is not ours to tell."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine.files import Files

from amplify.cli.logs import start_log
from amplify.model.errors import WrongUse
from amplify.model.event import EVENTS, LOG, log_event
from cli.conftest import OnStage, apart

ROOT = Path(__file__).parents[2]
WHICH = {"delivery": "3f2a", "account": "union/x", "post": "hello", "platform": "x"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What stands on standard error."""
    monkeypatch.delenv("AMPLIFY_LOG", raising=False)
    handlers, level = list(LOG.handlers), LOG.level
    yield lambda: capsys.readouterr().err
    LOG.handlers[:] = handlers
    LOG.setLevel(level)


def test_silent_unless_asked(written: Callable[[], str]) -> None:
    start_log(None)
    log_event("outcome", **WHICH, outcome="sent")
    log_event("error", kind="Boom")
    assert written() == ""


def test_json(written: Callable[[], str]) -> None:
    start_log("json")
    log_event("outcome", **WHICH, outcome="refused", seconds=0.25, why="слишком длинно")
    log_event("claimed", **WHICH, late=0.1)  # a step of the way: only with debug
    (line,) = written().splitlines()
    said = json.loads(line)
    assert said.pop("time").endswith("Z")
    assert said == {
        "level": "info", "event": "outcome", **WHICH, "outcome": "refused", "seconds": 0.25, "why": "слишком длинно",
    }  # fmt: skip


def test_words(written: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFY_LOG", "text,debug")
    start_log(None)
    log_event("paused", account="union/x", why="no\ntoken")
    log_event("claimed", **WHICH, late=0.1)
    first, second = written().splitlines()
    assert first.endswith('Z warning paused account=union/x why="no token"')
    assert second.endswith("debug claimed delivery=3f2a account=union/x post=hello platform=x late=0.100")


def test_what_is_not_in_the_table_cannot_be_told() -> None:
    for event, fields in (("outcome", {"text": "Free Anna"}), ("secret", {}), ("paused", {"token": "x"})):
        with pytest.raises(ValueError, match=event):
            log_event(event, **fields)
    assert not {"text", "alt", "message", "words", "token", "secret"} & {
        field for _, _, fields in EVENTS.values() for field in fields
    }
    assert {level for level, _, _ in EVENTS.values()} <= {logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR}


@pytest.mark.parametrize("form", ["xml", "json,loud"])
def test_another_form(form: str, written: Callable[[], str]) -> None:
    with pytest.raises(WrongUse, match="json"):
        start_log(form)


def test_a_pass_tells_what_it_did_and_no_more(busy: Files, on_stage: OnStage) -> None:
    said = apart("publish", "-w", busy.root, environment=on_stage.environment | {"AMPLIFY_LOG": "json,debug"})
    assert said.code == 0
    lines = [json.loads(line) for line in said.err.splitlines()]
    assert [line["outcome"] for line in lines if line["event"] == "outcome"] == ["sent"] * 9
    assert {"pass_began", "queued", "claimed", "pass_ended"} <= {line["event"] for line in lines}
    for text in on_stage.texts():
        assert text not in said.err
    for secret in on_stage.environment.values():
        assert secret not in said.err


def test_every_event_of_the_table_is_told_somewhere() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "amplify").rglob("*.py"))
    assert set(EVENTS) - set(re.findall(r'log_event\(\s*"(\w+)"', sources)) == set()
