"""Names: one word for one idea, and nothing that has to be looked up."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from amplify.cli.main import COMMANDS

HOUSE: Final = Path(__file__).parents[2] / "amplify"

BANNED_FILES: Final = {
    *("utils", "util", "helpers", "helper", "manager", "common", "misc"),
    *("words", "said", "told", "standing", "bars", "piece", "hand", "came", "kept", "behind", "mark", "desk", "crew"),
}
"""Names that say nothing gather everything; the others once stood for four ideas and more."""
BANNED_NAMES: Final = {
    *("words", "said", "told", "standing", "bars", "piece", "hand", "came", "kept", "behind", "mark", "take", "keep"),
    *("Said", "Piece", "Standing", "Made", "Asked", "Hung", "Shown", "Voice", "Bar", "Mark", "Hand", "Desk", "Crew"),
}


def files() -> list[Path]:
    return [path for path in sorted(HOUSE.rglob("*.py")) if "versions" not in path.parts]


def modules() -> Mapping[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in files()}


@pytest.fixture(scope="module")
def house() -> Mapping[Path, ast.Module]:
    return modules()


def public(tree: ast.Module, kind: type[ast.stmt] | tuple[type[ast.stmt], ...]) -> Iterator[str]:
    for one in tree.body:
        if isinstance(one, kind) and not one.name.startswith("_"):  # type: ignore[attr-defined]
            yield one.name  # type: ignore[attr-defined]


def twice(places: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: where for name, where in places.items() if len(where) > 1}


def test_no_file_has_a_name_that_says_nothing(house: Mapping[Path, ast.Module]) -> None:
    assert not [path for path in house if path.stem in BANNED_FILES]


def test_no_public_name_is_a_word_of_many_meanings(house: Mapping[Path, ast.Module]) -> None:
    found = {
        f"{path.relative_to(HOUSE)}: {name}"
        for path, tree in house.items()
        for name in public(tree, (ast.FunctionDef, ast.ClassDef))
        if name in BANNED_NAMES
    }
    assert not found


def test_a_class_has_a_name_of_its_own(house: Mapping[Path, ast.Module]) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in house.items():
        for name in public(tree, ast.ClassDef):
            places[name].append(str(path.relative_to(HOUSE)))
    assert not twice(places)


def test_a_file_has_a_name_of_its_own(house: Mapping[Path, ast.Module]) -> None:
    """A command's own files share its name, one in each package; a platform's folder is half of its files' names."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in house:
        where = path.relative_to(HOUSE)
        if path.stem.startswith("__") or (where.parts[0] == "platforms" and len(where.parts) == 3):
            continue
        places[path.stem].append(str(where))
    commands = {*COMMANDS, *COMMANDS.values()}
    for name in commands & set(places):
        packages = [Path(where).parts[0] for where in places[name]]
        if len(set(packages)) == len(packages):
            del places[name]
    assert not twice(places)


def test_a_function_of_one_word_is_called_through_its_module(house: Mapping[Path, ast.Module]) -> None:
    """`gcra.acquire(…)` needs no noun; `acquire(…)` alone would."""
    one_word = {
        (module(path), name)
        for path, tree in house.items()
        for name in public(tree, ast.FunctionDef)
        if "_" not in name and name not in {"command", "main"}
    }
    assert one_word, "the search finds nothing"
    found = [
        f"{path.relative_to(HOUSE)}:{one.lineno}: {alias.name} of {one.module}"
        for path, tree in house.items()
        for one in ast.walk(tree)
        if isinstance(one, ast.ImportFrom)
        for alias in one.names
        if (one.module, alias.name) in one_word
    ]
    assert not found


def test_functions_and_files_are_short(house: Mapping[Path, ast.Module]) -> None:
    long = [
        f"{path.relative_to(HOUSE)}:{one.lineno}: {one.name} has {length} lines"
        for path, tree in house.items()
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef) and (length := (one.end_lineno or 0) - one.lineno + 1) > 60
    ]
    long += [
        f"{path.relative_to(HOUSE)} has {length} lines"
        for path in house
        if (length := len(path.read_text("utf-8").splitlines())) > 400
    ]
    assert not long


def test_functions_take_few_parameters(house: Mapping[Path, ast.Module]) -> None:
    """A command's options are its parameters; everywhere else seven are enough."""
    many = [
        f"{path.relative_to(HOUSE)}:{one.lineno}: {one.name}"
        for path, tree in house.items()
        if path.relative_to(HOUSE).parts[0] != "cli"
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef)
        and len([arg for arg in (*one.args.args, *one.args.kwonlyargs) if arg.arg not in {"self", "cls"}]) > 7
    ]
    assert not many


def module(path: Path) -> str:
    return ".".join(("amplify", *path.relative_to(HOUSE).with_suffix("").parts))
