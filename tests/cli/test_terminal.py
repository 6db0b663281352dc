"""Nothing that stands in a file, an option, the environment or the ledger commands the terminal it is printed on."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from engine.files import Files, soon
from ledger import rows
from sqlalchemy import update

from amplify.cli.logs import _Json, _Words
from amplify.ledger.database import Ledger
from amplify.ledger.tables import ACCOUNT, DELIVERY, PART
from cli.conftest import Amplify, ended, spawn

HOSTILE = (
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\ \x1b[2J\x9b31m \x9d0;t\x07 \u202egnp.exe \u2066in \u200fR"
    " \r\x08\x7f\x85 [link=https://evil.example]x[/link] [/red] [red]"
)
"""An OSC 8 link, a cleared screen, controls of both sets, turned text, and markup that would make a link."""
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
OURS = re.compile(r"\x1b\[[0-9;]*m")
"""Colours and weights: the only escape sequences that we print."""

COMMANDS = [
    ["check"],
    ["check", "--strict"],
    ["plan"],
    ["plan", "--everyone"],
    ["plan", "--diff"],
    ["preview"],
    ["preview", "hostile"],
    ["export"],
    ["export", "--format", "csv"],
    ["queue"],
    ["status"],
    ["status", "--json"],
    ["approve"],
    ["people"],
    ["facts"],
    ["stop"],
    ["stop", HOSTILE],
    ["stop", "--person", HOSTILE, "--reason", HOSTILE],
    ["stop", "--json", "--campaign", HOSTILE, "--reason", HOSTILE],
    ["stop", "--account", "union/x", "--reason", HOSTILE],
    ["resume", "--account", HOSTILE, "--reason", HOSTILE],
    ["resume", "--campaign", HOSTILE, "--reason", HOSTILE],
    ["takedown", "--entry", HOSTILE, "--reason", HOSTILE],
    ["takedown", "--all", "--reason", HOSTILE, "--json"],
    ["takedown", "--all", "--reason", HOSTILE],
    ["settle", HOSTILE, "--not-sent"],
    ["history"],
    ["history", "--subject", HOSTILE],
    ["history", "--json"],
    ["report"],
    ["report", "--format", "csv"],
    ["report", "--json"],
    ["text", HOSTILE],
    ["text", HOSTILE, "--json"],
    ["banner", "list"],
    ["doctor"],
    ["forget", HOSTILE],
    ["people", "set", HOSTILE, "--state", "unknown"],
    ["add", HOSTILE, "--when", HOSTILE],
    ["publish"],
    ["measure"],
    ["run", HOSTILE],
    ["check", "-w", HOSTILE],
    [HOSTILE],
]


@pytest.fixture
def hostile(files: Files, monkeypatch: pytest.MonkeyPatch, amplify: Amplify) -> Files:
    """A workspace in which as many fields as a file may have are hostile; and a ledger in which all are."""
    monkeypatch.setenv("AMPLIFY_ACTOR", HOSTILE)
    name = files.partners[0]
    for id in ("hostile", "later"):
        files.post(id, f"{name} says {id}", author="Desk")
        files.queue(id, at=soon(-60 if id == "hostile" else 3600))
    assert amplify("queue", "-w", files.root).code == 0
    ledger = Ledger.open(f"sqlite:///{files.root}/.amplify/ledger.sqlite")
    with ledger.write() as connection:
        connection.execute(
            update(DELIVERY).values(why=HOSTILE, post=HOSTILE, entry=HOSTILE, cause=HOSTILE, author=HOSTILE)
        )
        sent = DELIVERY.c.platform == "x"
        connection.execute(update(DELIVERY).where(sent).values(state="sent", sent_at=rows.NOW, due_at=rows.NOW))
        connection.execute(update(DELIVERY).where(DELIVERY.c.platform == "mastodon").values(approvals_needed=1))
        connection.execute(update(PART).values(remote_id=HOSTILE, url=HOSTILE))
        connection.execute(
            update(ACCOUNT).where(ACCOUNT.c.platform == "bluesky").values(paused_at=rows.NOW, paused_why=HOSTILE)
        )
    ledger.close()
    assert amplify("stop", "--partner", HOSTILE, "--reason", HOSTILE, "-w", files.root).code in (0, 3)
    _write_hostile(files)
    return files


def _write_hostile(files: Files) -> None:
    """Every text of every file, where it is known by no id."""
    for path in sorted((files.root / "config").rglob("*.yaml")):
        data = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(_spoiled(data)), "utf-8")
    files.post("spoiled", f"Hello {HOSTILE}", author=HOSTILE, content_warning={"en": HOSTILE})


def _spoiled(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _spoiled(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_spoiled(one, key) for one in value]
    return f"{value} {HOSTILE}" if key in ("en", "name", "background") and isinstance(value, str) else value


@pytest.mark.parametrize("words", COMMANDS, ids=range(len(COMMANDS)))
def test_no_command_prints_what_a_terminal_obeys(amplify: Amplify, hostile: Files, words: list[str]) -> None:
    where = [] if "-w" in words else ["-w", hostile.root]
    said = amplify(*words, *where)
    assert said.out or said.err or words[0] in ("publish", "measure", "queue")
    assert OBEYED.findall(f"{said.out}{said.err}".replace("\r\n", "\n")) == []


@pytest.mark.parametrize(
    "words",
    [["stop"], ["status"], ["history"], ["report"], ["stop", "--all", "--reason", HOSTILE]],
    ids=lambda words: words[0],
)
def test_only_our_own_colours_are_escape_sequences(hostile: Files, words: list[str]) -> None:
    colours = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    said = ended(spawn(*words, "-w", hostile.root, environment=colours))
    assert OURS.search(said.out)
    assert OBEYED.findall(OURS.sub("", said.out + said.err)) == []


@pytest.mark.parametrize("form", [_Words(), _Json()])
def test_a_log_too(form: logging.Formatter) -> None:
    record = logging.makeLogRecord({"msg": "outcome", "fields": {"why": HOSTILE, "post": HOSTILE}})
    assert "click" in form.format(record)
    assert OBEYED.findall(form.format(record)) == []


def test_everything_that_a_command_prints_goes_through_one_place() -> None:
    """`cli/output.py`; but for the help, the version, and answers that are bytes."""
    direct = re.compile(
        r"(?<![\w.])print\(|std(?:out|err)\.(?:write|buffer)|typer\.(?:echo|secho|confirm)|\bConsole\(|from_markup|markup=True"
    )
    found = {
        (path.name, line.strip())
        for path in Path("amplify/cli").glob("*.py")
        if path.name != "output.py"
        for line in path.read_text("utf-8").splitlines()
        if direct.search(line)
    }
    assert found == {
        ("main.py", 'print(f"amplify {__version__}")'),
        ("entry.py", 'print(f"amplify {__version__}")'),
        ("main.py", r'sys.stderr.write(f"{error.format_message()}\n")'),
        ("text.py", "out = sys.stdout.buffer"),
        ("schema.py", "sys.stdout.write(schema_text(name))"),
        ("output_streams.py", "sys.stderr.write(_LOST.format(why=out.failure.strerror))"),
    }
