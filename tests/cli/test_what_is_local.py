"""A partner who can push reaches neither our ledger, nor our accounts, nor a password."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from engine.files import PLATFORMS, Files, soon

from amplify.cli.open_context import open_context
from amplify.ledger.database import Ledger
from amplify.model.errors import LoggedOut, NeedsPerson, TryLater
from cli.conftest import Amplify, OnStage, ended, spawn

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

ALL = (
    ["publish"],
    ["queue"],
    ["run", "--drain"],
    ["status"],
    ["plan"],
    ["measure"],
    ["approve"],
    ["resume", "--all", "--reason", "x"],
    ["takedown", "--entry", "due0", "--reason", "x", "--yes"],
    ["people"],
    ["history"],
    ["confirm", "--yes"],
    ["check"],
    ["doctor"],
)


def git(folder: Path, *words: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = ["-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *words], capture_output=True, env=kept, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Shared:
    """Our clone of a campaign's repository, and a partner's, who can push."""

    def __init__(self, ours: Path, folder: Path) -> None:
        self.ours, self.partner = ours, folder / "partner"
        (ours / ".gitignore").write_text(".amplify/\nconfig/accounts.yaml\n")
        git(folder, "init", "--bare", "server")
        git(ours, "init")
        git(ours, "add", ".")
        git(ours, "commit", "-m", "first")
        git(ours, "branch", "-M", "main")
        git(ours, "remote", "add", "origin", str(folder / "server"))
        git(ours, "push", "-u", "origin", "main")
        git(folder, "clone", str(folder / "server"), "partner")

    def push(self, message: str = "harmless") -> None:
        git(self.partner, "add", "-f", "-A", ".")
        git(self.partner, "commit", "-m", message)
        git(self.partner, "push", "origin", "HEAD:main")

    def pull(self) -> None:
        git(self.ours, "pull", "--ff-only", "origin", "main")


class Listener(BaseHTTPRequestHandler):
    """Somebody else's server: keeps everything that it is told."""

    heard: list[bytes]

    def _hear(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.heard.append(f"{self.requestline}\n{self.headers}".encode() + body)
        self.send_response(200)
        self.end_headers()

    do_GET = do_POST = do_PUT = do_DELETE = _hear

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def foreign() -> Iterator[tuple[str, list[bytes]]]:
    heard: list[bytes] = []
    handler = type("Hearing", (Listener,), {"heard": heard})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


@pytest.fixture
def shared(busy: Files, on_stage: OnStage, tmp_path: Path) -> Shared:
    return Shared(busy.root, tmp_path)


def accounts_of(files: Files, partner: str, server: str, to: Path) -> None:
    """Write a local file with another server, as a partner would."""
    elsewhere = Files.__new__(Files)
    elsewhere.root = to
    elsewhere.we_are(partner, server=server)


class TestTracked:
    def test_accounts_with_another_server(
        self, amplify: Amplify, busy: Files, on_stage: OnStage, shared: Shared, foreign: tuple[str, list[bytes]]
    ) -> None:
        assert amplify("queue", "-w", busy.root).code == 0
        accounts_of(busy, on_stage.partner, foreign[0], shared.partner)
        shared.push()
        shared.pull()
        assert foreign[0] in (busy.root / "config/accounts.yaml").read_text()  # git did not say a word
        for words in ALL:
            said = amplify(*words, "-w", busy.root)
            assert said.code == (1 if words == ["check"] else 3), said.words
            assert "config/accounts.yaml" in said.words
            assert "git rm" in said.words
        assert foreign[1] == []
        assert on_stage.texts() == []

    def test_what_is_left_behind_asks_again(
        self, amplify: Amplify, busy: Files, on_stage: OnStage, shared: Shared, foreign: tuple[str, list[bytes]]
    ) -> None:
        """Mended as the sentence says, the foreign file still lies there, and now nobody tracks it."""
        assert amplify("publish", "-w", busy.root).code == 0
        assert len(on_stage.texts()) == 9
        busy.post("more", "One more")
        busy.queue("more", at=soon(-30))
        accounts_of(busy, on_stage.partner, foreign[0], shared.partner)
        shared.push()
        git(busy.root, "stash")
        shared.pull()
        git(busy.root, "rm", "-r", "--cached", "config/accounts.yaml")
        for words in (
            ["publish"],
            ["check", "--online"],
            ["measure"],
            ["takedown", "--entry", "due0", "--reason", "x", "--yes"],
        ):
            amplify(*words, "-w", busy.root)
        said = amplify("doctor", "-w", busy.root)
        assert said.code == 3
        assert "amplify confirm" in said.words
        assert foreign[1] == []

    @pytest.mark.parametrize("kind", ["ledger", "link", "file", "session"])
    def test_dot_amplify(self, amplify: Amplify, busy: Files, shared: Shared, tmp_path: Path, kind: str) -> None:
        assert amplify("queue", "-w", busy.root).code == 0
        home = shared.partner / ".amplify"
        if kind == "ledger":
            Ledger.open(f"sqlite:///{home}/ledger.sqlite").close()
        elif kind == "session":
            (home / "sessions").mkdir(parents=True)
            (home / "sessions/a--bluesky.session").write_text("{}")
        elif kind == "link":
            home.symlink_to("posts")
        else:
            home.write_text("nothing")
        shared.push()
        shared.pull()
        before = sorted(os.listdir(busy.root / "posts"))
        for words in (["publish"], ["queue"], ["status"], ["run", "--drain"], ["restore", str(tmp_path / "none.tar")]):
            said = amplify(*words, "-w", busy.root)
            assert (said.code, said.out) == (3, ""), said.words
            assert ".amplify" in said.words
        assert sorted(os.listdir(busy.root / "posts")) == before
        assert os.path.lexists(busy.root / ".amplify")

    def test_pushed_and_taken_back_leaves_no_ledger_that_counts(
        self, amplify: Amplify, busy: Files, shared: Shared
    ) -> None:
        """Two pushes between two pulls: nothing is tracked any more, and the ledger is gone."""
        assert amplify("stop", "-w", busy.root).code == 3
        assert amplify("queue", "-w", busy.root).code == 0
        assert amplify("stop", "--all", "--reason", "now", "-w", busy.root).code == 0
        (shared.partner / ".amplify").write_text("nothing")
        shared.push()
        shared.pull()
        (shared.partner / ".amplify").unlink()
        shared.push("taken back")
        shared.pull()
        assert not (busy.root / ".amplify").exists()
        for words in (["publish"], ["queue"], ["stop", "--all", "--reason", "now"]):
            said = amplify(*words, "-w", busy.root)
            assert (said.code, said.out) == (3, ""), said.words
            assert "gone from there" in said.words

    def test_a_stop_still_reaches_our_own_ledger(self, amplify: Amplify, busy: Files, shared: Shared) -> None:
        assert amplify("queue", "-w", busy.root).code == 0
        (shared.partner / ".amplify").mkdir()
        (shared.partner / ".amplify/x").write_text("x")
        shared.push()
        shared.pull()
        said = amplify("stop", "--all", "--reason", "now", "-w", busy.root)
        assert said.code == 0
        assert "git tracks .amplify/x" in said.words
        with Ledger.open(f"sqlite:///{busy.root}/.amplify/ledger.sqlite").read() as connection:
            from amplify.ledger.holds.stops import in_force

            assert [one.kind for one in in_force(connection)] == ["all"]

    def test_a_daemon_that_runs_notices(self, busy: Files, on_stage: OnStage, shared: Shared, tmp_path: Path) -> None:
        environment = {**on_stage.environment, "AMPLIFY_STATE": os.environ["AMPLIFY_STATE"]}
        running = spawn("run", "-w", busy.root, environment=environment)
        assert running.stdout is not None
        assert running.stderr is not None
        assert "running" in running.stdout.readline()
        (shared.partner / ".amplify").mkdir()
        (shared.partner / ".amplify/x").write_text("x")
        shared.push()
        shared.pull()
        while "git tracks .amplify/x" not in (line := running.stderr.readline()):
            assert line, "it ended"
        running.terminate()
        assert ended(running).code == 0

    def test_rehearsals_have_nothing_to_lose(self, amplify: Amplify, busy: Files, shared: Shared) -> None:
        (shared.partner / "config/accounts.yaml").write_text((busy.root / "config/accounts.yaml").read_text())
        shared.push()
        shared.pull()
        assert amplify("rehearse", "--to", "2020-01-01", "--from", "2020-01-01", "-w", busy.root).code == 0


class TestConfirmed:
    def test_a_new_server_is_asked_about(
        self, amplify: Amplify, busy: Files, on_stage: OnStage, foreign: tuple[str, list[bytes]]
    ) -> None:
        assert amplify("publish", "-w", busy.root).code == 0
        busy.we_are(on_stage.partner, server=foreign[0])
        busy.post("more", "One more")
        busy.queue("more", at=soon(-30))
        said = amplify("publish", "-w", busy.root)
        amplify("measure", "-w", busy.root)
        amplify("check", "--online", "-w", busy.root)
        assert foreign[1] == []
        assert said.code == 3
        app = open_context(busy.root)
        for platform in PLATFORMS:
            with pytest.raises(LoggedOut, match=r"was confirmed as .* and would speak as"):
                app.adapter(f"{on_stage.partner}/{platform}")
        app.close()
        asked = amplify("confirm", "-w", busy.root)
        assert asked.code == 3
        assert foreign[0] in asked.words
        assert on_stage.stage.url in asked.words
        assert amplify("confirm", "--yes", "-w", busy.root).code == 0
        app = open_context(busy.root)
        for platform in PLATFORMS:
            with pytest.raises(TryLater, match="no usable answer"):  # it is asked now, and says nothing of use
                app.adapter(f"{on_stage.partner}/{platform}")
        app.close()
        assert len(foreign[1]) >= len(PLATFORMS)

    def test_a_handle_that_a_partner_changes_is_asked_about(
        self, amplify: Amplify, busy: Files, on_stage: OnStage
    ) -> None:
        assert amplify("publish", "-w", busy.root).code == 0
        book = busy.root / "config/partners.yaml"
        said = json.loads(book.read_text())
        said["partners"][0]["handles"]["mastodon"] = "other@social.example"
        book.write_text(json.dumps(said))
        app = open_context(busy.root)
        with pytest.raises(LoggedOut, match=r"other@social\.example"):
            app.adapter(f"{on_stage.partner}/mastodon")
        app.adapter(f"{on_stage.partner}/x")
        app.close()

    def test_a_live_account_waits_for_a_person(self, amplify: Amplify, busy: Files, on_stage: OnStage) -> None:
        path = busy.root / "config/accounts.yaml"
        said = json.loads(path.read_text())
        for one in said["accounts"]:
            one |= {"live": True, "automation": {"labelled": True, "operator": "Desk", "contact": "a@b.example"}}
            one |= {"server": "https://social.example", "rules_reviewed": "2020-01-01"}
        path.write_text(json.dumps(said))
        app = open_context(busy.root)
        with pytest.raises(LoggedOut, match=r"is new here .* run `amplify confirm`"):
            app.adapter(f"{on_stage.partner}/mastodon")
        app.close()
        assert amplify("publish", "-w", busy.root).words.count("amplify confirm") >= 1
        assert amplify("confirm", "--yes", "-w", busy.root).code == 0
        assert "nobody has confirmed" not in amplify("doctor", "-w", busy.root).words

    def test_an_open_ledger_that_was_replaced(self, amplify: Amplify, busy: Files, tmp_path: Path) -> None:
        assert amplify("queue", "-w", busy.root).code == 0
        app = open_context(busy.root)
        file = busy.root / ".amplify/ledger.sqlite"
        shutil.copyfile(file, tmp_path / "copy.sqlite")
        os.replace(tmp_path / "copy.sqlite", file)
        with pytest.raises(NeedsPerson, match="another one in its place"):
            app.fingerprint()
        app.close()
