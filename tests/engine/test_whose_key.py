"""Whose key is it: nothing is written, looked up or deleted in another name; each key is asked once on a machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amplify.context.app_context import AppContext
from amplify.engine.publish import PassResult, run_pass
from amplify.ledger.database import Ledger
from amplify.model.errors import LoggedOut
from amplify.model.platform import Whoami
from amplify.planning.server_lookup import ask_servers
from amplify.stage.process import Stage
from engine.fake import TIMINGS
from engine.files import Files, handle, soon

PLATFORM = "mastodon"
CAPS = {"per_day": 50, "gap": "0s"}
ME = "/api/v1/accounts/verify_credentials"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Stage]:
    """A stage on which nobody has spoken yet."""
    with Stage(tmp_path / "stage") as running:
        yield running


class Machine:
    """A machine that publishes for two partners; their keys can be changed, and each pass is a process of its own."""

    def __init__(self, root: Path, stage: Stage) -> None:
        self.files = Files(root, "union", "league")
        self.stage = stage
        self.keys = {one: stage.control.account(PLATFORM, handle(one, PLATFORM), one) for one in self.files.partners}
        self.serve(stage.url)

    def serve(self, url: str) -> None:
        accounts = [
            {
                "partner": one,
                "platform": PLATFORM,
                "server": url,
                "credential": one,
                "caps": {"per_day": 50, "gap": "0s"},
            }
            for one in self.files.partners
        ]
        self.files.write("config/accounts.yaml", {"partner": "union", "approvals": 0, "accounts": accounts})

    def app(self) -> AppContext:
        ledger = Ledger.open(f"sqlite:///{self.files.root}/.amplify/ledger.sqlite")
        return AppContext(self.files.root, ledger, timings=TIMINGS, secrets=lambda account: self.keys[account.partner])

    def go(self) -> PassResult:
        app = self.app()
        try:
            return run_pass(app)
        finally:
            app.close()

    def check(self) -> dict[str, str]:
        app = self.app()
        try:
            return ask_servers(app).failed
        finally:
            app.close()

    def say(self, name: str) -> None:
        self.files.post(name, f"{name} says one", f"{name} says another thing altogether")
        self.files.queue(name, at=soon(-5), platforms=[PLATFORM])

    def swap(self) -> None:
        self.keys["union"], self.keys["league"] = self.keys["league"], self.keys["union"]

    def said(self) -> list[str]:
        return [post["handle"] for post in self.stage.control.posts()]


@pytest.fixture
def machine(tmp_path: Path, empty: Stage) -> Machine:
    return Machine(tmp_path / "house", empty)


def test_swapped_keys_publish_nothing_and_are_named(machine: Machine) -> None:
    machine.swap()
    machine.say("first")
    done = machine.go()
    assert machine.said() == []
    assert dict(done.outcomes) == {"logged_out": 2}
    assert "speak for league, and the handle book says union@social.example" in done.paused["union/mastodon"]
    assert set(machine.check()) == {"union/mastodon", "league/mastodon"}
    machine.swap()
    assert dict(machine.go().outcomes) == {"sent": 2}  # with the next pass, and without another command
    assert sorted(machine.said()) == ["league@social.example", "union@social.example"]


def test_keys_swapped_later_are_noticed_before_anything_is_said(machine: Machine) -> None:
    machine.say("first")
    assert dict(machine.go().outcomes) == {"sent": 2}
    machine.swap()
    machine.say("second")
    assert dict(machine.go().outcomes) == {"logged_out": 2}
    assert len(machine.said()) == 2


def test_a_key_is_asked_once(machine: Machine) -> None:
    machine.say("first")
    assert dict(machine.go().outcomes) == {"sent": 2}
    machine.stage.control.fail("logged_out", platform=PLATFORM, path=ME, count=99)
    machine.say("second")
    assert dict(machine.go().outcomes) == {"sent": 2}
    kept = machine.files.root / ".amplify/sessions/speakers.json"
    assert kept.stat().st_mode & 0o077 == 0
    for key in machine.keys.values():
        assert key["access_token"] not in kept.read_text()


def test_while_nobody_can_say_whose_it_is_nothing_goes_and_nothing_is_paused(machine: Machine) -> None:
    machine.say("first")
    machine.stage.control.fail("500", platform=PLATFORM, path=ME, count=99)
    machine.say("second")
    done = machine.go()
    assert (dict(done.outcomes), done.paused, machine.said()) == ({"try_later": 2}, {}, [])  # asked once an account
    assert done.needs_person


def test_a_wrong_server_is_told_and_a_mended_one_is_asked_at_once(machine: Machine) -> None:
    machine.serve(f"{machine.stage.url}/somewhere")
    machine.say("first")
    done = machine.go()
    assert dict(done.outcomes) == {"logged_out": 2}
    assert "Look at its `server:`" in done.paused["union/mastodon"]
    machine.serve(machine.stage.url)
    assert dict(machine.go().outcomes) == {"sent": 2}


def test_a_mended_book_is_asked_about_at_once(machine: Machine) -> None:
    book = machine.files.root / "config/partners.yaml"
    right = book.read_text()
    book.write_text(right.replace("union@social.example", "onion@social.example"))
    machine.say("first")
    assert "the handle book says onion@social.example" in machine.go().paused["union/mastodon"]
    book.write_text(right)
    assert dict(machine.go().outcomes) == {"sent": 1}
    assert len(machine.said()) == 2


def test_a_broken_record_costs_a_question(machine: Machine) -> None:
    machine.say("first")
    machine.go()
    (machine.files.root / ".amplify/sessions/speakers.json").write_text("{torn")
    machine.say("second")
    assert dict(machine.go().outcomes) == {"sent": 2}


def test_whatever_uses_a_client_asks_first(machine: Machine) -> None:
    machine.swap()
    app = machine.app()
    for _ in range(2):
        with pytest.raises(LoggedOut, match="speak for league"):
            app.adapter("union/mastodon")
    app.close()


@pytest.mark.parametrize(
    ("said", "wanted", "same"),
    [
        ("press", "press@social.example", True),
        ("Press", "press@social.example", True),
        ("press@social.example", "press@social.example", True),
        ("press@other.example", "press@social.example", False),
        ("press.example", "Press.Example", True),
        ("league", "press@social.example", False),
        ("", "press", False),
    ],
)
def test_handles_are_compared_as_platforms_write_them(said: str, wanted: str, same: bool) -> None:
    assert Whoami("1", said).goes_by(wanted) is same
