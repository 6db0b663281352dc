"""status: how things stand, for people and for programs; and one delivery's whole story."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from engine.files import Files

from amplify.ledger.database import HEAD
from cli.conftest import Amplify, OnStage


def test_numbers_for_programs(amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
    where = ("-w", busy.root, "--json")
    assert amplify("queue", "-w", busy.root).code == 0
    before = json.loads(amplify("status", *where).out)
    assert (before["due"], before["due_held"], before["unsure"], before["last_pass"]) == (9, 0, 0, None)
    assert before["lag_seconds"] > 100
    assert amplify("publish", "-w", busy.root).code == 0
    after = json.loads(amplify("status", *where).out)
    assert (after["due"], after["lag_seconds"], after["schema"]) == (0, 0, HEAD)
    assert after["counts"] == {"sent": 9, "waiting": 3}
    assert datetime.now(UTC) - datetime.fromisoformat(after["last_pass"]) < timedelta(minutes=5)
    assert [(one["id"], one["paused"], one["sent"], one["waiting"]) for one in after["accounts"]] == [
        (f"{on_stage.partner}/{platform}", None, 3, 1) for platform in ("bluesky", "mastodon", "x")
    ]
    assert isinstance(after["budgets"], list)


def test_a_paused_account_says_since_when_and_why(amplify: Amplify, busy: Files) -> None:
    assert amplify("publish", "-w", busy.root).code == 3
    said = amplify("status", "-w", busy.root, "--json")
    assert said.code == 3
    told = json.loads(said.out)
    for account in told["accounts"]:
        assert "credential" in account["paused"]
        assert account["paused_at"]
    assert (told["due"], told["due_held"], told["lag_seconds"]) == (9, 9, 0)  # nothing is stuck: it is held


def test_the_story_of_one_delivery(amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
    assert amplify("publish", "-w", busy.root).code == 0
    with_id = json.loads(amplify("status", "", "-w", busy.root, "--json").out)  # every id begins with nothing
    sent = next(story for story in with_id if story["delivery"]["state"] == "sent")
    name = sent["delivery"]["id"]
    assert [(move["before"], move["after"]) for move in sent["moves"]] == [
        (None, "waiting"), ("waiting", "claimed"), ("claimed", "sending"), ("sending", "sent"),
    ]  # fmt: skip
    assert [(one["part"], one["outcome"]) for one in sent["attempts"]] == [(0, "sent")]
    assert sent["parts"][0]["url"].startswith("http")
    said = amplify("status", name[:12], "-w", busy.root)
    assert said.code == 0
    assert sent["parts"][0]["url"] in said.words
    assert "claimed → sending" in said.words
    assert max(len(line) for line in said.out.splitlines() if "http" not in line) <= 80
    for text in on_stage.texts():
        assert text not in said.out


def test_no_such_delivery(amplify: Amplify, busy: Files) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    said = amplify("status", "nothing-begins-so", "-w", busy.root)
    assert (said.code, "no delivery begins with" in said.words) == (2, True)
