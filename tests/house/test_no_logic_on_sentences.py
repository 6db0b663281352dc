"""No decision is taken by a sentence of our own: whoever words it anew changes nothing but words.

What is looked for: comparing, searching or cutting what holds a reason or a message (`why`, `sentence`,
`str(error)` …). What may stand is listed, each with its reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2] / "amplify"
ELSEWHERE: Final = ("platforms", "stage", "ledger/migrations/versions")
"""Platforms say many things in words only, and each adapter listens to its own; the stage speaks as they do; and a
migration reads what released versions wrote."""

SENTENCES: Final = frozenset(
    {"why", "sentence", "says", "paused_why", "void_why", "approvals_why", "asked_why", "lifted_why"}
)
"""Names of what holds a sentence for people."""
_FAULTS: Final = frozenset({"error", "problem", "fault", "finding", "bad", "wrong"})
_ASKING: Final = frozenset(
    {
        *("startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "split"),
        *("find", "index", "count", "like", "ilike", "contains"),
    }
)
_SEARCHES: Final = frozenset({"search", "match", "fullmatch", "findall", "finditer", "split"})

MAY: Final = {
    ("cli/online.py", "account in why"): "whether the sentence names the account already: only other words follow",
    ("cli/output.py", "account in why"): "the same",
    ("cli/run.py", "str(error) in self._said"): "the same line is not printed twice in a row",
    (
        "ledger/database.py",
        "'alembic_version' in str(error.orig)",
    ): "the database's own message names a table",
    ("report/delivery_lines.py", None): "looks for a person's id in what anybody may have written",
    ("preview/card_problems.py", None): "looks for ids that must not be told in what is about to be",
    ("workspace/validate.py", "'out' in why"): "pydantic's own message; only other words follow",
    ("workspace/validate.py", "'range' in why"): "the same",
}
"""File and expression (None: all of the file) → why it may."""


def holds_a_sentence(node: ast.expr) -> bool:
    """A name or attribute of that kind, `str(error)`, or `problem.message`."""
    match node:
        case ast.Name(id=name):
            return name in SENTENCES
        case ast.Attribute(value=ast.Name(id=base), attr="message"):
            return base in _FAULTS
        case ast.Attribute(attr="message", value=ast.Attribute(attr=base)):
            return base in _FAULTS
        case ast.Attribute(attr=name):
            return name in SENTENCES or name == "closed"  # of a gate; as a name of its own it is a set of them
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name in SENTENCES
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=name)]):
            return name in _FAULTS
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Attribute(value=ast.Name(id=name))]):
            return name in _FAULTS
        case ast.Call(func=ast.Attribute(value=value, attr="lower" | "casefold" | "strip")):
            return holds_a_sentence(value)
        case ast.BoolOp(values=[first, *_]):
            return holds_a_sentence(first)
    return False


def decided_by_sentence(source: str) -> Iterator[tuple[int, str]]:
    """Line and expression of each place that asks a sentence."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn()], comparators=[right]):
                empty = isinstance(right, ast.Constant) and right.value == ""
                asks = not empty and (holds_a_sentence(left) or holds_a_sentence(right))
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=args):
                asks = (name in _ASKING and holds_a_sentence(value)) or (
                    name in _SEARCHES and any(holds_a_sentence(one) for one in args)
                )
            case ast.Match(subject=subject):
                asks = holds_a_sentence(subject)
            case _:
                continue
        if asks:
            yield node.lineno, ast.unparse(node) if not isinstance(node, ast.Match) else "match"


def found() -> list[tuple[str, int, str]]:
    places = []
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(ELSEWHERE):
            places += [(name, line, said) for line, said in decided_by_sentence(path.read_text("utf-8"))]
    return places


def test_nothing_asks_a_sentence() -> None:
    asked = [one for one in found() if (one[0], one[2]) not in MAY and (one[0], None) not in MAY]
    assert asked == []


def test_whatever_may_is_still_there() -> None:
    there = {(name, said) for name, _, said in found()}
    gone = [key for key in MAY if key not in there and not (key[1] is None and key[0] in {name for name, _ in there})]
    assert gone == []


@pytest.mark.parametrize(
    "code",
    [
        'gate.closed == f"{gate.subject} is {state}"',
        'why.startswith("stopped by ")',
        "DELIVERY.c.why.endswith(stop.sentence, autoescape=True)",
        "_STOPPED.search(why)",
        're.findall(r"\\d{4}", finding.problem.message)',
        "one.sentence != PERSON",
        '"locked" in str(error)',
        'str(fault).removeprefix("photo: ")',
        'row["why"] == "deleted by others"',
        '"gone" in (why or "").lower()',
        'DELIVERY.c.why.like("held until%")',
        'match error.why:\n    case "x":\n        pass',
    ],
)
def test_it_would_be_seen(code: str) -> None:
    assert [line for line, _ in decided_by_sentence(code)] == [1]


@pytest.mark.parametrize(
    "code", ["why is None", "DELIVERY.c.why.is_not(None)", 'f"paused: {why}"', "bar.cause == stop.cause", 'why == ""']
)
def test_whether_there_is_one_may_be_asked(code: str) -> None:
    assert list(decided_by_sentence(code)) == []
