"""One entry of a file is changed; everything else in the file stays to the letter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from amplify.model.errors import ProblemsFound, WrongUse
from amplify.workspace.file_types import PEOPLE
from amplify.workspace.yaml_change import change_entry

FILE = """\
# Who they are.
people:
  # The first.
  - id: anna
    name: {en: Anna Petrova, be: "Ганна Пятрова"}   # in two languages
    aliases: ['Ганны', Ганну]
    detentions:
      - start: 2027-01-01  # a Friday
    state: detained  # so far
    reviewed: 2027-05-10

    sources:
      - {url: "https://one.example/a", seen: 2027-05-10}
    consent: {given_by: self, channel: letter, scope: [name], given: 2027-01-01, review: 2028-01-01}

  - id: boris
    name: {en: Boris Kern}
    detentions:
    - start: 2026-01-01
    state: convicted
    reviewed: 2027-05-10
    consent: {given_by: self, channel: letter, scope: [name], given: 2027-01-01, review: 2028-01-01}
# The end.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / PEOPLE.path).write_text(FILE, "utf-8")
    return tmp_path


def lines(root: Path) -> list[str]:
    return (root / PEOPLE.path).read_text("utf-8").splitlines()


def test_only_what_was_set_changes(root: Path) -> None:
    source = {"url": "https://two.example/b", "seen": date(2027, 5, 19)}
    change_entry(
        root,
        PEOPLE,
        "anna",
        {
            ("state",): "release_confirmed",
            ("state_since",): "2027-05-19T08:00:00+00:00",
            ("reviewed",): date(2027, 5, 19),
            ("sources",): [source],
        },
    )
    before, after = FILE.splitlines(), lines(root)
    gone = [line for line in before if line not in after]
    come = [line for line in after if line not in before]
    assert gone == ["    state: detained  # so far"]  # boris was reviewed on that day, too
    assert "    state: release_confirmed # so far" in come
    assert "    reviewed: 2027-05-19" in come
    assert sum("state_since" in line or "two.example" in line for line in come) == 2
    assert {"# The end.", "  # The first."} < set(after)
    assert after.index("    state: release_confirmed # so far") + 1 == next(
        number for number, line in enumerate(after) if "state_since" in line
    )


def test_something_inside_an_entry_in_brackets(root: Path) -> None:
    change_entry(root, PEOPLE, "boris", {("consent", "withdrawn"): date(2027, 5, 19), ("sources",): [
        {"url": "https://two.example/b", "seen": date(2027, 5, 19)}]})  # fmt: skip
    said = (root / PEOPLE.path).read_text("utf-8")
    assert "withdrawn: 2027-05-19}" in said
    assert said.count("two.example") == 1


def test_line_endings_and_the_mark_of_the_encoding_stay(root: Path) -> None:
    path = root / PEOPLE.path
    path.write_bytes(("\ufeff" + FILE.replace("\n", "\r\n")).encode())
    change_entry(root, PEOPLE, "boris", {("state",): "unknown"})
    wanted = FILE.replace("state: convicted", "state: unknown").replace("\n    - start", "\n      - start")
    assert path.read_bytes() == ("\ufeff" + wanted.replace("\n", "\r\n")).encode()


def test_who_is_not_there_is_a_sentence(root: Path) -> None:
    with pytest.raises(WrongUse, match=r"no `ana`.*anna"):
        change_entry(root, PEOPLE, "ana", {("state",): "died"})


def test_a_value_that_cannot_be_leaves_the_file_alone(root: Path) -> None:
    with pytest.raises(WrongUse, match="stays as it is"):
        change_entry(root, PEOPLE, "anna", {("state",): "on holiday"})
    assert (root / PEOPLE.path).read_text("utf-8") == FILE


@pytest.mark.parametrize("text", ["people: [", "people: 3\n", "- id: anna\n"])
def test_a_file_that_cannot_be_read_is_left_alone(root: Path, text: str) -> None:
    (root / PEOPLE.path).write_text(text, "utf-8")
    with pytest.raises(ProblemsFound):
        change_entry(root, PEOPLE, "anna", {("state",): "died"})
    assert (root / PEOPLE.path).read_text("utf-8") == text
