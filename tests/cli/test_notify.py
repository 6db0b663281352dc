"""`amplify notify`, `publish` and `check` with `notify:` in the local file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from counterparts.mailbox import Mailbox, open_mailbox
from engine.files import Files

from cli.conftest import Amplify


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with open_mailbox() as found:
        yield found


def head(files: Files, notify: str) -> None:
    """Put this under `notify:` in the local file."""
    path = files.root / "config" / "accounts.yaml"
    rest = yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")))
    path.write_text(f"notify: {notify}\n{rest}", encoding="utf-8")


def wants(files: Files, box: Mailbox) -> None:
    server = f"server: 127.0.0.1, port: {box.port}, security: none"
    head(files, f"{{mail: [{{to: desk@example.org, sender: amplify@example.org, {server}}}]}}")


def test_nobody_wants_to_know(amplify: Amplify, files: Files) -> None:
    said = amplify("notify", "-w", files.root)
    assert said.code == 0
    assert "docs/notices.md says what to write" in said.words


def test_a_test_is_taken_or_it_is_said_why_not(amplify: Amplify, files: Files, box: Mailbox) -> None:
    wants(files, box)
    assert amplify("notify", "--test", "-w", files.root).words == "desk@example.org: the test was taken"
    assert box.subjects == ["amplify: this is a test"]
    box.refuses = "554"
    said = amplify("notify", "--test", "--json", "-w", files.root)
    assert said.code == 3
    assert json.loads(said.out)["test"][0]["failed"].endswith("refused it with code 554")


def test_a_stop_is_told_by_the_next_pass(amplify: Amplify, files: Files, box: Mailbox) -> None:
    wants(files, box)
    amplify("publish", "-w", files.root)
    amplify("stop", "--all", "-w", files.root)
    amplify("publish", "-w", files.root)
    assert box.subjects == ["amplify: a stop is in force"]
    assert amplify("notify", "-w", files.root).words == "desk@example.org: told of 0"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("server: smtp.example.org, security: none", "only to a server on this machine"),
        ('server: "smtp.example.org\\nRCPT", port: 25', "server"),
        ("server: localhost, events: [everything]", "events"),
        ("server: localhost, events: []", "events"),
        ("server: localhost, daily: 9 o'clock", "daily"),
        ("server: localhost, password: secret-canary", "password"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(amplify: Amplify, files: Files, wrong: str, said: str) -> None:
    head(files, f"{{mail: [{{to: desk@example.org, sender: a@example.org, {wrong}}}]}}")
    told = amplify("check", "-w", files.root)
    assert told.code == 1
    assert "config/accounts.yaml:1" in told.words
    assert said in told.words
    assert "secret-canary" not in told.words


@pytest.mark.parametrize(
    "url", ["http://hooks.example.org/a", "https://user:word@hooks.example.org/", "ftp://hooks.example.org/"]
)
def test_webhooks_are_encrypted(amplify: Amplify, files: Files, url: str) -> None:
    head(files, f"{{webhooks: [{{url: '{url}'}}]}}")
    assert amplify("check", "-w", files.root).code == 1


def test_a_pass_of_somebody_who_wants_nothing_loads_nothing_of_it(
    amplify: Amplify, files: Files, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import amplify.notices.send_notices as notices

    monkeypatch.setattr(notices, "tell_people", lambda *args, **more: pytest.fail("nobody wants to know"))
    assert amplify("publish", "-w", files.root).code == 0
