"""Every style of file that the reader takes can be edited: files that PyYAML's own emitter wrote, then disarranged."""

from __future__ import annotations

import copy
import random
import re
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from amplify.workspace.file_types import PEOPLE, QUEUE, ListFile
from amplify.workspace.yaml_edit import append_entries, change_entry
from amplify.workspace.yaml_reader import read_yaml

Entry = dict[str, Any]
DAY = date(2027, 5, 19)
NOTES = ("a", "two\nlines\n", "x\n\n\n", "# no", "  lead", "word " * 30, "a: b #c", "да\n\n  і яшчэ")
BREAKS = re.compile(r"\r\n|\r")


def person(pick: random.Random, id: str) -> Entry:
    found: Entry = {
        "id": id,
        "name": {"en": "Ann Who", "be": "Ганна"},
        "detentions": [{"start": "2027-01-01"}],
        "state": "detained",
        "reviewed": "2027-05-10",
        "consent": {
            "given_by": "self",
            "channel": "letter from home " * pick.randint(1, 5) + ".",
            "scope": ["name"],
            "given": "2027-01-01",
            "review": "2028-01-01",
        },
    }
    if pick.random() < 0.5:
        found["sources"] = [
            {"url": f"https://{number}.example/", "seen": "2027-05-10"} for number in range(pick.randint(0, 2))
        ]
    return shuffled(pick, noted(pick, found))


def noted(pick: random.Random, entry: Entry) -> Entry:
    return entry | ({"note": pick.choice(NOTES)} if pick.random() < 0.5 else {})


def shuffled(pick: random.Random, entry: Entry) -> Entry:
    keys = list(entry)
    pick.shuffle(keys)
    return {key: entry[key] for key in keys}


def node(pick: random.Random, value: Any) -> yaml.Node:
    """The value as a tree for PyYAML's emitter, each node in a style of its own."""
    if isinstance(value, dict):
        pairs = [(node(pick, key), node(pick, inner)) for key, inner in value.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=pick.random() < 0.3)
    if isinstance(value, list):
        items = [node(pick, inner) for inner in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=pick.random() < 0.4)
    if value is None:
        return yaml.ScalarNode("tag:yaml.org,2002:null", pick.choice(["", "null", "~"]))
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style=pick.choice([None, None, "'", '"', "|", ">"]))


def with_explicit_keys(pick: random.Random, text: str) -> str:
    """Some keys as `? key`, with their values on the line below."""
    lines = []
    for line in text.split("\n"):
        found = re.match(r"( *(?:- *)*)([a-z_]+|\"[a-z]+\"):(.*)", line)
        if found and pick.random() < (0.15 if found[1] else 0.5):
            lines += [f"{found[1]}? {found[2]}", f"{' ' * len(found[1])}:{found[3]}"]
        else:
            lines.append(line)
    return "\n".join(lines)


def disarranged(pick: random.Random, text: str) -> str:
    """A small change somewhere: comments, blanks, breaks, commas; it may be no YAML any more."""
    at, lines = pick.randint(0, len(text)), text.split("\n")
    number, way = pick.randrange(len(lines)), pick.randint(0, 6)
    if way == 0:
        lines[number] += pick.choice(["  # c", "\t# c", " "])
        return "\n".join(lines)
    if way == 1:
        lines.insert(number, pick.choice(["# c", "  # c", "      # c", "", "   ", "# - id: x"]))
        return "\n".join(lines)
    sign, before, behind = {
        2: (pick.choice(",[{]}"), "", pick.choice([" ", "\n      ", "  # c\n      "])),
        3: (pick.choice("]},"), pick.choice([" ", "\n      ", ",", "  # c\n      "]), ""),
        4: (":", " ", ""),
        5: (": ", "", pick.choice(["  ", "\t", "\n            "])),
        6: ("- ", "", "   "),
    }[way]
    found = text.find(sign, at)
    return text if found < 0 else text[:found] + before + sign + behind + text[found + len(sign) :]


def is_read_as(text: str, expected: Any) -> bool:
    document, problems = read_yaml(BREAKS.sub("\n", text), "file.yaml")
    return document is not None and not problems and document.plain == expected


def written(pick: random.Random, value: Any) -> str | None:
    """The value as a file, or None where the reader does not read it back."""
    text: str = yaml.serialize(
        node(pick, value),
        indent=pick.choice([2, 3, 4, 6]),
        width=pick.choice([30, 80, 1000]),
        allow_unicode=pick.random() < 0.7,
        explicit_start=pick.random() < 0.3,
        explicit_end=pick.random() < 0.2,
        version=(1, 2) if pick.random() < 0.1 else None,
    )
    text = re.sub(r"!!\w+ ", "", text)
    if pick.random() < 0.4:
        text = with_explicit_keys(pick, text)
    for _ in range(pick.randint(0, 6)):
        changed = disarranged(pick, text)
        text = changed if is_read_as(changed, value) else text
    if pick.random() < 0.2:
        text = text.rstrip("\n")
    text = text.replace("\n", pick.choice(["\n", "\n", "\r\n", "\r"]))
    return text if is_read_as(text, value) else None


def edited(file: ListFile, text: str, change: Any) -> str:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "config").mkdir()
        (root / file.path).write_bytes(text.encode())
        change(root)
        return (root / file.path).read_bytes().decode()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_a_person_is_changed_in_every_style(seed: int) -> None:
    pick = random.Random(seed)
    people = [person(pick, id) for id in ("anna", "boris", "vera")[: pick.randint(1, 3)]]
    text = written(pick, {"people": people})
    if text is None:
        return
    number = pick.randrange(len(people))
    new = [{"url": f"https://new{one}.example/?a=1", "seen": DAY} for one in range(pick.randint(1, 2))]
    changes: dict[tuple[str, ...], Any] = {
        ("state",): "unknown",
        ("state_since",): "2027-05-19T08:00:00+00:00",
        ("reviewed",): DAY,  # the same object as in the sources, as the command gives it
        ("sources",): new,
        ("consent", "withdrawn"): DAY,
    }
    kept = {path: value for path, value in changes.items() if pick.random() < 0.7}
    wanted = copy.deepcopy(people)
    for path, value in kept.items():
        if path == ("sources",):
            said = [{"url": one["url"], "seen": DAY.isoformat()} for one in new]
            wanted[number]["sources"] = [*wanted[number].get("sources", []), *said]
        else:
            inner = wanted[number] if len(path) == 1 else wanted[number][path[0]]
            inner[path[-1]] = value.isoformat() if isinstance(value, date) else value
    after = edited(PEOPLE, text, lambda root: change_entry(root, PEOPLE, people[number]["id"], kept))
    assert is_read_as(after, {"people": wanted})


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_entries_are_added_in_every_style(seed: int) -> None:
    pick = random.Random(seed)
    turn = {"posts": ["vera-days"], "when": {"at": "2027-05-21T10:00Z"}}
    there = [shuffled(pick, noted(pick, {"id": id, **turn})) for id in ("a", "b", "c")[: pick.randint(0, 3)]]
    text = written(pick, {"entries": there or pick.choice([[], None])})
    if text is None:
        return
    new = [{"id": f"new-{one}", **turn, "note": "Say: hi"} for one in range(pick.randint(1, 2))]
    after = edited(QUEUE, text, lambda root: append_entries(root, new))
    assert is_read_as(after, {"entries": [*there, *new]})


@pytest.mark.parametrize("text", ["? entries\n:\n", "? entries\n: []\n", "entries: ~\t# none\n", "entries:\r# none\r"])
def test_an_empty_list_in_an_odd_style_is_added_to(text: str) -> None:
    new = {"id": "new", "posts": ["vera-days"], "when": {"at": "2027-05-21T10:00Z"}}
    after = edited(QUEUE, text, lambda root: append_entries(root, [new]))
    assert is_read_as(after, {"entries": [new]})
    assert ("# none" in after) == ("# none" in text)
    assert "\n" not in after or "\n" in text
