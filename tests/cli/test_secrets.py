"""Nothing that is printed or kept holds a secret: searched for in every byte, with planted ones."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from engine.files import PLATFORMS, Files

from amplify.platforms import registry
from cli.conftest import Amplify, OnStage, apart

CANARY = "Canary-of-{}-9f3d71c2"
COMMANDS = (
    ["check"],
    ["plan", "--json"],
    ["preview"],
    ["preview", "--json"],
    ["publish"],
    ["publish", "--json"],
    ["measure", "--all"],
    ["status"],
    ["status", "--json"],
    ["report"],
    ["report", "--json"],
    ["report", "--out", "report"],
    ["people"],
    ["people", "--json"],
    ["facts", "--all", "--json"],
    ["stop", "--hashtag", "none", "--reason", "a test", "--json"],
    ["resume", "--hashtag", "none", "--reason", "a test", "--json"],
    ["stop", "--json"],
    ["approve", "--json"],
    ["takedown", "--entry", "due0", "--reason", "a test", "--yes", "--json"],
    ["history"],
    ["history", "--json"],
    ["history", "--verify", "--json"],
    ["export", "--json"],
    ["preview", "--out", "preview.html"],
    ["doctor", "--json"],
    ["backup", "kept.tar"],
)


def found(folder: Path, secrets: list[str]) -> list[str]:
    """Files below `folder` that hold one of the secrets; sessions are for that, and only their owner reads them."""
    hits = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if "sessions" in path.relative_to(folder).parts:
            assert path.stat().st_mode & 0o077 == 0, f"others can read {path}"
            continue
        data = path.read_bytes()
        hits += [f"{path}: {secret}" for secret in secrets if secret.encode() in data]
    return hits


def test_wrong_credentials_are_never_repeated(
    amplify: Amplify, busy: Files, on_stage: OnStage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All three platforms refuse them, each in its own words."""
    canaries = []
    for platform in PLATFORMS:
        for field in registry.profile(platform).secrets:
            canary = CANARY.format(f"{platform}-{field}")
            canaries.append(canary)
            monkeypatch.setenv(f"AMPLIFY_{on_stage.partner}_{platform}_{field}".upper(), canary)
    said = [amplify(*words, "-w", busy.root) for words in COMMANDS]
    assert {one.code for one in said} <= {0, 1, 3}, [one.words for one in said if one.code == 2]
    assert amplify("publish", "-w", busy.root).code == 3
    assert on_stage.texts() == []
    printed = "".join(one.out + one.err for one in said)
    assert "paused" in printed
    assert not [canary for canary in canaries if canary in printed]
    assert found(tmp_path, canaries) == []


def test_right_credentials_are_never_repeated(amplify: Amplify, busy: Files, on_stage: OnStage, tmp_path: Path) -> None:
    control = on_stage.stage.control
    control.fail("500", platform="x", path="/2/tweets", method="POST")
    control.fail("refuse", platform="mastodon", path="/api/v1/statuses", method="POST")
    control.fail("429", platform="bluesky", path="putRecord", retry_after=1)
    said = [amplify(*words, "-w", busy.root) for words in COMMANDS]
    control.clear_failures()
    printed = "".join(one.out + one.err for one in said)
    secrets = list(on_stage.environment.values())
    assert len(secrets) >= 6
    # A name is no secret: Bluesky's identifier is the handle itself.
    secrets = [value for value in secrets if on_stage.partner not in value]
    assert on_stage.texts()
    assert not [secret for secret in secrets if secret in printed]
    assert found(tmp_path, secrets) == []
    assert (busy.root / ".amplify" / "ledger.sqlite").exists()


def test_an_unexpected_end_tells_the_places_and_nothing_else(
    amplify: Amplify, busy: Files, on_stage: OnStage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    canary = CANARY.format("exception")

    def broken(*_: object) -> None:
        raise LookupError(canary)

    monkeypatch.setattr("amplify.planning.queue.plan_deliveries", broken)
    said = amplify("queue", "-w", busy.root, expected=False)
    assert said.code == 1
    assert "did not expect" in said.words
    assert canary not in said.words
    (kept,) = tmp_path.glob("amplify-crash-*.txt")
    assert "LookupError" in kept.read_text()
    assert "queue.py" in kept.read_text()
    assert found(tmp_path, [canary]) == []


@pytest.mark.parametrize("form", ["json", "text,debug"])
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
def test_the_daemon_and_its_log_keep_them_too(busy: Files, on_stage: OnStage, form: str, right: bool) -> None:
    """Wrong ones, which platforms like to quote, and right ones."""
    given = on_stage.environment
    secrets = given if right else {name: CANARY.format(name) for name in given}
    said = apart("run", "--drain", "-w", busy.root, environment=secrets | {"AMPLIFY_LOG": form})
    assert said.code == (0 if right else 3), said.words
    assert "pass_ended" in said.err
    hidden = [value for value in secrets.values() if not right or on_stage.partner not in value]
    assert len(hidden) >= 6
    assert not [secret for secret in hidden if secret in said.words]
    assert found(busy.root, hidden) == []


def test_the_backup_holds_none(amplify: Amplify, busy: Files, on_stage: OnStage, tmp_path: Path) -> None:
    assert amplify("publish", "-w", busy.root).code == 0
    assert amplify("backup", "kept.tar", "-w", busy.root).code == 0
    with tarfile.open(tmp_path / "kept.tar") as tar:
        tar.extractall(tmp_path / "kept", filter="data")
    names = {path.name for path in (tmp_path / "kept").rglob("*")}
    assert "sessions" not in names
    assert any("ledger" in name for name in names)
    assert found(tmp_path / "kept", [one for one in on_stage.environment.values() if on_stage.partner not in one]) == []
