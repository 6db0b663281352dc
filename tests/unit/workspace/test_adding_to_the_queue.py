"""`amplify add`: checked first, then added as lines; comments stay, and nothing is lost."""

from __future__ import annotations

import difflib
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amplify.model.errors import ProblemsFound, WrongUse
from amplify.workspace.draft_entry import DraftOptions, propose_entry
from amplify.workspace.load import Loaded, load_workspace, parse_files
from amplify.workspace.parse_when import FORMS, parse_when
from amplify.workspace.yaml_edit import append_entries, free_id

PLATFORMS = frozenset({"x", "bluesky", "mastodon"})
AT = {"posts": ["vera-petition"], "when": {"at": "2027-06-01T10:00+02:00"}}


def add(root: Path, when: str, **more: Any) -> tuple[str, ...]:
    entry, _ = propose_entry(parse_files(root, PLATFORMS), ["vera-petition"], when, DraftOptions(**more))
    return append_entries(root, [entry])


def only_added(before: str, after: str) -> list[str]:
    """The added lines; fails when a line was changed or removed."""
    changes = [line for line in difflib.ndiff(before.splitlines(True), after.splitlines(True)) if line[0] in "-+"]
    assert all(line.startswith("+") for line in changes), changes
    return [line[2:].rstrip("\n") for line in changes]


def test_lines_are_added_and_nothing_else_changes(root: Path, read: Callable[[], Loaded]) -> None:
    before = (root / "config/queue.yaml").read_text()
    (name,) = add(
        root, "2027-06-01T10:00+02:00", partners=["friends"], platforms=["mastodon"], lateness="30m", note="Say: hi"
    )
    assert only_added(before, (root / "config/queue.yaml").read_text()) == [
        "",
        "  - id: vera-petition-2027-06-01",
        "    posts: [vera-petition]",
        "    when: {at: 2027-06-01T10:00+02:00}",
        "    partners: [friends]",
        "    platforms: [mastodon]",
        "    lateness: 30m",
        '    note: "Say: hi"',
    ]
    loaded = read()
    assert loaded.problems == ()
    assert loaded.workspace is not None
    assert loaded.workspace.queue[name].note == "Say: hi"


@pytest.mark.parametrize("when", [form.replace("OCCASION", "day_of_arrest") for form in FORMS])
def test_every_way_to_say_when(root: Path, read: Callable[[], Loaded], when: str) -> None:
    (name,) = add(root, when)
    loaded = read()
    assert loaded.problems == ()
    assert loaded.workspace is not None
    assert loaded.workspace.queue[name].when.way == next(iter(parse_when(when)))


ENTRY = "{id: a, posts: [vera-days], when: {at: '2027-05-21T10:00Z'}}"
FILES = {
    "no entries": "entries: []\n",
    "nothing": "entries:\n",
    "comments": "# only this\nentries: []  # none yet\n",
    "not indented": f"entries:\n- {ENTRY}\n- id: b\n  posts: [vera-days]\n  when: {{at: 2027-05-22T10:00Z}}",
    "indented": f"entries:\n    - {ENTRY}   # tight\n\n\n# the end\n",
    "brackets": f"entries: [{ENTRY}]  # in brackets\n",
    "end of document": f"entries:\n  - {ENTRY}\n...\n",
    "block": f"entries:\n  - {ENTRY}\n  - id: b\n    posts: [vera-days]\n    when: {{local: 2027-05-22T10:00}}\n"
    "    note: |\n      Two\n      lines\n",
    "Windows": f"\ufeffentries:\r\n  - {ENTRY}\r\n",
}


@pytest.mark.parametrize("queue", FILES.values(), ids=FILES)
def test_every_way_to_write_the_file(root: Path, read: Callable[[], Loaded], queue: str) -> None:
    path = root / "config/queue.yaml"
    path.write_bytes(queue.encode())
    before = read().workspace
    add(root, "2027-06-01T10:00+02:00")
    after = read()
    assert after.problems == ()
    assert after.workspace is not None
    assert list(after.workspace.queue)[-1] == "vera-petition-2027-06-01"
    kept = path.read_bytes().decode()
    assert [comment in kept for comment in ("only this", "tight", "the end", "in brackets") if comment in queue] == [
        True for comment in ("only this", "tight", "the end", "in brackets") if comment in queue
    ]
    if before is not None:
        assert [after.workspace.queue[name] for name in before.queue] == list(before.queue.values())
    if "\r\n" in queue:
        assert kept.count("\r\n") == kept.count("\n")
        assert kept.startswith("\ufeff")


def test_without_a_queue_there_is_one_then(root: Path, read: Callable[[], Loaded]) -> None:
    (root / "config/queue.yaml").unlink()
    add(root, "2027-06-01T10:00")
    assert (root / "config/queue.yaml").read_text().startswith("# yaml-language-server: $schema=schema/queue.json\n")
    loaded = read()
    assert loaded.workspace is not None
    assert list(loaded.workspace.queue) == ["vera-petition-2027-06-01"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"posts": ["vera-petiton"]}, "unknown post `vera-petiton`; did you mean `vera-petition`?"),
        ({"partners": ["freinds"]}, "unknown partner `freinds`; did you mean `friends`?"),
        ({"platforms": ["bluski"]}, "unknown platform `bluski`; did you mean `bluesky`?"),
        ({"when": "tomorrow"}, "`tomorrow` does not say when"),
        ({"when": "2027-02-30T10:00"}, "does not exist in the calendar"),
        ({"when": "every year 02-30 at 10:00"}, "month 2 never has a day 30"),
        ({"when": "every year christmas at 10:00"}, "has no occasion `christmas`"),
        ({"when": "2027-05-18T09:00..2027-05-18T08:00"}, "a window ends after it starts"),
        ({"lateness": "soon"}, "write a duration as a number and a unit"),
        ({"id": "Two Words"}, "expected an id"),
        ({"id": "petition-morning"}, "the queue has an entry `petition-morning` already"),
        ({"when": "2027-05-12T09:30"}, "this is in the queue already, as `petition-morning`"),
    ],
)
def test_mistakes_are_sentences_and_change_nothing(root: Path, said: dict[str, Any], sentence: str) -> None:
    before = (root / "config/queue.yaml").read_bytes()
    options = dict(said)
    posts, when = options.pop("posts", ["vera-petition"]), options.pop("when", "2027-06-01T10:00")
    with pytest.raises(WrongUse) as caught:
        propose_entry(parse_files(root, PLATFORMS), posts, when, DraftOptions(**options))
    assert sentence in str(caught.value)
    assert (root / "config/queue.yaml").read_bytes() == before


def test_all_mistakes_at_once(root: Path) -> None:
    options = DraftOptions(["nobody"], ["nowhere"])
    with pytest.raises(WrongUse) as caught:
        propose_entry(parse_files(root, PLATFORMS), ["nothing"], "2027-06-01T10:00", options)
    assert all(name in str(caught.value) for name in ("nothing", "nobody", "nowhere"))


def test_a_broken_queue_is_mended_first(root: Path) -> None:
    path = root / "config/queue.yaml"
    path.write_text("entries:\n\t- id: a\n")
    with pytest.raises(ProblemsFound, match=r"config/queue\.yaml:2:1"):
        append_entries(root, [AT])
    assert path.read_text() == "entries:\n\t- id: a\n"


def test_other_broken_files_do_not_stop_it(root: Path) -> None:
    (root / "config/facts.yaml").write_text("facts: [\n")
    assert add(root, "2027-06-01T10:00") == ("vera-petition-2027-06-01",)


def test_ids_are_made_unique() -> None:
    assert free_id("a-2027", ["b"]) == "a-2027"
    assert free_id("a-2027", ["a-2027", "a-2027-2"]) == "a-2027-3"
    assert len(free_id("x" * 90, [("x" * 60)])) <= 64


def _add_some(root: str, worker: int) -> None:
    for number in range(5):
        append_entries(Path(root), [{**AT, "note": f"{worker}/{number}"}])


def test_adds_at_the_same_time_lose_nothing(root: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_add_some, args=(str(root), worker)) for worker in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    loaded = load_workspace(root, PLATFORMS)
    assert loaded.workspace is not None
    notes = {entry.note for entry in loaded.workspace.queue.values()}
    assert notes >= {f"{worker}/{number}" for worker in range(6) for number in range(5)}
    assert [path.name for path in (root / "config").iterdir() if path.name.startswith(".")] == []


def test_a_crash_while_writing_leaves_the_old_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (root / "config/queue.yaml").read_bytes()

    def no(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", no)
    with pytest.raises(OSError, match="disk full"):
        append_entries(root, [AT])
    assert (root / "config/queue.yaml").read_bytes() == before
    assert [path.name for path in (root / "config").iterdir() if path.name.startswith(".")] == []
