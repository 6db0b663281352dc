"""Two partners, two clones of one git repository, each with its own accounts and ledger, on one stage."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ledger import rows

from amplify.context.app_context import AppContext
from amplify.decisions.approve import approve_reviews, to_review
from amplify.engine.publish import run_pass
from amplify.ledger.database import Ledger
from amplify.model.clock import ManualClock
from amplify.planning.queue import queue_plan
from amplify.stage.process import Stage
from engine.fake import TIMINGS
from engine.files import PLATFORMS, Files, handle

NOON = datetime(2027, 5, 17, 12, tzinfo=UTC)


def git(folder: Path, *words: str) -> str:
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
    named = ["-c", "user.name=Desk", "-c", "user.email=desk@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *named, *words], cwd=folder, env=os.environ | nobody, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Clone:
    """One partner's machine."""

    def __init__(self, origin: Path, root: Path, partner: str, stage: Stage, suffix: str) -> None:
        git(origin.parent, "clone", "-q", str(origin), str(root))
        self.root, self.partner = root, partner
        self.secrets = {
            platform: stage.control.account(platform, handle(partner + suffix, platform), partner)
            for platform in PLATFORMS
        }
        accounts = [{"partner": partner, "platform": p, "credential": f"{partner}_{p}"} for p in PLATFORMS]
        for one in accounts:
            one["caps"] = {"per_day": 50, "gap": "0s"}  # type: ignore[assignment]
        import json

        local = {"partner": partner, "approvals": 0, "accounts": accounts}
        (root / "config" / "accounts.yaml").write_text(json.dumps(local))
        ledger = Ledger.open(f"sqlite:///{root}/.amplify/ledger.sqlite")
        self.clock = ManualClock(NOON - timedelta(hours=1))
        self.app = AppContext(
            root,
            ledger,
            self.clock,
            TIMINGS,
            secrets=lambda account: self.secrets[account.platform],
            server=stage.url,
        )

    def publish(self, now: datetime) -> dict[str, int]:
        self.clock.set(now)
        return dict(run_pass(self.app, workers=3).outcomes)

    def review(self) -> int:
        """Somebody here reads and approves what came from outside."""
        return approve_reviews(self.app, to_review(self.app), "editor")

    def pull(self) -> None:
        git(self.root, "pull", "-q", "--rebase")

    def push(self, words: str) -> None:
        git(self.root, "add", "-A")
        git(self.root, "commit", "-qm", words)
        git(self.root, "push", "-q")

    def messages(self) -> dict[tuple[str, str], str]:
        with self.app.ledger.read() as connection:
            found = connection.execute(rows.select(rows.DELIVERY)).mappings()
            return {(row["post"], row["account"]): row["message"]["parts"][0]["text"] for row in found}


@pytest.fixture
def clones(tmp_path: Path, stage: Stage) -> Iterator[tuple[Clone, Clone]]:
    stage.control.clear_failures()
    stage.control.clock(NOON)
    suffix = str(len(stage.control.posts()))  # other tests may have used these names on this stage
    origin = tmp_path / "origin.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(origin))
    seed = tmp_path / "seed"
    git(tmp_path, "clone", "-q", str(origin), str(seed))
    git(seed, "checkout", "-qB", "main")
    files = Files(seed, "union", "league")
    book: dict[str, Any] = {"partners": []}
    for number, partner in enumerate(("union", "league")):
        handles = {platform: handle(partner + suffix, platform) for platform in PLATFORMS}
        book["partners"].append(
            {"id": partner, "name": {"en": partner.title()}, "handles": handles, "zone": "UTC", "languages": ["en"],
             "joined": f"2025-01-0{number + 1}"}
        )  # fmt: skip
    files.write("config/partners.yaml", book)
    files.post("hello", "The union says hello", "The league says hello in its own way")
    files.queue("hello", at=NOON.isoformat())
    files.post("evening", "The union says good evening", "Good evening, says the league")
    files.queue("evening", at=(NOON + timedelta(hours=6)).isoformat())
    (seed / ".gitignore").write_text(".amplify/\nconfig/accounts.yaml\n")
    git(seed, "add", "-A")
    git(seed, "commit", "-qm", "A shared queue")
    git(seed, "push", "-qu", "origin", "main")
    two = Clone(origin, tmp_path / "a", "union", stage, suffix), Clone(origin, tmp_path / "b", "league", stage, suffix)
    yield two
    for one in two:
        one.app.close()


def standing(stage: Stage, clones: tuple[Clone, Clone]) -> list[tuple[str, str, str]]:
    """(platform, handle, text) of what these clones put on the stage."""
    own = {clone.app.workspace().partners[clone.partner].handles[p] for clone in clones for p in PLATFORMS}
    return [(post["platform"], post["handle"], post["text"]) for post in stage.control.posts() if post["handle"] in own]


def test_a_shared_queue_without_anybodys_keys(clones: tuple[Clone, Clone], stage: Stage) -> None:
    ours, theirs = clones
    for clone in clones:
        changes = queue_plan(clone.app).changes
        assert len(changes) == 6  # two posts on three platforms: only its own
        assert {change.account.partition("/")[0] for change in changes} == {clone.partner}
        assert "accounts.yaml" not in git(clone.root, "status", "--porcelain", "--untracked-files=all")

    # The campaign is the union's own; the league says nothing of it that nobody there has read.
    for clone in (ours, theirs):
        clone.publish(NOON)
    assert {text for _, _, text in standing(stage, clones)} == {"The union says hello"}
    assert (ours.review(), theirs.review()) == (0, 6)

    # Each says it in words of its own, and each once.
    for clone in (ours, theirs, ours, theirs):
        clone.publish(NOON)
    stood = standing(stage, clones)
    assert len(stood) == 6
    for platform in PLATFORMS:
        assert {text for where, _, text in stood if where == platform} == {
            "The union says hello",
            "The league says hello in its own way",
        }

    # A change pushed by one arrives at the other, changes what waits there, and nothing that is out.
    path = theirs.root / "posts" / "evening.md"
    edited = path.read_text("utf-8").replace("The union says good evening", "The union wishes a quiet evening")
    path.write_text(edited, "utf-8")
    theirs.push("Quieter words for the union")
    before = ours.messages()
    assert ours.publish(NOON + timedelta(minutes=1)) == {}
    assert ours.messages() == before  # not pulled yet
    ours.pull()
    assert ours.publish(NOON + timedelta(minutes=2)) == {}
    changed = {key for key, text in ours.messages().items() if before[key] != text}
    assert changed == {("evening", f"union/{platform}") for platform in PLATFORMS}

    stage.control.clock(NOON + timedelta(hours=6))
    for clone in (theirs, ours, theirs, ours):
        clone.publish(NOON + timedelta(hours=6))
    stood = standing(stage, clones)
    assert len(stood) == 12
    assert max(Counter(stood).values()) == 1
    assert max(Counter((platform, text) for platform, _, text in stood).values()) == 1
    assert sum(text == "The union wishes a quiet evening" for _, _, text in stood) == 3
    assert not any("The union says good evening" in text for _, _, text in stood)


def test_a_newcomer_changes_nobody_elses_text(clones: tuple[Clone, Clone], stage: Stage) -> None:
    ours, theirs = clones
    queue_plan(ours.app)
    before = ours.messages()
    book = theirs.root / "config" / "partners.yaml"
    import json

    known = json.loads(book.read_text())
    known["partners"].append(
        {"id": "newcomer", "name": {"en": "New"}, "handles": {"x": "newcomer"}, "zone": "UTC", "languages": ["en"],
         "joined": "2027-05-01"}
    )  # fmt: skip
    book.write_text(json.dumps(known))
    theirs.push("A newcomer")
    ours.pull()
    planned = queue_plan(ours.app)
    assert planned.changes == []
    assert ours.messages() == before
    left = [item for item in planned.plan.left_out if item.account == "newcomer/x"]
    assert {item.post for item in left} == {"hello", "evening"}
