"""Changes of shared files that protect people less: cards of `amplify approve`, as people and programs see them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify


class Desk:
    """One desk of two partners, with files that both can write."""

    def __init__(self, amplify: Amplify, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        self.amplify, self.files, self.monkeypatch = amplify, files, monkeypatch
        self.partner = files.partners[0]
        self.campaign = json.loads((files.root / "config/campaigns/free.yaml").read_text("utf-8"))

    def run(self, *words: str, actor: str = "vera", code: int = 0) -> str:
        self.monkeypatch.setenv("AMPLIFY_ACTOR", actor)
        said = self.amplify(*words, "-w", self.files.root)
        assert said.code == code, said.words
        return said.out if "--json" in words else said.words

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def push(self, **campaign: Any) -> None:
        self.campaign |= campaign
        self.files.write("config/campaigns/free.yaml", self.campaign)
        self.run("queue")


@pytest.fixture
def desk(amplify: Amplify, files: Files, monkeypatch: pytest.MonkeyPatch) -> Desk:
    book = json.loads((files.root / "config/partners.yaml").read_text("utf-8"))
    other = {**book["partners"][0], "id": "friends", "handles": {"x": "friends"}, "joined": "2027-01-01"}
    files.write("config/partners.yaml", {"partners": [*book["partners"], other]})
    files.post("hello", "Hello")
    files.queue("hello", at=soon(3600), partners=[files.partners[0]])
    files.we_are(files.partners[0], platforms=["mastodon"])
    desk = Desk(amplify, files, monkeypatch)
    desk.push(approvals=2)
    return desk


def test_a_card_for_whoever_reviews(desk: Desk) -> None:
    assert desk.json("approve")[0]["needed"] == 2
    desk.push(approvals=0)
    change, waiting = desk.json("approve")
    assert change["id"] == "campaign:free"
    assert change["changed"] == ["- approvals: 2", "+ approvals: 0"]
    assert (waiting["post"], waiting["needed"]) == ("hello", 2)
    listed = desk.run("approve")
    assert "campaign:free the files protect less - approvals: 2 + approvals: 0" in listed
    assert "the files protect less: campaign:free" in desk.run("status")
    assert desk.json("status")["weaker"] == ["campaign:free"]
    assert "the files protect less than before: campaign:free" in desk.run("doctor", code=3)
    assert "approved: 1" in desk.run("approve", change["approve"])
    assert "vera: accept change campaign free" in desk.run("history")
    desk.run("queue")
    assert desk.json("approve") == []
    assert "every link holds" in desk.run("history", "--verify")


def test_the_card_and_the_keys(desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    from amplify.cli import approve as command
    from amplify.cli.open_context import open_context
    from amplify.decisions.accept_changes import list_changes

    desk.push(approvals=0, in_country_languages=["en"])
    app = open_context(desk.files.root)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "not without us")
    for key, left in (("r", 0), ("a", 0)):
        monkeypatch.setattr(command, "_key", lambda key=key: key)
        capfd.readouterr()
        assert command._review(app, [], list_changes(app, rejected=True)) == 0
        shown = " ".join(capfd.readouterr().out.split())
        assert "1 of 1 campaign:free the files protect less" in shown
        assert "- approvals: 2" in shown
        assert "needs one approval: until then the former holds" in shown
        assert len(list_changes(app)) == left
    assert list_changes(app, rejected=True) == []
    app.close()


def test_it_can_be_refused(desk: Desk) -> None:
    desk.push(approvals=0)
    assert "rejected: 1" in desk.run("approve", "campaign:free", "--reject", "not without us")
    assert [one["post"] for one in desk.json("approve")] == ["hello"]
    (change, _) = json.loads(desk.run("approve", "--rejected", "--json"))
    assert change["rejected"]
    assert "refuse change" in desk.run("history")


def test_nobody_accepts_it_unread(desk: Desk) -> None:
    desk.push(approvals=0)
    said = desk.run("approve", "--all", "--yes")
    assert "--all leaves these out" in said
    assert "campaign:free" in [one["id"] for one in desk.json("approve")]


def test_what_was_shown_is_what_is_accepted(desk: Desk) -> None:
    desk.push(approvals=0)
    seen = desk.json("approve")[0]["approve"]
    desk.push(approvals=1)
    assert "look at it again" in desk.run("approve", seen, code=3)


def test_a_person_whom_the_files_no_longer_hold(desk: Desk) -> None:
    day = datetime.now(UTC).date()
    anna = {
        "id": "anna", "name": {"en": "Anna Petrova"}, "detentions": [{"start": "2026-01-01"}], "state": "died",
        "reviewed": day.isoformat(),
        "consent": {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2026-01-02",
                    "review": (day + timedelta(days=300)).isoformat()},
    }  # fmt: skip
    desk.files.write("config/people.yaml", {"people": [anna]})
    desk.run("queue")
    desk.files.write("config/people.yaml", {"people": []})
    desk.run("queue")
    change = desk.json("approve")[0]
    assert (change["id"], change["needed"]) == ("stop:anna", 2)
    assert "a second person has to accept it" in desk.run("approve", change["approve"])
    assert "a second person" in desk.run("approve", change["approve"], actor="V\u0435ra", code=3)
    assert "approved: 1" in desk.run("approve", change["approve"], actor="max")
    assert "stop:anna" not in [one["id"] for one in desk.json("approve")]


def test_forged_verdicts_are_named(desk: Desk) -> None:
    import sqlite3

    with sqlite3.connect(desk.files.root / ".amplify/ledger.sqlite") as file:
        file.execute(
            "INSERT INTO approval (delivery, verdict, by, at, real_at, seen, due_at) "
            "SELECT id, 'approved', 'max', due_at, due_at, content_hash, due_at FROM delivery"
        )
    said = desk.run("history", "--verify", code=3)
    assert "a decision was forged: verdict 1 (approved by max" in said
    assert len(json.loads(desk.run("history", "--verify", "--json", code=3))["forged"]) == 1
