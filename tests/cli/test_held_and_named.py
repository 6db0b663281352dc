"""What holds a post is named: before it is due in `preview` and `status`, and when it is due nothing goes out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify, OnStage

TODAY = datetime.now(UTC).date()


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def person(**fields: Any) -> dict[str, Any]:
    consent = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2024-01-01", "review": day(300)}
    return {
        "id": "anna",
        "name": {"en": "Anna Petrova"},
        "detentions": [{"start": "2024-01-01"}],
        "state": "detained",
        "reviewed": day(0),
        "consent": consent | fields.pop("consent", {}),
    } | fields


def fact(**fields: Any) -> dict[str, Any]:
    known = {"value": 7, "as_of": day(-60), "counted_by": {"en": "Watch"}, "source": "https://example.org/count"}
    return {"id": "many", **known, "expires": day(90)} | fields


def call(**fields: Any) -> dict[str, Any]:
    known = {"campaign": "free", "kind": "petition", "owner": "Desk", "url": {"en": "https://example.org/sign"}}
    return {"id": "sign", **known, "title": {"en": "Sign"}} | fields


HELD = {
    "a stale fact": ({"fact": fact(expires=day(-1))}, "many"),
    "a closed petition": ({"call": call(closes=soon(-60))}, "sign"),
    "a withdrawn consent": ({"person": person(consent={"withdrawn": day(-1)})}, "withdrawn"),
    "an unreviewed status": ({"person": person(reviewed=day(-40))}, "review"),
    "a state that silences": ({"person": person(state="release_reported")}, "anna is release reported"),
}


@pytest.mark.parametrize(("files_say", "why"), HELD.values(), ids=HELD)
def test_held_and_named(amplify: Amplify, on_stage: OnStage, files: Files, files_say: dict[str, Any], why: str) -> None:
    files.write("config/people.yaml", {"people": [files_say.get("person", person())]})
    files.write("config/facts.yaml", {"facts": [files_say.get("fact", fact())]})
    files.write("config/actions.yaml", {"actions": [files_say.get("call", call())]})
    said = f"{files.partners[0]} says that {{{{ fact.many.value }}}} are there: Anna Petrova too"
    files.post("held", said, people=["anna"], cta="sign")
    files.queue("held", at=soon(-30), platforms=["mastodon"])
    assert amplify("publish", "-w", files.root).code == 0
    assert len(on_stage.texts()) == 9  # the others went out
    assert not [text for text in on_stage.texts() if "Anna" in text]
    (row,) = (
        one for one in json.loads(amplify("status", "--json", "-w", files.root).out)["coming"] if one["post"] == "held"
    )
    assert why in row["why"]
    assert why in amplify("status", "-w", files.root).words
    (shown,) = json.loads(amplify("preview", "held", "--json", "-w", files.root).out)
    assert any(why in reason for reason in shown["why_not"])
    assert "would be held" in amplify("preview", "held", "-w", files.root).words


def test_what_is_good_goes_out(amplify: Amplify, on_stage: OnStage, files: Files) -> None:
    """The same post with nothing wrong: it is each fault that holds it."""
    files.write("config/people.yaml", {"people": [person()]})
    files.write("config/facts.yaml", {"facts": [fact()]})
    files.write("config/actions.yaml", {"actions": [call()]})
    said = f"{files.partners[0]} says that {{{{ fact.many.value }}}} are there: Anna Petrova too"
    files.post("held", said, people=["anna"], cta="sign")
    files.queue("held", at=soon(-30), platforms=["mastodon"])
    assert amplify("publish", "-w", files.root).code == 0
    assert any("Anna" in text for text in on_stage.texts())


def test_a_stop_is_seen_ahead_of_time(amplify: Amplify, busy: Files) -> None:
    """Also by those who did not type it, and before anything it holds is due."""
    assert amplify("queue", "-w", busy.root).code == 0
    assert amplify("stop", "--campaign", "free", "--reason", "a mistake in all", "-w", busy.root).code == 0
    status = json.loads(amplify("status", "--json", "-w", busy.root).out)
    assert [(one["kind"], one["subject"], one["why"]) for one in status["stops"]] == [
        ("campaign", "free", "a mistake in all")
    ]
    tomorrow = [one for one in status["coming"] if one["post"] == "tomorrow"]
    assert len(tomorrow) == 3
    assert all("a mistake in all" in one["why"] for one in tomorrow)
    assert "stopped: campaign free" in amplify("status", "-w", busy.root).words
    assert "would be held: stopped by" in amplify("preview", "tomorrow", "-w", busy.root).words


def test_an_approval_that_is_lacking_is_seen_ahead_of_time(amplify: Amplify, busy: Files) -> None:
    campaign = json.loads((busy.root / "config/campaigns/free.yaml").read_text("utf-8"))
    busy.write("config/campaigns/free.yaml", campaign | {"approvals": 1})
    words = amplify("preview", "tomorrow", "-w", busy.root).words
    assert "would be held: one person must approve it" in words
    assert amplify("queue", "-w", busy.root).code == 0
    assert "one person must approve it" in amplify("status", "-w", busy.root).words
    assert amplify("approve", "--all", "--yes", "-w", busy.root).code == 0
    assert "one person must approve it" not in amplify("status", "-w", busy.root).words
    assert "would be held" not in amplify("preview", "tomorrow", "-w", busy.root).words
