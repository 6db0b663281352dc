"""Several machines on one ledger, each with files of its own: older ones, and those that went another way, change
nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from workshop import MONDAY

from amplify.engine.publish import run_pass
from amplify.ledger.holds.gates import read_gates
from amplify.planning.file_versions import machines_apart
from amplify.planning.queue import queue_plan
from amplify.workspace.file_version import descends_from, read_version
from engine.fake import FakeDesk, World
from engine.files import Files
from engine.test_two_clones import git

HOUR = timedelta(hours=1)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path / "first")
    files.we_are("union")
    for number, post in enumerate(("one", "two"), 1):
        files.post(post, f"What {post} has to say")
        files.queue(post, at=(MONDAY + number * HOUR).isoformat(), platforms=["x"])
    return files


@pytest.fixture
def desk(ledger: WoundLedger) -> Callable[[Path], FakeDesk]:
    world = World()
    return lambda root: FakeDesk(ledger, world, MONDAY, root=root)


def copied(files: Files, name: str) -> Files:
    """Another machine's copy as the files are now."""
    other = Files.__new__(Files)
    other.root, other.partners, other.entries = files.root.parent / name, files.partners, list(files.entries)
    shutil.copytree(files.root, other.root)
    return other


def add(files: Files, post: str = "three") -> None:
    files.post(post, f"What {post} has to say")
    files.queue(post, at=(MONDAY + 3 * HOUR).isoformat(), platforms=["x"])


def apart(app: FakeDesk) -> int:
    with app.ledger.read() as connection:
        return len(machines_apart(connection, app.ledger.real_now(connection)))


def test_an_older_copy_takes_nothing_back(files: Files, desk: Callable[[Path], FakeDesk]) -> None:
    other = copied(files, "second")
    first, second = desk(files.root), desk(other.root)
    queue_plan(second)
    queue_plan(first)
    add(files)
    assert [change.sign for change in queue_plan(first).changes] == ["+"]
    for day in (0, 1):  # also when its day changes
        second.time.set(MONDAY + timedelta(minutes=day))
        done = queue_plan(second)
        assert done.changes == ()
        assert "older than" in done.older
    assert rows.states(first.ledger) == {"waiting": 3}
    passed = run_pass(second)
    assert passed.needs_person
    assert "amplify queue --yes" in passed.older
    assert apart(first) == 1


def test_neither_edits_back_nor_revives(files: Files, desk: Callable[[Path], FakeDesk]) -> None:
    other = copied(files, "second")
    first, second = desk(files.root), desk(other.root)
    queue_plan(second)
    queue_plan(first)
    files.post("one", "Milder words")
    files.unqueue("two")
    queue_plan(first)
    queue_plan(second)
    assert rows.states(first.ledger) == {"waiting": 1, "cancelled": 1}
    second.time.set(MONDAY + HOUR)
    run_pass(second)  # what is queued goes out all the same, as it was queued last
    assert second.world.texts() == ["Milder words"]


def test_brought_up_to_date_it_queues_again(files: Files, desk: Callable[[Path], FakeDesk]) -> None:
    other = copied(files, "second")
    first, second = desk(files.root), desk(other.root)
    queue_plan(second)
    queue_plan(first)
    add(files)
    queue_plan(first)
    assert queue_plan(second).older
    shutil.rmtree(other.root)
    shutil.copytree(files.root, other.root)
    assert not queue_plan(second).older
    assert apart(first) == 0
    assert not run_pass(second).needs_person


def test_copies_that_went_different_ways_ask_a_person(files: Files, desk: Callable[[Path], FakeDesk]) -> None:
    other = copied(files, "second")
    first, second = desk(files.root), desk(other.root)
    queue_plan(second)
    queue_plan(first)
    add(files)
    queue_plan(first)
    add(other, "four")
    done = queue_plan(second)
    assert "differ from" in done.older
    assert rows.states(first.ledger) == {"waiting": 3}
    forced = queue_plan(second, force=True)
    assert sorted(change.sign for change in forced.changes) == ["+", "-"]
    assert queue_plan(first).older  # now the first one has to be looked at
    assert rows.states(first.ledger) == {"waiting": 3, "cancelled": 1}


def test_one_machine_alone_may_go_back(files: Files, desk: Callable[[Path], FakeDesk]) -> None:
    first = desk(files.root)
    queue_plan(first)
    add(files)
    queue_plan(first)
    files.unqueue("three")
    (files.root / "posts" / "three.md").unlink()
    assert [change.sign for change in queue_plan(first).changes] == ["-"]
    add(files)
    assert [change.sign for change in queue_plan(first).changes] == ["^"]


def test_a_state_that_silences_never_waits(files: Files, desk: Callable[[Path], FakeDesk]) -> None:
    anna = {
        "id": "anna",
        "name": {"en": "Anna Petrova"},
        "detentions": [{"start": "2024-01-01"}],
        "state": "detained",
        "reviewed": "2027-05-10",
        "consent": {
            "given_by": "family", "channel": "letter", "scope": ["name"], "given": "2024-01-01", "review": "2028-01-01"
        },
    }  # fmt: skip
    files.write("config/people.yaml", {"people": [anna]})
    other = copied(files, "second")
    first, second = desk(files.root), desk(other.root)
    queue_plan(second)
    queue_plan(first)
    add(files)
    queue_plan(first)
    other.write("config/people.yaml", {"people": [anna | {"state": "release_reported"}]})
    assert queue_plan(second).older
    with first.ledger.read() as connection:
        assert read_gates(connection)["person", "anna"].closed is not None


class TestGit:
    @pytest.fixture
    def origin(self, files: Files) -> Files:
        git(files.root, "init", "-q", "-b", "main")
        (files.root / ".gitignore").write_text("config/accounts.yaml\n.amplify/\n")
        git(files.root, "add", "-A")
        git(files.root, "commit", "-qm", "one")
        return files

    def test_the_commit_is_read_without_git(self, origin: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        said = git(origin.root, "rev-parse", "HEAD").strip()
        monkeypatch.setenv("PATH", "")
        assert read_version(origin.root).commit == said
        assert descends_from(origin.root, said, "0" * 40) is None
        monkeypatch.undo()
        git(origin.root, "pack-refs", "--all")
        assert read_version(origin.root).commit == said
        git(origin.root, "checkout", "-q", "--detach")
        assert read_version(origin.root).commit == said

    def test_a_copy_that_was_pulled_and_went_on_counts(self, origin: Files, desk: Callable[[Path], FakeDesk]) -> None:
        other = copied(origin, "second")
        first, second = desk(origin.root), desk(other.root)
        queue_plan(first)
        add(other)
        git(other.root, "add", "-A")
        git(other.root, "commit", "-qm", "two")
        assert [change.sign for change in queue_plan(second).changes] == ["+"]
        assert "older than" in queue_plan(first).older or "differ" in queue_plan(first).older
        git(origin.root, "pull", "-q", str(other.root), "main")
        assert not queue_plan(first).older
        # Something is taken back by a commit, so that the files are as they were: these are newer all the same.
        git(origin.root, "revert", "--no-edit", "HEAD")
        assert [change.sign for change in queue_plan(first).changes] == ["-"]
        assert queue_plan(second).older
        git(other.root, "pull", "-q", str(origin.root), "main")
        assert not queue_plan(second).older

    def test_a_branch_of_its_own_changes_nothing(self, origin: Files, desk: Callable[[Path], FakeDesk]) -> None:
        other = copied(origin, "second")
        first, second = desk(origin.root), desk(other.root)
        for clone, post in ((origin, "three"), (other, "four")):
            add(clone, post)
            git(clone.root, "add", "-A")
            git(clone.root, "commit", "-qm", post)
        queue_plan(first)
        assert "differ from" in queue_plan(second).older
        assert rows.states(first.ledger) == {"waiting": 3}
