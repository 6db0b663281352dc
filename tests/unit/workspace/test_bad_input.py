"""Every kind of bad input: file, line, column, code and a sentence; all of them in one run; never an exception."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mistakes import CASES
from workshop import PROFILES

from amplify.model.problem import Problem, Severity
from amplify.planning.check import check_workspace
from amplify.workspace.load import Loaded, load_workspace
from amplify.workspace.problem_codes import CODES

PLATFORMS = frozenset({"x", "bluesky", "mastodon"})
Read = Callable[[], Loaded]
Change = Callable[[str, str, str], None]
Where = Callable[[str, str], tuple[int, int]]
Only = Callable[[Loaded], Problem]


@pytest.mark.parametrize("name", list(CASES))
def test_each_mistake_has_its_place_code_and_sentence(
    name: str, root: Path, read: Read, change: Change, where: Where
) -> None:
    code, path, old, new, needle, says = CASES[name]
    if path == "config/accounts.example.yaml":
        (root / path).rename(root / "config/accounts.yaml")
        path = "config/accounts.yaml"
    change(path, old, new)
    loaded = read()
    assert loaded.workspace is None
    problems = [p for p in loaded.problems if p.code == code]
    assert len(problems) == 1, [f"{p.place} {p.code} {p.message}" for p in loaded.problems]
    (problem,) = problems
    assert problem.place.path == path
    if needle is not None:
        line, column = where(path, needle)
        assert (problem.place.line, problem.place.column) == (line, column)
    assert problem.place.line > 0
    assert problem.place.column > 0
    assert says in problem.message


def test_one_mistake_is_one_problem(read: Read, change: Change, only: Only) -> None:
    """What cannot be read is still known by its id: no second problem where it is used."""
    change("config/people.yaml", "state: detained", "state: jailed")
    assert only(read()).code == "VALUE-CHOICE"


def test_references_into_a_broken_file_are_no_second_mistake(read: Read, change: Change, only: Only) -> None:
    change("config/partners.yaml", "partners:", "partners: [")
    assert only(read()).code == "YAML-SYNTAX"


def test_several_mistakes_in_one_entry(root: Path, read: Read, change: Change) -> None:
    """A key that cannot be read does not hide what is wrong with the others."""
    change("posts/vera-petition.md", "lang: en", "lang: English\nmentions: [nobody]\npoeple: [vera]")
    change("posts/vera-petition.md", "[window.png]", "[door.png]")
    change("config/queue.yaml", "[vera-days]", "[vera-dayz]")
    change("config/queue.yaml", "lateness: 4h", "lateness: 4 hours")
    change("config/campaigns/free-vera.yaml", "people: [vera]", "people: [veera]")
    change("config/campaigns/free-vera.yaml", "    month: 5", "    month: May")
    change("config/partners.yaml", "      bluesky: friends.example", "      blusky: friends.example")
    change("config/partners.yaml", "joined: 2027-04-20", "joined: spring")
    found = sorted((p.place.path.rpartition("/")[2], p.code) for p in read().problems)
    assert found == [
        ("free-vera.yaml", "REF-PERSON"),
        ("free-vera.yaml", "VALUE-TYPE"),
        ("partners.yaml", "REF-PLATFORM"),
        ("partners.yaml", "VALUE-DATE"),
        ("queue.yaml", "REF-POST"),
        ("queue.yaml", "VALUE-FORM"),
        ("vera-petition.md", "KEY-UNKNOWN"),
        ("vera-petition.md", "REF-PARTNER"),
        ("vera-petition.md", "REF-PICTURE"),
        ("vera-petition.md", "VALUE-FORM"),
    ]


def test_a_contradiction_does_not_hide_the_rest(read: Read, change: Change) -> None:
    change("posts/vera-petition.md", "kind: cta", "kind: boost")
    change("posts/vera-petition.md", "[window.png]", "[door.png]")
    assert {p.code for p in read().problems} >= {"VALUE-SENSE", "REF-PICTURE"}


@pytest.mark.parametrize("size", [10_000_000, 256_001])
def test_a_post_of_ten_megabytes(root: Path, read: Read, only: Only, size: int) -> None:
    text = (root / "posts/vera-days.md").read_bytes()
    (root / "posts/vera-days.md").write_bytes(text + b"x" * (size - len(text)))
    problem = only(read())
    assert (problem.code, str(problem.place)) == ("FILE-SIZE", "posts/vera-days.md")
    assert "256 kB at most" in problem.message


def test_a_large_post_is_not_even_read(root: Path, read: Read, only: Only) -> None:
    with (root / "posts/huge.md").open("wb") as file:
        file.truncate(8_000_000_000)  # a hole: it takes no room on the disk
    assert only(read()).code == "FILE-SIZE"


def test_not_utf8_names_the_line_of_the_byte(root: Path, read: Read, only: Only) -> None:
    path = root / "posts/vera-days.md"
    path.write_bytes(path.read_bytes().replace(b"detained for", "d\u00e9tained".encode("latin-1")))
    problem = only(read())
    assert problem.code == "FILE-UTF8"
    line = path.read_bytes()[: path.read_bytes().index(b"\xe9")].count(b"\n") + 1
    assert problem.place.line == line
    assert "0xe9" in problem.message


def test_utf16_is_named(root: Path, read: Read, only: Only) -> None:
    path = root / "config/workspace.yaml"
    path.write_text(path.read_text(), "utf-16")
    assert "UTF-16" in only(read()).message


def test_a_byte_order_mark_and_windows_lines_are_read(root: Path, read: Read) -> None:
    for path in [*root.glob("posts/*.md"), *root.glob("config/*.yaml")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    loaded = read()
    assert loaded.problems == ()
    assert loaded.workspace is not None
    assert "\r" not in loaded.workspace.posts["vera-days"].variants[0].parts[0].template


@pytest.mark.parametrize("content", [b"", b"\n \n", b"# only a comment\n"])
def test_empty_files(root: Path, read: Read, only: Only, content: bytes) -> None:
    (root / "config/campaigns/more.yaml").write_bytes(content)
    problem = only(read())
    assert (problem.code, problem.place.path) == ("FILE-EMPTY", "config/campaigns/more.yaml")


def test_an_empty_post(root: Path, read: Read, only: Only) -> None:
    (root / "posts/empty.md").write_bytes(b"")
    assert only(read()).code == "FILE-EMPTY"


def test_an_invisible_character(root: Path, read: Read, change: Change, only: Only) -> None:
    change("posts/vera-days.md", "Say her name today.\n\n## on x", "Say\0her name today.\n\n## on x")
    problem = only(read())
    assert (problem.code, problem.place.column) == ("FILE-CHARACTER", 4)


def test_links_out_of_the_workspace_are_refused(root: Path, read: Read, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("---\nid: secret\n---\nsecret\n")
    (root / "posts/link.md").symlink_to(outside)
    (root / "posts/loop.md").symlink_to(root / "posts/loop.md")
    (root / "posts/folder").symlink_to(tmp_path, target_is_directory=True)
    (root / "posts/inside.md").symlink_to(root / "posts/nowhere.md")
    problems = read().problems
    assert [(p.place.path, p.code) for p in problems] == [
        ("posts/folder", "FILE-LINK"),
        ("posts/inside.md", "FILE-READ"),
        ("posts/link.md", "FILE-LINK"),
        ("posts/loop.md", "FILE-READ"),
    ]
    assert not any("secret" in p.message for p in problems)


def test_a_pipe_is_not_waited_for(root: Path, read: Read, only: Only) -> None:
    os.mkfifo(root / "posts/pipe.md")
    assert only(read()).code == "FILE-READ"


def test_files_that_nothing_reads_are_named(root: Path, read: Read) -> None:
    (root / "config/queue.yml").write_text("entries: []\n")
    (root / "posts/notes.txt").write_text("x\n")
    loaded = read()
    assert loaded.workspace is not None
    assert [(p.place.path, p.code) for p in loaded.problems] == [
        ("config/queue.yml", "FILE-NAME"),
        ("posts/notes.txt", "FILE-NAME"),
    ]
    assert "did you mean `config/queue.yaml`?" in loaded.problems[0].message


def test_a_folder_without_a_workspace(tmp_path: Path) -> None:
    loaded = load_workspace(tmp_path, PLATFORMS)
    assert loaded.workspace is None
    assert [(str(p.place), p.code) for p in loaded.problems] == [("config/workspace.yaml", "FILE-MISSING")]


def test_duplicate_ids_over_files_name_both_places(root: Path, read: Read, only: Only) -> None:
    (root / "posts/again.md").write_text((root / "posts/vera-days.md").read_text())
    problem = only(read())
    assert problem.code == "ID-DUPLICATE"
    assert str(problem.place) == "posts/vera-days.md:2:5"
    assert "posts/again.md:2:5" in problem.message


def test_another_campaigns_call_to_action_is_a_warning(root: Path, read: Read, only: Only) -> None:
    campaign = (root / "config/campaigns/free-vera.yaml").read_text()
    (root / "config/campaigns/other.yaml").write_text(campaign.replace("id: free-vera", "id: other"))
    path = root / "posts/vera-petition.md"
    path.write_text(path.read_text().replace("campaign: free-vera", "campaign: other"))
    loaded = read()
    assert loaded.workspace is not None
    assert only(loaded).code == "REF-FOREIGN"


def test_accounts_stand_in_the_handle_book(root: Path, read: Read) -> None:
    text = (root / "config/accounts.example.yaml").read_text()
    text = text.replace("partner: our_organisation\n    platform: bluesky", "partner: friends\n    platform: x")
    (root / "config/accounts.yaml").write_text(text.replace("partner: our_organisation\n\n", "partner: nobody\n\n"))
    assert [p.code for p in read().problems] == ["REF-PARTNER", "REF-HANDLE"]


def test_all_problems_in_one_run(root: Path, read: Read) -> None:
    """One workspace with every mistake of the list: all are found at once."""

    def put(path: str, old: str, new: str) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new, 1))

    put("config/workspace.yaml", "horizon_days: 45", "horizon_day: 45")
    put("config/facts.yaml", "value: 41", "value: [41]")
    put("config/people.yaml", "review_days: 60", "review_days: thirty")
    put("config/people.yaml", "reviewed: 2027-05-10", "reviewed: 2027-02-30")
    put("config/partners.yaml", "Europe/Vilnius", "Europe/Vilna")
    put("config/queue.yaml", "id: day-of-arrest", "id: petition-morning")
    put("config/actions.yaml", "    kind: petition", "\tkind: petition")
    put("posts/vera-petition.md", "[window.png]", "[door.png]")
    put("posts/vera-petition.md", "people: [vera]", "people: [vera]\nmentions: [nobody]")
    (root / "posts/again.md").write_text((root / "posts/vera-petition.md").read_text())
    (root / "posts/unclosed.md").write_text("---\nid: unclosed\nNot for readers.\n")
    (root / "posts/latin.md").write_bytes(b"---\nid: latin\n---\ncaf\xe9\n")
    (root / "posts/empty.md").write_bytes(b"")
    (root / "posts/huge.md").write_bytes(b"---\n" + b"x" * 10_000_000)
    (root / "config/campaigns/broken.yaml").write_text("id: broken\nname: {en: x\n")
    loaded = read()
    assert loaded.workspace is None
    codes = {(p.place.path, p.code) for p in loaded.problems}
    assert codes >= {
        ("config/workspace.yaml", "KEY-UNKNOWN"),
        ("config/facts.yaml", "VALUE-TYPE"),
        ("config/people.yaml", "VALUE-TYPE"),
        ("config/people.yaml", "VALUE-DATE"),
        ("config/partners.yaml", "VALUE-ZONE"),
        ("config/queue.yaml", "ID-DUPLICATE"),
        ("config/actions.yaml", "YAML-TAB"),
        ("config/campaigns/broken.yaml", "YAML-SYNTAX"),
        ("posts/vera-petition.md", "REF-PICTURE"),
        ("posts/vera-petition.md", "REF-PARTNER"),
        ("posts/vera-petition.md", "ID-DUPLICATE"),
        ("posts/unclosed.md", "POST-UNCLOSED"),
        ("posts/latin.md", "FILE-UTF8"),
        ("posts/empty.md", "FILE-EMPTY"),
        ("posts/huge.md", "FILE-SIZE"),
    }
    assert len(loaded.problems) == 17  # those above, and again.md's picture and mention
    assert [p.place for p in loaded.problems] == sorted(p.place for p in loaded.problems)
    for problem in loaded.problems:
        assert problem.message
        assert problem.code in CODES
        whole_file = problem.code in ("FILE-EMPTY", "FILE-SIZE")
        assert bool(problem.place.line and problem.place.column) is not whole_file


CONFLICT = "<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> letters\n"
LEFT_OVER = ("<<<<<<< HEAD", "=======", ">>>>>>> 4f2a9c1 (Letters)", "||||||| common ancestors", "  <<<<<<< HEAD",
             "<<<<<<<<<< HEAD", ">>>>>>>", "=======  ")  # fmt: skip
FILES_WITH_TEXT = ("config/workspace.yaml", "config/people.yaml", "config/queue.yaml",
                   "config/campaigns/free-vera.yaml",
                   "config/facts.yaml", "posts/vera-petition.md", "media/petition.yaml")  # fmt: skip


@pytest.mark.parametrize("path", FILES_WITH_TEXT)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_two_versions_in_any_file_are_told_and_nothing_of_it_is_taken(
    root: Path, read: Read, path: str, newline: str
) -> None:
    if not (root / path).exists():
        path = next(str(one.relative_to(root)) for one in (root / "media").rglob("*.yaml") if "banners" not in str(one))
    lines = (root / path).read_text("utf-8").splitlines()
    lines[-1:] = CONFLICT.format(ours=lines[-1], theirs=lines[-1]).splitlines()
    (root / path).write_bytes(newline.join(lines).encode())
    loaded = read()
    (problem,) = [one for one in loaded.problems if one.code == "FILE-CONFLICT"]
    assert (problem.place.path, problem.place.line, problem.place.column) == (path, len(lines) - 4, 1)
    assert "two versions" in problem.message
    assert loaded.workspace is None
    assert loaded.usable is None or "vera-petition" not in loaded.usable.posts or path != "posts/vera-petition.md"


@pytest.mark.parametrize("mark", LEFT_OVER)
def test_each_left_over_line_of_a_conflict_is_told(root: Path, read: Read, change: Change, mark: str) -> None:
    change("posts/vera-petition.md", "{{ fact.reporters }}", f"One\n{mark}\n{{{{ fact.reporters }}}}")
    loaded = read()
    assert [one.code for one in loaded.problems if one.place.path == "posts/vera-petition.md"] == ["FILE-CONFLICT"]
    assert loaded.usable is None or "vera-petition" not in loaded.usable.posts


@pytest.mark.parametrize(
    "line", ["======", "========", "a ======= b", "<<<<<< x", "<<<<<<<x>>>>>>>", "======= and", "-------"]
)
def test_lines_that_git_does_not_write_are_texts(root: Path, read: Read, change: Change, line: str) -> None:
    change("posts/vera-petition.md", "{{ fact.reporters }}", f"One\n{line}\n{{{{ fact.reporters }}}}")
    assert read().problems == ()


def test_every_code_is_explained_and_used() -> None:
    folder = Path(__file__).parents[3] / "amplify" / "workspace"
    source = "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.py")) if path.name != "codes.py")
    assert [code for code in CODES if f'"{code}"' not in source] == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=400), name=st.sampled_from(["posts/any.md", "config/facts.yaml", "config/queue.yaml"]))
def test_no_bytes_make_the_reader_raise(root: Path, data: bytes, name: str) -> None:
    (root / name).write_bytes(data)
    load_workspace(root, PLATFORMS)


_PIECES = [*":-[]{}#&*!|>'\"%@`,? \t\n", "id", "posts", "entries:", "when", "- ", "\n  ", "---\n", "...", "<<", "2027"]
_YAMLISH = st.lists(st.sampled_from([*_PIECES, "~", "0x1", "\\u0000", "é", "😀"]), max_size=60).map("".join)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=_YAMLISH, front=st.booleans())
def test_no_text_makes_the_reader_raise(root: Path, text: str, front: bool) -> None:
    (root / "config/queue.yaml").write_text("entries:\n" + text, "utf-8")
    (root / "posts/any.md").write_text(f"---\n{text}\n---\n## {text}" if front else text, "utf-8")
    for problem in load_workspace(root, PLATFORMS).problems:
        assert problem.message
        assert problem.code in CODES


ALIASES = (
    'aliases: [V. Lind, "Vera, Вера, Веры, Веру, Верай", "Веры Лінд, Веру Лінд", '
    '"Веры Линд, Вере Линд, Веру Линд, Верой Линд", "Вере, Верой"]'
)
NO_VERA = "aliases: [V. Lind, Вера, Веры, Веру, Вере, Веры Лінд, Веру Лінд, Вере Линд, Веру Линд]"


@pytest.mark.parametrize(
    ("path", "old", "new", "needle", "word"),
    [
        ("config/campaigns/free-vera.yaml", "Vera must be free", "Lind must be free", "Lind must be free", "Lind"),
        ("config/campaigns/free-vera.yaml", "tag: FreeVera", "tag: FreeLind", "FreeLind", "Lind"),
        ("config/actions.yaml", "A petition to the court.", "A petition for Lind’s case.", "A petition for", "Lind"),
        ("posts/vera-petition.md", "Courts are public.", "Лінда судзяць.", "Лінда", "Лінда"),
        ("posts/vera-petition.md", "cta: petition", "cta: petition\nhashtags: {optional: [лінда]}", "лінда", "лінда"),
        (
            "config/people.yaml",
            ALIASES,
            NO_VERA,
            None,
            "Vera",
        ),
    ],
)
def test_a_word_of_a_name_that_is_no_alias_is_a_warning(
    read: Read, change: Change, where: Where, path: str, old: str, new: str, needle: str | None, word: str
) -> None:
    assert read().problems == ()
    change(path, old, new)
    loaded = read()
    assert loaded.workspace is not None
    found = [problem for problem in loaded.problems if problem.code == "REF-ALIAS"]
    assert len(found) == len(loaded.problems) == 1, loaded.problems
    assert f"“{word}”" in found[0].message
    assert "`vera`" in found[0].message
    if needle is not None:
        assert (found[0].place.path, found[0].place.line, found[0].place.column) == (path, *where(path, needle))


@pytest.mark.parametrize("said", ["{{ person.vera.name }}", "Vera Lind", "{{ person['vera'] }}", "lindens", "V. Lind"])
def test_a_listed_spelling_is_none(read: Read, change: Change, said: str) -> None:
    change("posts/vera-petition.md", "Courts are public.", said)
    assert read().problems == ()


REVIEWED, GIVEN = ("reviewed: 2027-05-10", "reviewed"), ("given: 2027-03-31", "given")


@pytest.mark.parametrize(("old", "key"), [REVIEWED, GIVEN])
def test_what_is_said_to_have_been_done_in_the_future(
    root: Path, change: Change, where: Where, old: str, key: str
) -> None:
    """Asked against the time that the caller tells, in the zone whose day begins first: no clock of the machine."""
    change("config/people.yaml", old, f"{key}: 2027-05-12")
    for now, wrong in (("2027-05-11T09:59:59", True), ("2027-05-11T10:00:00", False), ("2031-01-01T00:00:00", False)):
        found = load_workspace(root, PLATFORMS, datetime.fromisoformat(now).replace(tzinfo=UTC)).problems
        assert [(one.code, one.severity) for one in found] == [("VALUE-SENSE", Severity.ERROR)] * wrong, now
        for one in found:
            assert (one.place.path, one.place.line, one.place.column) == (
                "config/people.yaml",
                *where("config/people.yaml", f"{key}: ^2027-05-12"),
            )
            assert f"`{key}`" in one.message
    assert load_workspace(root, PLATFORMS).problems == ()
    checked = check_workspace(root, datetime(2027, 5, 10, tzinfo=UTC), PROFILES)
    assert "VALUE-SENSE" in [one.code for one in checked.problems]
