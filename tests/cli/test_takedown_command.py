"""amplify takedown: shows first, asks, deletes on every platform, and says what it could not delete."""

from __future__ import annotations

import json

import pytest
from engine.files import Files

from cli.conftest import Amplify, OnStage


@pytest.fixture
def out(amplify: Amplify, busy: Files, on_stage: OnStage) -> Files:
    """Three posts on three platforms."""
    assert amplify("publish", "-w", busy.root).code == 0
    return busy


def standing(there: OnStage) -> int:
    handles = set(there.texts())
    return sum(1 for one in there.stage.control.posts() if one["text"] in handles and not one["deleted"])


def test_it_shows_what_it_would_delete_and_deletes_nothing_unasked(
    amplify: Amplify, out: Files, on_stage: OnStage
) -> None:
    said = amplify("takedown", "--entry", "due1", "--reason", "consent withdrawn", "-w", out.root)
    assert said.code == 2
    assert "nobody is there to ask: look at the list, then add `--yes`" in said.words
    assert said.out.count("due1") == 3
    assert said.out.count("http") == 3
    listed = json.loads(amplify("takedown", "--entry", "due1", "--reason", "x", "--json", "-w", out.root).out)
    assert [one["state"] for one in listed] == ["sent"] * 3
    assert standing(on_stage) == 9


def test_it_deletes_on_every_platform_and_later_passes_do_not_bring_it_back(
    amplify: Amplify, out: Files, on_stage: OnStage
) -> None:
    said = amplify("takedown", "--entry", "due1", "--reason", "consent withdrawn", "--yes", "-w", out.root)
    assert (said.code, said.err) == (0, "")
    assert "3 deleted" in said.words
    assert standing(on_stage) == 6
    assert amplify("publish", "-w", out.root).code == 0
    assert standing(on_stage) == 6
    again = amplify("takedown", "--entry", "due1", "--reason", "consent withdrawn", "--yes", "-w", out.root)
    assert "nothing of that is out" in again.words


def test_what_cannot_be_deleted_now_is_deleted_by_a_later_pass(amplify: Amplify, out: Files, on_stage: OnStage) -> None:
    on_stage.stage.control.fail("logged_out", platform="mastodon", count=20)
    given = ("takedown", "--entry", "due1", "--reason", "consent withdrawn", "--yes", "--json", "-w", out.root)
    said = amplify(*given)
    assert said.code == 3
    states = sorted(one["state"] for one in json.loads(said.out))
    assert states == ["removed", "removed", "removing"]
    status = amplify("status", "-w", out.root)
    assert status.code == 3
    assert "is paused" in status.words
    on_stage.stage.control.clear_failures()
    assert standing(on_stage) == 7


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--reason", "x"], "say what to take down"),
        (["--entry", "due1", "--reason", " "], "needs a reason"),
        (["--entry", "due1"], "--reason"),
    ],
)
def test_it_must_be_clear_what_and_why(amplify: Amplify, busy: Files, words: list[str], told: str) -> None:
    said = amplify("takedown", *words, "-w", busy.root)
    assert said.code == 2
    assert told in said.words


def test_nothing_is_out(amplify: Amplify, busy: Files) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    said = amplify("takedown", "--person", "nobody", "--reason", "x", "-w", busy.root)
    assert (said.code, said.out.strip()) == (3, "nothing of that is out")
    assert "nobody and nothing goes by “nobody”" in said.err
    said = amplify("takedown", "--entry", "due1", "--reason", "x", "-w", busy.root)
    assert (said.code, said.words.strip()) == (0, "nothing of that is out")
