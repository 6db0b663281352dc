"""stop, resume, approve, history, forget, prune: as people run them, at 80 columns."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify, OnStage


class Office:
    """People at their desks, each under a name of their own."""

    def __init__(self, amplify: Amplify, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        self.amplify, self.files, self.monkeypatch = amplify, files, monkeypatch

    def run(self, actor: str, *words: str, code: int = 0) -> str:
        self.monkeypatch.setenv("AMPLIFY_ACTOR", actor)
        said = self.amplify(*words, "-w", self.files.root)
        assert said.code == code, said.words
        if "--json" not in words:
            whole = ("http", "NOTHING IS HELD")  # never broken
            lines = [line for line in said.out.splitlines() if not any(one in line for one in whole)]
            assert all(len(line) <= 80 for line in lines), said.out
        return said.out if "--json" in words else said.words

    def json(self, *words: str) -> Any:
        return json.loads(self.run("vera", *words, "--json"))


@pytest.fixture
def office(amplify: Amplify, files: Files, monkeypatch: pytest.MonkeyPatch) -> Office:
    """One post that speaks of a person, and one that needs two approvals."""
    day = datetime.now(UTC).date()
    people = {
        "id": "anna",
        "name": {"en": "Anna Petrova", "be": "Ганна Пятрова"},
        "aliases": ["Ганны Пятровай, Ганну Пятрову"],
        "detentions": [{"start": "2026-01-01"}],
        "state": "detained",
        "reviewed": day.isoformat(),
        "consent": {
            "given_by": "family",
            "channel": "letter",
            "scope": ["name", "portrait", "health", "family"],
            "given": "2026-01-02",
            "review": (day + timedelta(days=300)).isoformat(),
        },
    }
    files.write("config/people.yaml", {"people": [people]})
    files.post("about", "Free Anna Petrova", people=["anna"])
    files.queue("about", at=soon(3600))
    files.post("health", "She needs a doctor.\n---\nWrite to the minister.", risk={"sensitive": ["health"]})
    files.queue("health", at=soon(7200))
    files.we_are(files.partners[0], platforms=["mastodon"])
    here = Office(amplify, files, monkeypatch)
    here.run("vera", "queue")
    return here


class TestStop:
    def test_a_person_and_back_with_two_people(self, office: Office) -> None:
        said = office.run("vera", "stop", "--person", "anna", "--reason", "the family asked")
        assert "stopped: person anna held: 1 delivery" in said
        assert "about" in said
        assert "person anna since" in office.run("vera", "stop")
        (stop,) = office.json("stop")
        assert stop["words"] == ["Anna Petrova", "Ганна Пятрова", "Ганны Пятровай", "Ганну Пятрову"]
        said = office.run("vera", "resume", "--person", "anna", "--reason", "a mistake", code=3)
        assert "still stopped: a second person has to confirm it" in said
        assert "vera asks to resume: a mistake" in office.run("max", "stop")
        assert "a second person has to confirm" in office.run(
            "vera", "resume", "--person", "anna", "--reason", "a mistake", code=3
        )
        assert "resumed: person anna" in office.run("max", "resume", "--person", "anna", "--reason", "a mistake")
        assert "nothing is stopped" in office.run("max", "stop")

    def test_json(self, office: Office) -> None:
        told = office.json("stop", "--all", "--reason", "we look into something")
        assert told["stop"]["kind"] == "all"
        assert (told["seen_by_all_workers"], told["complete"], told["out"]) == (True, True, [])
        assert sorted(row["post"] for row in told["held"]) == ["about", "health"]
        told = json.loads(office.run("vera", "resume", "--all", "--reason", "done", "--json"))
        assert told == {
            "kind": "all",
            "subject": "",
            "resumed": True,
            "missed": 0,
            "in_time": 0,
            "approvals_voided": 0,
        }

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("--person", " "), "say which person"),
            (("anna", "--all"), "one thing at a time, not --all and words"),
            (("--person", "anna", "--all", "--reason", "x"), "one thing at a time, not --person and --all"),
            (("--reason", "x"), "say what to stop"),
            (("--campaign", "free", "--alias", "x", "--reason", "x"), "`--alias` goes with `--person`"),
        ],
    )
    def test_wrong_use(self, office: Office, words: tuple[str, ...], says: str) -> None:
        assert says in office.run("vera", "stop", *words, code=2)
        assert "nothing is stopped" in office.run("vera", "stop")

    def test_resume_wants_to_know_what_and_why(self, office: Office) -> None:
        assert "say what to resume" in office.run("vera", "resume", "--reason", "x", code=2)
        assert "wants a reason" in office.run("vera", "resume", "--all", code=2)
        assert "stopped: nothing is stopped" in office.run("vera", "resume", "--all", "--reason", "x", code=2)

    def test_a_misspelt_name_is_stopped_and_said(self, office: Office) -> None:
        said = office.run("vera", "stop", "--entry", "abuot", "--reason", "an error", code=3)
        assert said.startswith("NOTHING IS HELD: nobody and nothing goes by “abuot”; nearest: entry about")
        said = office.run("vera", "stop", "--person", "ana", "--reason", "released", code=3)
        assert said.startswith("NOTHING IS HELD: nobody and nothing goes by “ana”; nearest: person anna (")

    def test_it_works_while_the_files_are_broken(self, office: Office) -> None:
        for name in ("people", "queue", "workspace", "partners"):
            (office.files.root / "config" / f"{name}.yaml").write_text("[: broken")
        said = office.run("vera", "stop", "--person", "anna", "--alias", "Anna Petrova", "--reason", "released")
        assert "held: 1 delivery" in said

    def test_what_is_out_is_shown_with_its_address(
        self, amplify: Amplify, on_stage: OnStage, busy: Files, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert amplify("publish", "-w", busy.root).code == 0
        here = Office(amplify, busy, monkeypatch)
        said = here.run("vera", "stop", "--campaign", "free", "--reason", "an error")
        assert "already out, and not taken back by a stop: 9 deliveries" in said
        assert on_stage.stage.url in said
        assert "amplify takedown --campaign free" in said

    def test_nothing_of_it_is_published(self, amplify: Amplify, on_stage: OnStage, busy: Files) -> None:
        assert amplify("queue", "-w", busy.root).code == 0
        assert amplify("stop", "--platform", "x", "--reason", "it is down", "-w", busy.root).code == 0
        assert amplify("publish", "-w", busy.root).code == 0
        assert len(on_stage.texts()) == 6


class TestApprove:
    def test_two_people_by_name(self, office: Office) -> None:
        (waiting,) = office.json("approve")
        assert (waiting["post"], waiting["needed"], waiting["why"]) == ("health", 2, "it is sensitive: health")
        assert "nobody has approved it" in office.run("vera", "approve")
        said = office.run("vera", "approve", waiting["id"][:8])
        assert "approved: 1" in said
        assert "two people must approve it (approved by vera)" in said
        assert "another person has to be the second" in office.run("vera", "approve", waiting["id"], code=3)
        assert "Desk wrote health" in office.run("Desk", "approve", waiting["id"], code=3)
        assert "approved: 1" in office.run("max", "approve", waiting["approve"])
        assert "nothing waits for approval" in office.run("max", "approve")
        acts = [deed["act"] for deed in office.json("history")]
        assert acts == ["approve", "approve"]

    def test_an_edit_voids_it_and_says_what_changed(self, office: Office) -> None:
        office.run("vera", "approve", "--all", "--yes")
        office.run("max", "approve", "--all", "--yes")
        office.files.post(
            "health", "She needs two doctors.\n---\nWrite to the minister.", risk={"sensitive": ["health"]}
        )
        office.run("max", "queue")
        (waiting,) = office.json("approve")
        assert waiting["changed"] == ["- She needs a doctor.", "+ She needs two doctors."]
        assert waiting["changed_since"] == "max"
        assert "it was changed since max saw it" in waiting["lacking"]

    def test_what_was_seen_must_still_stand(self, office: Office) -> None:
        (waiting,) = office.json("approve")
        office.files.post("health", "Other words\n---\nand more", risk={"sensitive": ["health"]})
        office.run("vera", "queue")
        assert "was changed since it was shown" in office.run("vera", "approve", waiting["approve"], code=3)

    def test_rejected(self, office: Office) -> None:
        (waiting,) = office.json("approve")
        assert "rejected: 1" in office.run("vera", "approve", waiting["id"], "--reject", "say less")
        assert office.json("approve") == []
        (again,) = office.json("approve", "--rejected")
        assert again["lacking"] == "rejected by vera: say less"

    def test_wrong_use(self, office: Office) -> None:
        assert "nothing that waits for approval begins" in office.run("vera", "approve", "0000", code=2)
        assert "goes with the ids" in office.run("vera", "approve", "--reject", "no", code=2)
        assert "Nobody is here to be asked" in office.run("vera", "approve", "--all", code=3)

    def test_the_card_and_the_keys(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        from amplify.cli import approve as command
        from amplify.cli.open_context import open_context
        from amplify.decisions.approve import to_review

        office.files.post("second", "Another text", risk={"sensitive": ["family"]})
        office.files.queue("second", at=soon(9000))
        office.run("vera", "queue")
        app = open_context(office.files.root)
        keys = iter("?sar")
        monkeypatch.setattr(command, "_key", lambda: next(keys))
        monkeypatch.setattr("typer.prompt", lambda *_, **__: "say less")
        monkeypatch.setenv("AMPLIFY_ACTOR", "vera")
        capfd.readouterr()
        assert command._review(app, to_review(app)) == 0
        out = capfd.readouterr().out
        assert all(len(line) <= 80 for line in out.splitlines())
        for shown in (
            "She needs a doctor.",
            "part 2 of 2",
            "needs two approvals: it is sensitive: health",
            "written by Desk",
        ):
            assert shown in out
        assert "1 approved, 1 skipped" in out
        keys = iter("rq")
        assert command._review(app, to_review(app)) == 0
        assert "1 rejected" in capfd.readouterr().out
        assert [one.rejected for one in to_review(app, rejected=True)] in ([True, False], [False, True])
        app.close()


class TestHistory:
    def test_what_people_did(self, office: Office) -> None:
        assert "nobody has done anything yet" in office.run("vera", "history")
        office.run("vera", "stop", "--person", "anna", "--reason", "the family asked")
        office.run("max", "stop", "--campaign", "free", "--reason", "an error")
        said = office.run("vera", "history")
        assert said.index("max: stop campaign free") < said.index("vera: stop person anna")
        assert "the family asked" in said
        assert len(office.json("history", "--subject", "person:anna")) == 1
        assert len(office.json("history", "--act", "resume")) == 0
        assert len(office.json("history", "--most", "1")) == 1

    def test_verified_against_a_noted_head(self, office: Office) -> None:
        office.run("vera", "stop", "--person", "anna", "--reason", "the family asked")
        assert "1 deed, every link holds" in office.run("vera", "history", "--verify")
        head = office.json("history", "--verify")["head"]
        assert head.startswith("1:")
        assert "every link holds" in office.run("vera", "history", "--expect", head)
        self._touch(office.files.root, "UPDATE deed SET actor = 'max'")
        assert "deed 1 was changed" in office.run("vera", "history", "--verify", code=3)
        self._touch(office.files.root, "DELETE FROM deed")
        assert "every link holds" in office.run("vera", "history", "--verify")
        assert "cut off or replaced" in office.run("vera", "history", "--expect", head, code=3)

    def _touch(self, root: Path, sql: str) -> None:
        import sqlite3

        with sqlite3.connect(root / ".amplify" / "ledger.sqlite") as file:
            file.execute(sql)


class TestErasing:
    def test_forget(self, office: Office) -> None:
        office.run("vera", "stop", "--person", "anna", "--reason", "Anna Petrova was released")
        assert "1 deliveries that name anna are still to come" in office.run("vera", "forget", "anna", code=3)
        office.files.unqueue("about")
        office.run("vera", "queue")
        assert "Nobody is here to be asked" in office.run("vera", "forget", "anna", code=3)
        said = office.run("vera", "forget", "anna", "--yes")
        assert "1 settled deliveries, 1 acts in the history" in said
        assert "a stop is in force: it stays" in said
        assert "(erased)" in office.run("vera", "history")
        assert "nothing in the ledger names anna" in office.run("vera", "forget", "anna")
        assert "no spelling of nobody is known" in office.run("vera", "forget", "nobody")

    def test_prune(self, office: Office) -> None:
        assert "nothing from before" in office.run("vera", "prune", "--older-than", "2y")
        assert "is no age: write 2y, 6m, 8w or 90d" in office.run("vera", "prune", "--older-than", "soon", code=2)


def test_who_approves_sees_what_holds_it_all_the_same(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    from amplify.cli.approve import review_card
    from amplify.cli.open_context import open_context
    from amplify.cli.output import console
    from amplify.decisions.approve import to_review

    (one,) = office.json("approve")
    assert one["held"] is None
    office.run("vera", "stop", "--post", "health", "--reason", "a rumour")
    (one,) = office.json("approve")
    assert "a rumour" in one["held"]
    assert "held all the same: " in office.run("vera", "approve")
    app = open_context(office.files.root)
    capfd.readouterr()
    console().print(review_card(to_review(app)[0], 1, 1, "UTC"))
    app.close()
    assert "held all the same: " in capfd.readouterr().out
    office.run("vera", "resume", "--post", "health", "--reason", "it was none")
    office.files.write("config/people.yaml", {"people": []})
    assert office.json("approve")[0]["held"] is None
