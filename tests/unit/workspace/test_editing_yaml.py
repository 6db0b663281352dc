"""Whatever is edited, and however the file is written: nothing but the entry changes, and it says what it should."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplify.model.errors import ProblemsFound
from amplify.workspace.file_types import PEOPLE, QUEUE
from amplify.workspace.yaml_edit import append_entries, change_entry
from amplify.workspace.yaml_reader import read_yaml

Entry = dict[str, Any]
LONG = "Ліст, які пісалі ўсе разам, і кожны дадаў да яго сваё слова. " * 5
NOTES = st.one_of(
    st.none(),
    st.sampled_from(["hi", "Say: hi", "# no comment", "'once' \"twice\"", LONG.strip(), "Два радкі\nразам", "- dash"]),
    st.text("аўжь az09:#'\"-[]{},&*!|>%@`\n", min_size=1, max_size=30).map(str.strip).filter(bool),
)  # fmt: skip
PLAIN = re.compile(r"[a-z]{3,}|\d{4}-\d\d-\d\d")
COMMENTS = st.sampled_from(["", "", "  # пакуль што", "\t# tab", " #"])
BETWEEN = st.lists(st.sampled_from(["", "# between", "   "]), max_size=2)


@dataclass(frozen=True)
class Written:
    """A file in pieces: what stands before, in and behind each entry."""

    head: str
    entries: tuple[str, ...]
    tail: str
    mark: str
    newline: str

    def text(self, text: str) -> str:
        return text.replace("\n", self.newline)

    @property
    def data(self) -> bytes:
        return (self.mark + self.text(self.head + "".join(self.entries) + self.tail)).encode()


def person(id: str, note: str | None, sources: int) -> Entry:
    found: Entry = {
        "id": id,
        "name": {"en": "Ann Who", "be": "Ганна"},
        "detentions": [{"start": "2027-01-01"}],
        "state": "detained",
        "reviewed": "2027-05-10",
        "consent": {
            "given_by": "self",
            "channel": "letter",
            "scope": ["name"],
            "given": "2027-01-01",
            "review": "2028-01-01",
        },
    }
    if sources:
        found["sources"] = [{"url": f"https://{n}.example/", "seen": "2027-05-10"} for n in range(sources)]
    return found | ({"note": note} if note is not None else {})


def turn(id: str, note: str | None, platforms: int) -> Entry:
    found: Entry = {"id": id, "posts": ["vera-days"], "when": {"at": "2027-05-21T10:00Z"}}
    found |= {"platforms": ["x", "mastodon"][:platforms]} if platforms else {}
    return found | ({"note": note} if note is not None else {})


@st.composite
def styled(draw: st.DrawFn, value: Any, column: int, flow: bool = False) -> str:
    """A value as somebody may have written it, from behind its `key:` on."""
    if isinstance(value, Mapping):
        if flow or draw(st.booleans()):
            comma = draw(st.sampled_from([", ", ",", " , "]))
            return " {" + comma.join(f"{key}:{draw(styled(inner, 0, True))}" for key, inner in value.items()) + "}"
        lines = [f"{' ' * column}{key}:{draw(styled(inner, column + 2))}" for key, inner in value.items()]
        return "\n" + draw(st.sampled_from(["\n", ""])).join(
            line if line.endswith("\n") else f"{line}\n" for line in lines
        )
    if isinstance(value, list):
        if flow or draw(st.booleans()):
            return " [" + ", ".join(draw(styled(inner, 0, True)).strip() for inner in value) + "]"
        items = [draw(styled(inner, 0, True)) for inner in value]
        return "\n" + "".join(f"{' ' * column}-{item}{draw(COMMENTS)}\n" for item in items)
    if (
        not flow
        and "\n" in value
        and not any(line != line.strip() for line in value.split("\n"))
        and draw(st.booleans())
    ):
        return " |-\n" + "".join(f"{' ' * column}{line}\n" for line in value.split("\n"))
    if PLAIN.fullmatch(value) and draw(st.booleans()):
        return f" {value}"
    if value.isprintable() and draw(st.booleans()):
        return " '" + value.replace("'", "''") + "'"
    return " " + json.dumps(value, ensure_ascii=draw(st.booleans()))


@st.composite
def written(draw: st.DrawFn, key: str, entries: list[Entry]) -> Written:
    dash = " " * draw(st.sampled_from([0, 2, 4]))
    made = []
    for number, entry in enumerate(entries):
        if draw(st.integers(0, 4)) == 0:
            lines = [draw(styled(entry, 0, True)).strip() + draw(COMMENTS)]
        else:
            lines = []
            for name, value in entry.items():
                said = f"{name}:{draw(styled(value, len(dash) + 2 + draw(st.sampled_from([1, 2, 3]))))}"
                lines.append(said if said.endswith("\n") else said + draw(COMMENTS))
                lines += [f"{dash}  # inside"] * draw(st.integers(0, 1))
        text = (
            f"{dash}- " + f"\n{dash}  ".join(line.removesuffix("\n").removeprefix(f"{dash}  ") for line in lines) + "\n"
        )
        between = draw(BETWEEN) if number + 1 < len(entries) else []
        made.append((text, "".join(f"{dash if line else ''}{line}\n" for line in between)))
    head = draw(st.sampled_from(["", "# Who.\n", f"# {LONG}\n"])) + f"{key}:{draw(COMMENTS)}\n"
    tail = draw(st.sampled_from(["", "\n# The end.\n", "...\n", "other: 1\n", "\n\n"]))
    pieces = tuple(piece for both in made for piece in both)
    return Written(head, pieces, tail, draw(st.sampled_from(["", "\ufeff"])), draw(st.sampled_from(["\n", "\r\n"])))


def plain_of(data: bytes, path: str) -> Any:
    document, problems = read_yaml(data.decode().removeprefix("\ufeff").replace("\r\n", "\n"), path)
    assert document is not None
    assert problems == ()
    return document.plain


def in_folder(data: bytes, path: str, folder: str) -> Path:
    root = Path(folder)
    (root / "config").mkdir()
    (root / path).write_bytes(data)
    return root


IDS = ("anna", "boris", "clara")
CHANGES: dict[tuple[str, ...], Any] = {
    ("state",): "release_confirmed",
    ("state_since",): "2027-05-19T08:00:00+00:00",
    ("reviewed",): date(2027, 5, 19),
    ("note",): "Сказана: «так» # і ўсё",
    ("consent", "withdrawn"): date(2027, 5, 19),
    ("sources",): [{"url": "https://two.example/?a=1&b", "seen": date(2027, 5, 19)}],
}


@settings(max_examples=150, deadline=None)
@given(
    st.data(),
    st.lists(st.tuples(NOTES, st.integers(0, 2)), min_size=1, max_size=3),
    st.sets(st.sampled_from(sorted(CHANGES)), min_size=1),
)
def test_an_entry_is_changed_and_nothing_else(
    data: st.DataObject, kinds: list[tuple[str | None, int]], paths: set[tuple[str, ...]]
) -> None:
    people = [person(id, *kind) for id, kind in zip(IDS, kinds, strict=False)]
    file = data.draw(written("people", people))
    number = data.draw(st.integers(0, len(people) - 1))
    wanted = copy.deepcopy(plain_of(file.data, PEOPLE.path))
    assert wanted["people"] == people
    entry = wanted["people"][number]
    for path in paths:
        inner = entry if len(path) == 1 else entry[path[0]]
        said = CHANGES[path]
        if path == ("sources",):
            inner["sources"] = [*inner.get("sources", []), {"url": said[0]["url"], "seen": "2027-05-19"}]
        else:
            inner[path[-1]] = said.isoformat() if isinstance(said, date) else said
    with TemporaryDirectory() as folder:
        root = in_folder(file.data, PEOPLE.path, folder)
        change_entry(root, PEOPLE, people[number]["id"], {path: CHANGES[path] for path in sorted(paths)})
        after = (root / PEOPLE.path).read_bytes()
    assert plain_of(after, PEOPLE.path) == wanted
    before = (file.mark + file.text(file.head + "".join(file.entries[: 2 * number]))).encode()
    behind = file.text("".join(file.entries[2 * number + 1 :]) + file.tail).encode()
    assert after.startswith(before)
    assert after.endswith(behind)
    assert after.count(b"\r\n") == (after.count(b"\n") if file.newline == "\r\n" else 0)
    kept = [line for line in file.text(file.entries[2 * number]).split(file.newline) if "# inside" in line]
    assert [line for line in after[len(before) :].decode().split(file.newline) if "# inside" in line][
        : len(kept)
    ] == kept


@settings(max_examples=150, deadline=None)
@given(
    st.data(),
    st.lists(st.tuples(NOTES, st.integers(0, 2)), min_size=1, max_size=3),
    st.lists(st.tuples(NOTES, st.integers(0, 2)), min_size=1, max_size=3),
)
def test_entries_are_added_and_nothing_else(
    data: st.DataObject, there: list[tuple[str | None, int]], added: list[tuple[str | None, int]]
) -> None:
    before = [turn(f"old-{n}", *kind) for n, kind in enumerate(there)]
    new = [turn(f"new-{n}", *kind) for n, kind in enumerate(added)]
    file = data.draw(written("entries", before))
    with TemporaryDirectory() as folder:
        root = in_folder(file.data, QUEUE.path, folder)
        assert append_entries(root, new) == tuple(entry["id"] for entry in new)
        after = (root / QUEUE.path).read_bytes()
    assert plain_of(after, QUEUE.path)["entries"] == [*before, *new]
    start = (file.mark + file.text(file.head + "".join(file.entries))).encode()
    assert after.startswith(start)
    assert after.endswith(file.text(file.tail).encode())


ENTRY = '{id: a, posts: [vera-days], when: {at: "2027-05-21T10:00Z"}}'
ADDED = "{id: new, posts: [vera-days], when: {at: 2027-05-22T10:00Z}}"
LINES = "  - id: new\n    posts: [vera-days]\n    when: {at: 2027-05-22T10:00Z}\n"
DEEPER = "".join(f" {line}\n" for line in LINES.splitlines())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"entries: [{ENTRY}]  # one\n", f"entries: [{ENTRY}, {ADDED}]  # one\n"),
        (f"entries: [\n  {ENTRY},  # one\n]\n", f"entries: [\n  {ENTRY}, {ADDED},  # one\n]\n"),
        ("entries: []  # none yet\n# end", f"entries:  # none yet\n{LINES}# end"),
        ("entries: [\n  # none yet\n]\n", f"entries: [{ADDED}\n  # none yet\n]\n"),
        ("entries: null\n", f"entries:\n{LINES}"),
        ("entries:", f"entries:\n{LINES}"),
        ("entries:\n  # - id: old\n\n# end\n", f"entries:\n  # - id: old\n{LINES}\n# end\n"),
        ("{}\n", f"{{entries: [{ADDED}]}}\n"),
        (f"entries:\n   - {ENTRY}\n  # less\n", f"entries:\n   - {ENTRY}\n\n{DEEPER}  # less\n"),
        ('{"entries": []}', f'{{"entries": [{ADDED}]}}'),
        (f"entries:\n  - {ENTRY}\n  # - id: old\n# end\n", f"entries:\n  - {ENTRY}\n  # - id: old\n\n{LINES}# end\n"),
        (
            "entries:\n  - id: a\n    note: |\n      no end",
            f"entries:\n  - id: a\n    note: |-\n      no end\n\n{LINES}",
        ),
        ("entries:\n  - id: a\n    note: |+\n      end\n", f"entries:\n  - id: a\n    note: |+\n      end\n{LINES}"),
    ],
)
def test_where_there_are_no_lines_to_add_to(tmp_path: Path, before: str, after: str) -> None:
    root = in_folder(before.encode(), QUEUE.path, str(tmp_path))
    append_entries(root, [{"id": "new", "posts": ["vera-days"], "when": {"at": "2027-05-22T10:00Z"}}])
    assert (root / QUEUE.path).read_bytes() == after.encode()


@pytest.mark.parametrize(
    ("path", "value"), [(("nowhere", "review"), "x"), (("state", "since"), "x"), (("state",), ["x"])]
)
def test_a_way_that_leads_nowhere_is_a_sentence(tmp_path: Path, path: tuple[str, ...], value: Any) -> None:
    text = f"people:\n  - {json.dumps(person('anna', None, 1))}\n".encode()
    root = in_folder(text, PEOPLE.path, str(tmp_path))
    with pytest.raises(ProblemsFound, match="change `anna` by hand"):
        change_entry(root, PEOPLE, "anna", {path: value})
    assert (root / PEOPLE.path).read_bytes() == text
