"""What `make` installs (`constraints.txt`) is what the package asks for (`pyproject.toml`), under every Python."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import amplify

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LINE = re.compile(r"[a-z0-9-]+==[0-9a-z.]+( ; [^;]+)?")


def surroundings(python: str) -> dict[str, str]:
    """What markers see on a Linux machine with this Python."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "os_name": "posix",
        "extra": "",
    }


def read_pins(lines: Iterable[str]) -> list[Requirement]:
    """The lines that are no comments."""
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def applies(one: Requirement, python: str, extra: str = "") -> bool:
    return one.marker is None or one.marker.evaluate(surroundings(python) | {"extra": extra})


def asked(project: Mapping[str, Any]) -> list[Requirement]:
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(said) for group in groups for said in group]


def disagreements(pins: list[Requirement], wanted: list[Requirement], python: str) -> Iterator[str]:
    """What is asked for and not pinned, pinned twice, or pinned to what is not allowed."""
    found: dict[str, list[str]] = {}
    for pin in pins:
        if applies(pin, python):
            found.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    yield from (f"{name} is pinned twice: {versions}" for name, versions in found.items() if len(versions) > 1)
    for one in wanted:
        if not applies(one, python):
            continue
        versions = found.get(canonicalize_name(one.name))
        if versions is None:
            yield f"{one.name} is not pinned"
        elif not one.specifier.contains(versions[0]):
            yield f"{one.name} is pinned to {versions[0]}, and {one.specifier} is asked for"


@pytest.fixture(scope="module")
def project() -> Mapping[str, Any]:
    whole: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return whole


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return (ROOT / "constraints.txt").read_text().splitlines()


@pytest.mark.parametrize("python", PYTHONS)
def test_the_file_and_the_package_agree(python: str, lines: list[str], project: Mapping[str, Any]) -> None:
    """Red? Run `make update`."""
    assert not list(disagreements(read_pins(lines), asked(project), python))


@pytest.mark.parametrize(
    ("pins", "wanted", "python", "said"),
    [
        (["a==1"], ["a>=1", "b"], "3.11", ["b is not pinned"]),
        (["a==1"], ["a>=2"], "3.11", ["a is pinned to 1, and >=2 is asked for"]),
        (["a==1 ; python_full_version >= '3.12'"], ["a"], "3.11", ["a is not pinned"]),
        (["a==1 ; python_full_version >= '3.12'"], ["a"], "3.12", []),
        (["a==1 ; python_full_version < '3.13'", "a==2 ; python_full_version >= '3.12'"], ["a"], "3.13", []),
        (["a==1", "a==2"], ["a"], "3.14", ["a is pinned twice: ['1', '2']"]),
        (["the-name==1"], ["The.Name[extra]>=1"], "3.14", []),
        (["a==1"], ["a", "b ; sys_platform == 'win32'"], "3.11", []),
    ],
)
def test_a_disagreement_is_seen(pins: list[str], wanted: list[str], python: str, said: list[str]) -> None:
    assert list(disagreements(read_pins(pins), [Requirement(one) for one in wanted], python)) == said


def test_every_line_is_a_release_and_nothing_else(lines: list[str]) -> None:
    """No address of an index, no path of a machine, no range."""
    assert lines[0].startswith("#")
    strange = [line for line in lines[1:] if not LINE.fullmatch(line)]
    assert not strange


def test_every_python_that_is_promised_is_looked_at(project: Mapping[str, Any]) -> None:
    asks = SpecifierSet(project["requires-python"])
    assert [asks.contains(f"{python}.0") for python in ("3.10", *PYTHONS)] == [False, True, True, True, True]


def test_what_our_dependencies_depend_on_is_pinned_too(lines: list[str], project: Mapping[str, Any]) -> None:
    """As far as the releases that are installed here are the pinned ones: with LATEST=1 they may be others."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    pins = {canonicalize_name(pin.name): pin for pin in read_pins(lines) if applies(pin, python)}
    waiting = [(canonicalize_name(one.name), frozenset(one.extras)) for one in asked(project)]
    seen: set[tuple[str, frozenset[str]]] = set()
    missing: set[str] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        if name not in pins:
            missing.add(name)
            continue
        try:
            installed = distribution(name)
        except PackageNotFoundError:  # of an extra that is not installed
            continue
        if not pins[name].specifier.contains(installed.version):
            continue
        for one in map(Requirement, installed.requires or ()):
            if any(applies(one, python, extra) for extra in ("", *extras)):
                waiting.append((canonicalize_name(one.name), frozenset(one.extras)))
    assert not missing
    assert len(seen) > len(asked(project))


def test_the_changelog_begins_with_this_version() -> None:
    heads = re.findall(r"^## \[(.+?)\] - (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0][0] == amplify.__version__
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) for _, day in heads)
    assert [day for _, day in heads] == sorted((day for _, day in heads), reverse=True)
