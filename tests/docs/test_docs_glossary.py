"""The glossary and the page of places: whoever reads them first finds everything they name."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import Final

import pytest

from amplify.ledger.holds.hold_checks import CLAIM_CHECKS
from amplify.model.delivery import DeliveryState

ROOT: Final = Path(__file__).parents[2]
GLOSSARY: Final = (ROOT / "docs/glossary.md").read_text("utf-8")
WHERE: Final = re.findall(
    r"^\| (.+?) \| `(amplify/.+?\.py)` \| `(.+?)` \|$", (ROOT / "docs/where.md").read_text("utf-8"), re.M
)

NOUNS: Final = (
    *("workspace", "campaign", "person", "fact", "call to action", "occasion", "partner", "account", "post", "variant"),
    *("thread", "boost", "banner", "queue entry", "delivery", "part", "attempt", "receipt", "reading", "stop"),
    *(
        "approval",
        "stage",
        "rehearsal",
        "hold",
        "gate",
        "takedown",
        "problem",
        "ledger",
        "toolkit",
        "report",
        "message",
    ),
    *("wording", "repost", "settle", "resume", "history", "quiet period", "embargo"),
)


def first_cells() -> str:
    return "\n".join(line.split("|")[1] for line in GLOSSARY.splitlines() if line.startswith("| "))


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_of_the_field_is_explained(noun: str) -> None:
    assert re.search(rf"(?<!\w){noun}(?!\w)", first_cells())


@pytest.mark.parametrize("state", list(DeliveryState))
def test_every_state_is_explained(state: DeliveryState) -> None:
    assert f"`{state}`" in first_cells()


@pytest.mark.parametrize("check", [check.__name__ for check in CLAIM_CHECKS])
def test_every_hold_is_explained(check: str) -> None:
    assert f"| `{check}` |" in GLOSSARY


@pytest.mark.parametrize("package", [path.parent.name for path in sorted((ROOT / "amplify").glob("*/__init__.py"))])
def test_every_package_is_explained(package: str) -> None:
    assert f"`{package}`" in first_cells()


def test_every_class_of_the_model_is_explained() -> None:
    names = {
        one.name
        for path in (ROOT / "amplify/model").glob("*.py")
        for one in ast.parse(path.read_text("utf-8")).body
        if isinstance(one, ast.ClassDef) and not one.name.startswith("_")
    }
    assert len(names) > 50
    assert not {name for name in names if f"`{name}`" not in first_cells()}


def test_thirty_questions_are_answered() -> None:
    assert len({question for question, _, _ in WHERE}) == 30


@pytest.mark.parametrize(("question", "file", "name"), WHERE, ids=[question for question, _, _ in WHERE])
def test_what_answers_a_question_is_where_it_is_said_to_be(question: str, file: str, name: str) -> None:
    found = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    for part in name.split("."):
        found = getattr(found, part)
    assert getattr(found, "__module__", file.removesuffix(".py").replace("/", ".")).replace(".", "/") + ".py" == file


PAGES: Final = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_every_file_of_the_program_that_a_page_names_is_there(path: Path) -> None:
    named = set(re.findall(r"`([a-z_0-9]+(?:/[a-z_0-9]+)+\.py)(?::\w+)?`", path.read_text("utf-8")))
    assert not [one for one in named if not (ROOT / one).exists() and not (ROOT / "amplify" / one).exists()]
