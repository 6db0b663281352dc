"""`amplify check --online`, and how old its answers are wherever they are used."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from engine.files import PLATFORMS, Files, handle

from amplify.cli.online import time_ago
from cli.conftest import Amplify, OnStage


def age_by(files: Files, days: int) -> None:
    """Let every answer be this much older."""
    with sqlite3.connect(files.root / ".amplify" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE learned SET real_at = datetime(real_at, ?)", (f"-{days} days",))


def test_it_asks_and_is_remembered(amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
    said = amplify("check", "--online", "-w", busy.root)
    assert said.code == 0, said.words
    assert "3 handles found, 0 unknown" in said.words
    assert "500" in said.words
    assert "just now" in said.words
    age_by(busy, 3)
    assert "3 servers and 3 handles as last asked, the oldest 3 days ago" in amplify("check", "-w", busy.root).words
    partner = busy.partners[0]
    amplify("queue", "-w", busy.root)
    assert f"{partner}/mastodon: texts up to 500, asked 3 days ago" in amplify("status", "-w", busy.root).words
    assert "of 500 graphemes (its server said so 3 days ago)" in amplify("preview", "-w", busy.root).words
    limits = json.loads(amplify("status", "--json", "-w", busy.root).out)["limits"]
    assert limits[f"{partner}/mastodon"]["text"] == 500
    assert limits[f"{partner}/x"]["text"] is None


def test_for_programs(amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
    partner = busy.partners[0]
    known = json.loads(amplify("check", "--online", "--json", "-w", busy.root).out)["known"]
    assert set(known["accounts"]) == {f"{partner}/{platform}" for platform in PLATFORMS}
    assert known["accounts"][f"{partner}/x"]["speaks_for"] == handle(partner, "x")
    assert {one["platform"] for one in known["handles"] if one["id"]} == set(PLATFORMS)
    assert known["failed"] == known["not_asked"] == {}
    assert "failed" not in json.loads(amplify("check", "--json", "-w", busy.root).out)["known"]


def test_a_handle_that_nobody_goes_by(amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
    book = json.loads((busy.root / "config" / "partners.yaml").read_text("utf-8"))
    gone = {**book["partners"][0], "id": "gone", "handles": {"bluesky": "nobody-at-all.example"}, "publishes": False}
    busy.write("config/partners.yaml", {"partners": [*book["partners"], gone]})
    said = amplify("check", "--online", "-w", busy.root)
    assert said.code == 0
    assert "HANDLE-UNKNOWN" in said.out
    assert "config/partners.yaml:" in said.out
    offline = amplify("check", "-w", busy.root)
    assert "nobody goes by nobody-at-all.example on bluesky" in offline.words
    assert amplify("check", "--strict", "-w", busy.root).code == 1


def test_missing_credentials_are_said_and_the_others_go_on(
    amplify: Amplify, busy: Files, on_stage: OnStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name,) = (name for name in on_stage.environment if name.endswith("MASTODON_ACCESS_TOKEN"))
    monkeypatch.delenv(name)
    said = amplify("check", "--online", "-w", busy.root)
    assert f"{busy.partners[0]}/mastodon" in said.err
    assert name in said.words
    assert "2 handles found, 0 unknown" in said.words
    assert "1 handle not asked" in said.words
    assert "not every account could be asked" in said.words
    assert "no problems\n" not in said.out
    assert said.code == 3


def test_without_accounts_nobody_can_ask(amplify: Amplify, busy: Files) -> None:
    (busy.root / "config" / "accounts.yaml").unlink()
    said = amplify("check", "--online", "-w", busy.root)
    assert said.code == 2
    assert "accounts.example.yaml" in said.words


def test_errors_of_the_files_are_shown_all_the_same(amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
    busy.write("config/facts.yaml", {"facts": [], "more": 1})
    said = amplify("check", "--online", "-w", busy.root)
    assert said.code == 1
    assert "KEY-UNKNOWN" in said.out
    assert "mend them, then ask again" in said.words


def test_checking_makes_no_ledger(amplify: Amplify, busy: Files) -> None:
    said = amplify("check", "-w", busy.root)
    assert said.code == 0
    assert "as last asked" not in said.words
    assert not (busy.root / ".amplify").exists()


def test_a_ledger_that_cannot_be_reached_stops_no_check(
    amplify: Amplify, busy: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", "postgresql://u@127.0.0.1:1/none?connect_timeout=2")
    said = amplify("check", "-w", busy.root)
    assert said.code == 0
    assert "does not count" in said.words


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=40), "40 days ago"),
    ],
)
def test_ages(age: timedelta, words: str) -> None:
    now = datetime(2027, 5, 17, tzinfo=UTC)
    assert time_ago(now - age, now) == words
