"""A backup is one file; a ledger put back from it is older than the world, and says nothing twice for it."""

from __future__ import annotations

import json
import sqlite3
import stat
import tarfile
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify, OnStage, Said, apart, spawn


@pytest.fixture
def amplify() -> Amplify:
    """Processes of their own: a ledger that this one has open would count as in use."""

    def run(*words: str | Path) -> Said:
        said = apart(*words, environment={"COLUMNS": "80"})
        assert "did not expect" not in said.words, said.words
        return said

    return run


def rows(files: Files) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(files.root / ".amplify" / "ledger.sqlite")) as ledger:
        return ledger.execute("SELECT post, state FROM delivery").fetchall()


def states(files: Files) -> Counter[str]:
    return Counter(state for _, state in rows(files))


def by_post(files: Files, *posts: str) -> Counter[str]:
    return Counter(state for post, state in rows(files) if post in posts)


def add(files: Files, id: str, seconds: float = -30) -> None:
    files.post(id, f"{files.partners[0]} says {id}")
    files.queue(id, at=soon(seconds))


def test_a_backup_is_one_private_file_that_can_be_opened_by_hand(amplify: Amplify, busy: Files, tmp_path: Path) -> None:
    busy.picture("anna.png")
    busy.post("tomorrow", "With a picture", pictures=["anna.png"])
    assert amplify("queue", "-w", busy.root).code == 0
    sessions = busy.root / ".amplify" / "sessions"
    sessions.mkdir()
    (sessions / "union--bluesky.session").write_text("a token")
    file = tmp_path / "kept.tar"
    said = amplify("backup", file, "-w", busy.root)
    assert (said.code, said.err) == (0, "")
    assert "12 deliveries (0 sent, 12 waiting), 1 picture, and accounts.yaml" in said.words
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        assert sorted(name.partition("/")[0] for name in tar.getnames()) == [
            "accounts.yaml", "backup.json", "ledger.sqlite", "media",
        ]  # fmt: skip
        tar.extractall(tmp_path / "by-hand", filter="data")
    with sqlite3.connect(tmp_path / "by-hand" / "ledger.sqlite") as ledger:
        assert ledger.execute("SELECT count(*) FROM delivery").fetchone() == (12,)
    assert json.loads((tmp_path / "by-hand" / "backup.json").read_text())["deliveries"] == 12
    assert sorted(path.name for path in tmp_path.glob("*amplify*")) == []  # nothing is left lying about


def test_a_backup_overwrites_nothing(amplify: Amplify, busy: Files, tmp_path: Path) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    file = tmp_path / "kept.tar"
    file.write_text("another")
    said = amplify("backup", file, "-w", busy.root)
    assert (said.code, "never overwritten" in said.words, file.read_text()) == (2, True, "another")
    folder = tmp_path / "backups"
    folder.mkdir()
    told = json.loads(amplify("backup", folder, "-w", busy.root, "--json").out)
    assert [str(path) for path in folder.iterdir()] == [told["file"]]
    assert amplify("backup", tmp_path / "no" / "such" / "folder.tar", "-w", busy.root).code == 3


def test_without_a_ledger_there_is_nothing_to_keep(amplify: Amplify, busy: Files, tmp_path: Path) -> None:
    said = amplify("backup", tmp_path / "kept.tar", "-w", busy.root)
    assert (said.code, "there is no ledger" in said.words) == (2, True)
    assert list(tmp_path.glob("kept*")) == []


@pytest.mark.parametrize("lost", [True, False], ids=["the ledger is lost", "the ledger is sound"])
def test_nothing_goes_out_twice_after_a_restore(
    amplify: Amplify, busy: Files, on_stage: OnStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    where = ("-w", busy.root)
    ledger = busy.root / ".amplify" / "ledger.sqlite"
    assert amplify("publish", *where).code == 0  # nine are out when the backup is made
    add(busy, "waiting")
    assert amplify("queue", *where).code == 0
    file = tmp_path / "kept.tar"
    assert amplify("backup", file, *where).code == 0
    assert amplify("publish", *where).code == 0  # these the backup thinks are still to come
    add(busy, "since", -5)
    assert amplify("publish", *where).code == 0  # these it has never heard of
    assert len(on_stage.texts()) == 15
    add(busy, "unsent", -1)  # due as well, and out nowhere
    if lost:
        for path in ledger.parent.glob("ledger.*"):
            path.unlink()
    else:
        said = amplify("restore", file, *where)
        assert said.code == 3
        assert "knows more than the backup" in said.words, said.words
        assert by_post(busy, "since") == {"sent": 3}  # nothing was changed
    monkeypatch.setenv("AMPLIFY_TIMEOUT", "1s")  # leases that end while a test can wait for them
    monkeypatch.setenv("AMPLIFY_LEASE", "2s")
    said = amplify("restore", file, *where, *([] if lost else ["--older"]))
    assert said.code == 3, said.words
    assert "3 deliveries may have been sent since" in said.words
    assert by_post(busy, "waiting") == {"unsure": 3}
    assert ("everything is stopped" in said.words) == lost
    kept = list(ledger.parent.glob("ledger-before-restore-*.sqlite"))
    assert len(kept) == (0 if lost else 1)

    amplify("publish", *where)
    time.sleep(2.1)  # until a request of a worker killed just before could no longer land
    amplify("publish", *where)
    assert len(on_stage.texts()) == 15
    assert max(Counter(on_stage.texts()).values()) == 3
    assert by_post(busy, "waiting", "since", "due0", "due1", "due2") == {"sent": 15}
    assert by_post(busy, "unsent") == {"unsure": 3}  # nobody can prove it: a person looks
    if lost:
        assert by_post(busy, "tomorrow") == {"waiting": 3}
        with closing(sqlite3.connect(ledger)) as connection:
            assert connection.execute("SELECT kind FROM stop WHERE lifted_at IS NULL").fetchall() == [("all",)]
        assert amplify("resume", "--all", "--reason", "somebody has looked", *where).code == 0
    with closing(sqlite3.connect(ledger)) as connection:
        ids = [id for (id,) in connection.execute("SELECT id FROM delivery WHERE state = 'unsure'")]
    for id in ids:
        said = amplify("settle", id[:12], "--not-sent", *where)
        assert (said.code, "waiting" in said.words) == (0, True), said.words
    assert amplify("publish", *where).code == 0
    assert by_post(busy, "unsent") == {"sent": 3}
    assert len(on_stage.texts()) == 18
    assert max(Counter(on_stage.texts()).values()) == 3


def test_a_damaged_ledger_is_set_aside(amplify: Amplify, busy: Files, tmp_path: Path) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    file = tmp_path / "kept.tar"
    assert amplify("backup", file, "-w", busy.root).code == 0
    ledger = busy.root / ".amplify" / "ledger.sqlite"
    ledger.write_bytes(b"not a database at all" * 1000)
    said = amplify("restore", file, "-w", busy.root)
    assert said.code == 3
    assert len(list(ledger.parent.glob("ledger-damaged-*.sqlite"))) == 1
    assert states(busy) == {"unsure": 9, "waiting": 3}


def test_nobody_may_run_on_it(amplify: Amplify, busy: Files, on_stage: OnStage, tmp_path: Path) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    file = tmp_path / "kept.tar"
    assert amplify("backup", file, "-w", busy.root).code == 0
    process = spawn("run", "-w", busy.root, environment=on_stage.environment)
    try:
        end = time.monotonic() + 30
        while len(on_stage.texts()) < 9 and time.monotonic() < end:
            time.sleep(0.05)
        said = amplify("restore", file, "-w", busy.root, "--older")
    finally:
        process.terminate()
        process.communicate()
    assert said.code == 3
    assert "somebody runs on this ledger" in said.words, said.words
    assert states(busy)["sent"] == 9


@pytest.mark.parametrize("kind", ["text", "strange member", "link", "cut short", "changed"])
def test_what_is_no_backup_is_refused(amplify: Amplify, busy: Files, tmp_path: Path, kind: str) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    file, bad = tmp_path / "kept.tar", tmp_path / "bad.tar"
    assert amplify("backup", file, "-w", busy.root).code == 0
    if kind == "text":
        bad.write_text("no tar")
    elif kind == "cut short":
        bad.write_bytes(file.read_bytes()[:20_000])
    elif kind == "changed":
        whole = file.read_bytes()
        assert whole.count(b"press") >= 0
        place = whole.index(b"says 1") if b"says 1" in whole else len(whole) // 2
        bad.write_bytes(whole[:place] + b"SAYS" + whole[place + 4 :])
    else:
        with tarfile.open(bad, "w") as tar:
            entry = tarfile.TarInfo("../outside" if kind == "strange member" else "ledger.sqlite")
            if kind == "link":
                entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/hostname"
            tar.addfile(entry)
    before = states(busy)
    said = amplify("restore", bad, "-w", busy.root, "--older")
    assert said.code in (2, 3)
    assert str(bad) in said.words.replace(" ", "")
    assert states(busy) == before
    assert not (tmp_path / "outside").exists()


def test_of_another_workspace(amplify: Amplify, busy: Files, tmp_path: Path) -> None:
    assert amplify("queue", "-w", busy.root).code == 0
    file = tmp_path / "kept.tar"
    assert amplify("backup", file, "-w", busy.root).code == 0
    other = Files(tmp_path / "other", "union", id="another")
    other.we_are("union")
    said = amplify("restore", file, "-w", other.root)
    assert (said.code, "`house`" in said.words, "`another`" in said.words) == (2, True, True)


def test_pictures_and_accounts_come_back_on_a_new_machine(amplify: Amplify, busy: Files, tmp_path: Path) -> None:
    busy.picture("anna.png")
    busy.post("tomorrow", "With a picture", pictures=["anna.png"])
    assert amplify("queue", "-w", busy.root).code == 0
    file = tmp_path / "kept.tar"
    assert amplify("backup", file, "-w", busy.root).code == 0
    accounts = busy.root / "config" / "accounts.yaml"
    said = accounts.read_text()
    accounts.unlink()
    media = busy.root / ".amplify" / "media"
    (frozen,) = media.iterdir()
    bytes_ = frozen.read_bytes()
    for path in [*media.iterdir(), *(busy.root / ".amplify").glob("ledger*")]:
        path.unlink()
    left = amplify("restore", file, "-w", busy.root)
    assert (left.code, "--accounts" in left.words, accounts.exists()) == (3, True, False)
    assert amplify("restore", file, "--accounts", "--older", "-w", busy.root).code == 3
    assert accounts.read_text() == said
    assert frozen.read_bytes() == bytes_


@pytest.mark.parametrize(
    "words", [[], ["file", "--by-hand"], ["file", "--made", "2027-05-17T09:00Z"], ["--by-hand", "--made", "noon"]]
)
def test_wrong_use(amplify: Amplify, busy: Files, words: list[str]) -> None:
    said = amplify("restore", *words, "-w", busy.root)
    assert (said.code, said.out) == (2, "")


def test_postgres_has_tools_of_its_own(
    amplify: Amplify, busy: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", "postgresql://amplify:hush@db.example/amplify")
    for words in (["backup", tmp_path / "kept.tar"], ["restore", tmp_path / "kept.tar"]):
        said = amplify(*words, "-w", busy.root)
        assert (said.code, "pg_dump" in said.words, "--by-hand" in said.words) == (2, True, True)
        assert "hush" not in said.words


def test_a_backup_of_an_older_amplify_is_brought_forward(amplify: Amplify, busy: Files, tmp_path: Path) -> None:
    """As the first release made its ledgers."""
    from ledger.test_upgrading import made_at

    ledger = busy.root / ".amplify" / "ledger.sqlite"
    made_at("0001", f"sqlite:///{ledger}").dispose()
    file = tmp_path / "kept.tar"
    assert amplify("backup", file, "-w", busy.root).code == 0
    ledger.unlink()
    assert amplify("restore", file, "-w", busy.root).code == 3  # stopped, until somebody has looked
    assert amplify("queue", "-w", busy.root).code == 0
    assert states(busy) == {"unsure": 9, "waiting": 3}


def test_the_head_of_the_history_is_told(amplify: Amplify, files: Files, tmp_path: Path) -> None:
    """A chain that is cut off at its end looks whole: only a head that was noted before tells."""
    assert amplify("queue", "-w", files.root).code == 0
    assert amplify("stop", "--hashtag", "Quiet", "--reason", "a rumour", "-w", files.root).code == 3
    head = json.loads(amplify("history", "--verify", "--json", "-w", files.root).out)["head"]
    assert head.startswith("1:")
    said = amplify("backup", tmp_path / "kept.tar", "-w", files.root)
    assert head in said.out
    assert json.loads(amplify("backup", tmp_path / "more.tar", "--json", "-w", files.root).out)["history"] == head
    assert head in amplify("report", "--format", "md", "-w", files.root).out
    assert amplify("history", "--verify", "--expect", head, "-w", files.root).code == 0


def test_what_was_learned_of_people_since_goes_on(amplify: Amplify, files: Files, tmp_path: Path) -> None:
    """The backup is from before Anna had a second name, and before anybody asked for two approvals."""

    day = datetime.now(UTC).date()
    consent = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2026-01-02",
               "review": (day + timedelta(days=300)).isoformat()}  # fmt: skip

    def people(*aliases: str) -> None:
        anna = {"id": "anna", "name": {"en": "Anna Iliova"}, "aliases": list(aliases), "state": "detained",
                "detentions": [{"start": "2026-01-01"}], "reviewed": day.isoformat(), "consent": consent}  # fmt: skip
        files.write("config/people.yaml", {"people": [anna]})

    def campaign(approvals: int) -> None:
        path = files.root / "config" / "campaigns" / "free.yaml"
        files.write("config/campaigns/free.yaml", json.loads(path.read_text()) | {"approvals": approvals})

    partners = json.loads((files.root / "config" / "partners.yaml").read_text())["partners"]
    other = partners[0] | {"id": "friends", "handles": {"x": "friends"}, "joined": "2025-01-01"}
    files.write("config/partners.yaml", {"partners": [*partners, other]})
    where = ("-w", files.root)
    file = tmp_path / "kept.tar"
    people()
    files.post("letter", "Write to Anoushka")
    files.queue("letter", at=soon(86_400))
    assert amplify("queue", *where).code in {0, 3}
    assert amplify("backup", file, *where).code == 0
    people("Anoushka")
    campaign(2)
    amplify("queue", *where)
    people()
    campaign(0)
    amplify("queue", *where)
    assert "campaign:free" in amplify("approve", *where).words
    assert amplify("restore", file, "--older", *where).code in {0, 3}
    with closing(sqlite3.connect(files.root / ".amplify" / "ledger.sqlite")) as ledger:
        ((former,),) = ledger.execute("SELECT former FROM known_person").fetchall()
    assert "Anoushka" in former
    amplify("queue", *where)
    assert "campaign:free" in amplify("approve", *where).words
    assert amplify("history", "--verify", *where).code == 0
