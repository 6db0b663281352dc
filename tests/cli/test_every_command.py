"""What holds for every command: help, exit codes, JSON for programs, sentences for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine.files import Files, soon

from amplify.cli.main import COMMANDS
from cli.conftest import Amplify, OnStage, ended, spawn


def test_help_of_all(amplify: Amplify) -> None:
    said = amplify("--help")
    assert said.code == 0
    for command in COMMANDS:
        assert f" {command} " in said.out
    assert "0 fine, 1 problems found, 2 wrong use, 3 something needs a person" in said.words


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each(amplify: Amplify, command: str) -> None:
    said = amplify(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert f"Usage: amplify {command}" in said.out
    assert len(said.out.splitlines()) > 4


def test_no_command_at_all_shows_the_help(amplify: Amplify) -> None:
    said = amplify()
    assert said.code == 2
    assert "publish" in said.words
    assert not said.err.startswith("amplify: ")
    assert "See `amplify" not in said.words


def test_advice_names_a_command_that_exists(amplify: Amplify) -> None:
    assert "See `amplify --help`" in amplify("bogus").words
    assert "See `amplify publish --help`" in amplify("publish", "--bogus").words


class TestReads:
    """Every read has `--json`: valid, and nothing else on standard output."""

    READS = (["check"], ["plan"], ["plan", "--everyone"], ["status"], ["report"], ["preview"], ["export"], ["schema"])

    @pytest.mark.parametrize("words", READS, ids=" ".join)
    def test_before_anything_was_queued(self, amplify: Amplify, busy: Files, words: list[str]) -> None:
        self._reads(amplify, busy, words)

    @pytest.mark.parametrize("words", READS, ids=" ".join)
    def test_after_publishing(self, amplify: Amplify, busy: Files, on_stage: OnStage, words: list[str]) -> None:
        assert amplify("publish", "-w", busy.root).code == 0
        self._reads(amplify, busy, words)

    def _reads(self, amplify: Amplify, files: Files, words: list[str]) -> None:
        given = [*words, "-w", files.root]
        said = amplify(*given, *(["--json"] if words != ["schema"] else []))
        assert (said.code, said.err) == (0, "")
        assert isinstance(json.loads(said.out), dict | list)
        assert amplify(*given).code == 0

    def test_writes_have_it_too(self, amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
        where = ("-w", busy.root, "--json")
        assert len(json.loads(amplify("queue", *where).out)["changes"]) == 12
        assert json.loads(amplify("queue", *where).out) == {"changes": []}
        done = json.loads(amplify("publish", *where).out)
        assert done["outcomes"] == {"sent": 9}
        assert json.loads(amplify("measure", "--all", *where).out)["readings"] == 9

    def test_an_empty_workspace(self, amplify: Amplify, files: Files) -> None:
        for words in (["check"], ["plan"], ["status"], ["report"], ["preview"], ["queue"], ["publish"], ["measure"]):
            assert amplify(*words, "-w", files.root).code == 0, words
            assert amplify(*words, "-w", files.root, "--json").code == 0, words

    def test_without_accounts_as_in_a_pull_request(self, amplify: Amplify, busy: Files) -> None:
        (busy.root / "config" / "accounts.yaml").unlink()
        for words in (["check"], ["plan"], ["preview"]):
            assert amplify(*words, "-w", busy.root).code == 0, words
        assert "due0" in amplify("plan", "-w", busy.root).out


class TestExitCodes:
    def test_fine(self, amplify: Amplify, busy: Files) -> None:
        assert amplify("check", "-w", busy.root).code == 0

    @pytest.mark.parametrize("command", ["check", "plan", "queue", "publish", "preview"])
    def test_problems_found(self, amplify: Amplify, busy: Files, command: str) -> None:
        (busy.root / "config" / "people.yaml").write_text("people:\n\t- id: anna\n")
        said = amplify(command, "-w", busy.root)
        assert said.code == 1
        assert "config/people.yaml:2:" in said.words

    def test_problems_of_texts(self, amplify: Amplify, busy: Files) -> None:
        busy.post("due1", "Far too long " * 90)
        for command in ("check", "plan", "queue"):
            said = amplify(command, "-w", busy.root)
            assert (said.code, "TXT-LONG" in said.words) == (1, True), command
        said = amplify("status", "-w", busy.root)  # it needs a person, and says why before anything else
        assert (said.code, "not written down, everything else goes on" in said.words) == (3, True)
        assert "TXT-LONG" in said.err.splitlines()[0]
        assert json.loads(amplify("status", "--json", "-w", busy.root).out)["file_errors"]["unwritten"] == 3
        said = amplify("publish", "-w", busy.root)
        assert (said.code, "TXT-LONG" in said.words) == (1, True)
        busy.post("due1", "Short enough")
        assert amplify("queue", "-w", busy.root).code == 0
        assert json.loads(amplify("status", "--json", "-w", busy.root).out)["file_errors"]["errors"] == 0

    def test_a_time_that_is_past(self, amplify: Amplify, busy: Files) -> None:
        said = amplify("add", "due0", "--when", "2020-05-21T10:00+02:00", "-w", busy.root)
        assert (said.code, "this time is past" in said.words) == (2, True)
        sheet = busy.root / "old.csv"
        sheet.write_text("posts;when\ndue0;2020-05-21T10:00+02:00\n")
        said = amplify("import", sheet, "-w", busy.root)
        assert (said.code, "QUEUE-PAST" in said.words) == (1, True)
        busy.queue("old", "due0", at="2020-05-21T10:00:00Z")
        said = amplify("check", "-w", busy.root)
        assert "QUEUE-PAST" in said.words

    def test_warnings_alone_are_fine_unless_asked_to_be_strict(self, amplify: Amplify, files: Files) -> None:
        files.post("mixed", "Свaбода")  # one Latin letter
        files.queue("mixed", at=soon(600), platforms=["x"])
        assert amplify("check", "-w", files.root).code == 0
        assert amplify("check", "--strict", "-w", files.root).code == 1

    @pytest.mark.parametrize(
        "words",
        [
            ["bogus"],
            ["publish", "--bogus"],
            ["publish", "--workers", "0"],
            ["publish", "--workers", "many"],
            ["publish", "stray"],
            ["plan", "--days", "0"],
            ["plan", "--from", "31-12-2027"],
            ["plan", "--from", "2027-02-30"],
            ["rehearse", "--from", "tomorrow"],
            ["rehearse", "--from", "2027-05-17", "--to", "2027-05-16"],
            ["rehearse", "--partner", "nobody"],
            ["report", "--from", "2027-13-01"],
            ["report", "--from", "2027-05-17", "--to", "2027-05-01"],
            ["report", "--format", "pdf"],
            ["report", "--json", "--format", "csv"],
            ["settle", "abc"],
            ["settle", "abc", "--not-sent"],
            ["settle", "abc", "--not-sent", "--sent", "https://x.example/1"],
            ["settle"],
            ["add", "due0"],
            ["add", "due0", "--when", "whenever"],
            ["add", "no-such-post", "--when", "2027-05-21T10:00+02:00"],
            ["schema", "bogus"],
        ],
        ids=" ".join,
    )
    def test_wrong_use(self, amplify: Amplify, busy: Files, words: list[str]) -> None:
        where = [] if words[0] in ("bogus", "schema") else ["-w", busy.root]
        said = amplify(*words, *where)
        assert said.code == 2, said.words
        assert said.out == ""
        assert said.err.startswith("amplify: ")
        assert len(said.words) > 20

    @pytest.mark.parametrize("command", [name for name in COMMANDS if name not in ("init", "schema")])
    def test_no_workspace(self, amplify: Amplify, tmp_path: Path, command: str) -> None:
        arguments = {
            "add": ["one", "--when", "2027-05-21T10:00+02:00"],
            "import": ["queue.csv"],
            "backup": ["kept.tar"],
            "restore": ["kept.tar"],
            "settle": ["a", "--not-sent"],
            "text": ["--post", "one"],
            "takedown": ["--entry", "a", "--reason", "an error"],
            "resume": ["--all", "--reason", "mended"],
            "forget": ["anna"],
            "prune": ["--older-than", "2y"],
            "toolkit": ["build", "--out", "page"],
        }
        for folder in (tmp_path / "nowhere", tmp_path):
            said = amplify(command, *arguments.get(command, []), "-w", folder)
            assert said.code == 2, said.words
            assert "amplify init" in said.words
        said = amplify(command, *arguments.get(command, []))  # where we stand there is none either
        assert said.code == 2
        assert not (tmp_path / ".amplify").exists()

    def test_a_person_is_needed(self, amplify: Amplify, busy: Files) -> None:
        said = amplify("publish", "-w", busy.root)
        assert said.code == 3
        partner = busy.partners[0].upper()
        for variable in (f"AMPLIFY_{partner}_X_API_KEY", f"AMPLIFY_{partner}_BLUESKY_", f"AMPLIFY_{partner}_MASTODON_"):
            assert variable in said.words
        assert amplify("status", "-w", busy.root).code == 3

    def test_many_cancellations_need_a_person(self, amplify: Amplify, files: Files) -> None:
        for number in range(12):
            files.post(f"p{number}", f"{files.partners[0]} says {number}")
            files.queue(f"p{number}", at=soon(3600 * (number + 1)), platforms=["x"])
        assert amplify("queue", "-w", files.root).code == 0
        for number in range(11):
            files.unqueue(f"p{number}")
        for command in ("queue", "publish"):
            said = amplify(command, "-w", files.root)
            assert (said.code, "--yes" in said.words) == (3, True)
        assert amplify("queue", "--yes", "-w", files.root).code == 0
        assert json.loads(amplify("status", "-w", files.root, "--json").out)["counts"] == {
            "cancelled": 11,
            "waiting": 1,
        }

    def test_in_a_process_of_its_own(self, busy: Files) -> None:
        running = [
            spawn("check", "-w", busy.root),
            spawn("check", "-w", busy.root / "posts"),
            spawn("publish", "-w", busy.root),
        ]
        said = [ended(one) for one in running]
        assert [one.code for one in said] == [0, 2, 3]
        assert not any("Traceback" in one.words for one in said)


class TestMissingCredentials:
    def test_the_others_go_on(
        self, amplify: Amplify, busy: Files, on_stage: OnStage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        missing = f"AMPLIFY_{on_stage.partner}_X_ACCESS_TOKEN".upper()
        monkeypatch.delenv(missing)
        said = amplify("publish", "-w", busy.root)
        assert said.code == 3
        assert missing in said.words
        assert said.out.count("sent") == 6
        monkeypatch.setenv(missing, on_stage.environment[missing])
        said = amplify("publish", "-w", busy.root)  # mended: no further command is needed
        assert said.code == 0
        assert said.out.count("sent") == 3
        assert len(on_stage.texts()) == 9

    def test_an_account_that_is_not_live_speaks_to_nobody_beyond_this_machine(
        self,
        amplify: Amplify,
        busy: Files,
        on_stage: OnStage,
        attempts_beyond_loopback: list[str],
    ) -> None:
        busy.we_are(on_stage.partner, server="https://social.example")
        said = amplify("publish", "-w", busy.root)
        assert said.code == 3
        assert said.words.count("rehearsal-only") >= 3
        assert attempts_beyond_loopback == []

    def test_a_pass_with_nothing_to_do_says_nothing(self, amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
        assert amplify("publish", "-w", busy.root).out.count("sent") == 9
        said = amplify("publish", "-w", busy.root)
        assert (said.code, said.out, said.err) == (0, "", "")  # so that cron sends no mail
        assert len(on_stage.texts()) == 9
