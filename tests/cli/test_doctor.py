"""doctor: names what is wrong and how to mend it, changes nothing, shows no secret."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from engine.files import Files

from cli.conftest import Amplify, OnStage


def found(amplify: Amplify, files: Files, *words: str, code: int | None = None) -> dict[str, list[tuple[str, str]]]:
    said = amplify("doctor", "-w", files.root, "--json", *words)
    assert said.err == ""
    assert code in (None, said.code)
    told: dict[str, list[tuple[str, str]]] = {}
    for one in json.loads(said.out):
        assert (one["mend"] is None) == (one["verdict"] == "fine")
        told.setdefault(one["about"], []).append((one["verdict"], f"{one['says']} {one['mend'] or ''}"))
    return told


def ago(files: Files, name: str, age: timedelta) -> None:
    moment = (datetime.now(UTC) - age).timestamp()
    path = files.root / ".amplify" / name
    path.touch()
    os.utime(path, (moment, moment))


def test_a_new_workspace(amplify: Amplify, files: Files) -> None:
    told = found(amplify, files, code=3)
    assert told["ledger"] == [("look", "there is none yet `amplify queue` makes it")]
    name = f"{files.partners[0]}/x"
    assert told[name][0][0] == "mend"
    assert "AMPLIFY_" in told[name][0][1]
    assert not (files.root / ".amplify").exists()


def test_all_is_well(amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
    assert amplify("publish", "-w", busy.root).code == 0
    assert amplify("backup", busy.root / "kept.tar", "-w", busy.root).code == 0
    told = found(amplify, busy, "--online", code=0)
    assert not [one for answers in told.values() for one in answers if one[0] == "mend"]
    assert told["passes"][0][0] == "fine"
    assert told["backup"][0][0] == "fine"
    assert told["ledger"][0] == ("fine", told["ledger"][0][1])
    mine = told[f"{on_stage.partner}/bluesky"]
    assert [verdict for verdict, _ in mine] == ["look", "fine"]
    assert "rehearsals only" in mine[0][1]
    assert "knows it as" in mine[1][1]
    said = amplify("doctor", "-w", busy.root, "--online")
    assert "nothing to mend" in said.words
    assert max(map(len, said.out.splitlines())) <= 80
    for secret in on_stage.environment.values():
        assert secret not in said.out


def test_a_forgotten_cron_line_and_an_old_backup(amplify: Amplify, busy: Files) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    told = found(amplify, busy)
    assert told["passes"][0][0] == told["backup"][0][0] == "look"
    ago(busy, "last-pass", timedelta(hours=3))
    ago(busy, "last-backup", timedelta(days=9))
    told = found(amplify, busy, code=3)
    assert (told["passes"][0][0], "3 hours" in told["passes"][0][1]) == ("mend", True)
    assert (told["backup"][0][0], "9 days" in told["backup"][0][1]) == ("look", True)


def test_a_secret_in_the_files_is_named_and_not_shown(amplify: Amplify, files: Files) -> None:
    path = files.root / "config" / "accounts.yaml"
    text = path.read_text().replace('"caps"', '"app_password": "hush-hush-hush",\n "caps"', 1)
    path.write_text(text)
    said = amplify("doctor", "-w", files.root)
    assert said.code == 3
    assert "config/accounts.yaml seems to hold a secret (app_password)" in said.words
    assert "hush" not in said.out


def test_files_that_others_can_read(
    amplify: Amplify, files: Files, monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]
) -> None:
    secrets = files.root.parent / "credentials.yaml"
    secrets.write_text("{}\n")
    secrets.chmod(0o644)
    monkeypatch.setenv("AMPLIFY_CREDENTIALS", str(secrets))
    sessions = files.root / ".amplify" / "sessions"
    sessions.mkdir(parents=True)
    sessions.chmod(0o755)
    (sessions / "one.session").write_text("{}")
    (sessions / "one.session").chmod(0o640)
    told = found(amplify, files, code=3)
    assert "chmod 600" in told["credentials file"][0][1]
    assert [verdict for verdict, _ in told["sessions"]] == ["mend", "mend"]
    for path, mode in ((secrets, 0o600), (sessions, 0o700), (sessions / "one.session", 0o600)):
        path.chmod(mode)
    told = found(amplify, files)
    assert told["credentials file"][0][0] == told["sessions"][0][0] == "fine"


def test_files_with_mistakes_and_a_ledger_that_is_none(amplify: Amplify, busy: Files) -> None:
    (busy.root / "config" / "people.yaml").write_text("people: [")
    home = busy.root / ".amplify"
    home.mkdir()
    (home / "ledger.sqlite").write_bytes(b"nothing of the kind" * 500)
    told = found(amplify, busy, code=3)
    assert "amplify check" in told["files"][0][1]
    assert (told["ledger"][0][0], "cannot be opened" in told["ledger"][0][1]) == ("mend", True)


def test_what_waits_for_a_person(amplify: Amplify, busy: Files) -> None:
    assert amplify("publish", "-w", busy.root).code == 3  # nobody's credentials are here
    told = found(amplify, busy, code=3)
    assert any("paused" in says for _, says in told[f"{busy.partners[0]}/x"])


def test_time_is_the_databases_on_postgres(
    amplify: Amplify, busy: Files, migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", migrated_postgres)
    told = found(amplify, busy)
    assert told["clock"][0][0] == "fine"
    assert "PostgreSQL" in told["ledger"][0][1]
    assert "backup" not in told
