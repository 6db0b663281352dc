"""Nothing, 0 and no time at all are answers: a number or a duration that may be absent is compared with None.

`entry.lateness or the_usual` took no lateness for the usual one. What is looked for: asking a field, a parameter or a
function of the kind `int | None`, `timedelta | None` … whether it is true. Where an empty one and an absent one come to
the same (`x or 0`), it may.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from pydantic import BaseModel, ValidationError

from amplify.model.base import FileModel
from amplify.model.queue_entry import QueueEntry
from amplify.model.settings import Settings
from amplify.workspace import file_types  # noqa: F401 - loads every model of a file

ROOT: Final = Path(__file__).parents[2] / "amplify"
_NUMBERS: Final = re.compile(r"\b(int|float|complex|Decimal|timedelta|Duration|Lateness|Percent|Dollars)\b")
_SPANS: Final = re.compile(r"\b(timedelta|Duration|Lateness|Percent)\b")
"""Of these none at all is as good an answer as any, also where one is always there."""
_NOTHING: Final = {"0", "0.0", "None", "False", "()", "[]", "''", "timedelta()", "Decimal()"}

MAY: Final = {
    ("rules/text/thread_split.py", "self._reach(start, opening)"): "where a message ends: after where it starts",
}
"""File and expression → why it may."""


def _is_number_or_none(annotation: ast.expr | None) -> bool:
    """`int | None`, `Annotated[int, …] | None`; no `Mapping[str, int] | None`."""
    if not (isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr)):
        return False
    sides: list[ast.expr] = [annotation.left, annotation.right]
    if not any(isinstance(one, ast.Constant) and one.value is None for one in sides):
        return False
    for one in sides:
        said = ast.unparse(one).removeprefix("Annotated[").partition(",")[0]
        if "[" not in said and _NUMBERS.search(said):
            return True
    return False


def absent_numbers(source: str) -> tuple[set[str], set[str], set[str]]:
    """Names of attributes, and of functions, whose value is a number or None; of attributes that are never None."""
    fields, functions, present = set(), set(), set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name)) if _is_number_or_none(
                node.annotation
            ):
                fields.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=said):
                if "None" not in ast.unparse(said) and not _SPANS.search(ast.unparse(said)):
                    present.add(name)
            case ast.FunctionDef(name=name):
                if _is_number_or_none(node.returns):
                    functions.add(name)
                if name == "__init__":
                    fields |= {one.arg for one in node.args.args if _is_number_or_none(one.annotation)}
    return fields, functions, present


def _asked(node: ast.expr, rest: tuple[ast.expr, ...] = ()) -> Iterator[ast.expr]:
    """The plain expressions whose truth is asked."""
    match node:
        case ast.BoolOp(values=values):
            for at, one in enumerate(values):
                after = tuple(values[at + 1 :]) if isinstance(node.op, ast.Or) else ()
                yield from _asked(one, after or rest)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _asked(operand)
        case _ if rest and all(ast.unparse(one) in _NOTHING for one in rest):
            return
        case _:
            yield node


def _truths(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        match node:
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
                yield from _asked(test)
            case ast.BoolOp(values=[*_, last]):
                for one in _asked(node):
                    if one is not last:  # the last one is a value only, unless somebody above asks
                        yield one
            case ast.UnaryOp(op=ast.Not()):
                yield from _asked(node)
            case ast.comprehension(ifs=ifs):
                for test in ifs:
                    yield from _asked(test)


def zero_for_none(source: str, fields: set[str], functions: set[str]) -> Iterator[tuple[int, str]]:
    """Line and expression of each number that may be absent and is asked whether it is true."""
    tree = ast.parse(source)
    for scope in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Module)):
        local = {
            *(one.arg for one in _arguments(scope) if _is_number_or_none(one.annotation)),
            *(
                node.target.id
                for node in ast.walk(scope)
                if isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and _is_number_or_none(node.annotation)
                and not isinstance(scope, ast.Module)
            ),
        }
        for asked in _truths(scope):
            match asked:
                case ast.Name(id=name):
                    hit = name in local
                case ast.Attribute(attr=name):
                    hit = name in fields
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    hit = name in functions
                case _:
                    hit = False
            if hit:
                yield asked.lineno, ast.unparse(asked)


def _arguments(scope: ast.FunctionDef | ast.Module) -> list[ast.arg]:
    return [] if isinstance(scope, ast.Module) else [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]


def _found() -> set[tuple[str, str]]:
    sources = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(ROOT.rglob("*.py"))}
    known = [absent_numbers(source) for source in sources.values()]
    fields, functions, present = (set().union(*those) for those in zip(*known, strict=True))
    fields -= present  # one name, two kinds of things
    return {(name, said) for name, source in sources.items() for _, said in zero_for_none(source, fields, functions)}


def test_no_number_is_absent_because_it_is_zero() -> None:
    assert _found() == set(MAY)


@pytest.mark.parametrize(
    "code",
    [
        "late = entry.lateness or usual",
        "if entry.lateness: pass",
        "late = usual if not entry.lateness else entry.lateness",
        "wait = seconds_until(first) or seconds_until(second) or 1",
        "def f(days: int | None): return days and days + 1",
        "def f():\n  began: float | None = None\n  return began or now()",
        "found = [one for one in all if one.lateness]",
    ],
)
def test_it_would_be_seen(code: str) -> None:
    assert list(zero_for_none(code, {"lateness"}, {"seconds_until"}))


@pytest.mark.parametrize(
    "code", ["entry.lateness is not None", "entry.lateness or timedelta()", "a and entry.lateness", "names or usual"]
)
def test_what_comes_to_the_same_may(code: str) -> None:
    assert not list(zero_for_none(code, {"lateness"}, {"seconds_until"}))


# Lists that may be left out.

_NONE_MEANS_NONE: Final = {
    *("Campaign." + one for one in ("people", "hashtags", "banned", "hijacked", "in_country_languages", "links")),
    *("Campaign." + one for one in ("occasions", "signatories", "quiet")),
    *("NotifySettings.mail", "NotifySettings.webhooks"),
    *(
        "Person.aliases",
        "Person.sources",
        "Person.stages",
        "LegalStage.charges",
        "LegalStage.hearings",
        "Partner.designated_in",
        "PictureMetadata.shows",
        "PictureMetadata.speaks_of",
        "SidecarRecipe.words",
    ),
    *("PostFront." + one for one in ("people", "mentions", "media", "facts", "for_states")),
    *("StatementHead." + one for one in ("people", "facts", "signatories")),
    *("PostHashtags.required", "PostHashtags.optional", "Risk.sensitive", "Risk.in_country"),
    *("Settings.banned", "Settings.designated", "Settings.quiet", "Settings.rules"),
}
"""Lists of which an empty one says the same as none: nobody, nothing."""


def _models(base: type[BaseModel] = FileModel) -> Iterator[type[BaseModel]]:
    for one in base.__subclasses__():
        if one.__module__.startswith("amplify.model."):
            yield one
        yield from _models(one)


def test_an_empty_list_never_means_all() -> None:
    taken = set()
    for model in _models():
        for name, field in model.model_fields.items():
            if field.is_required() or not isinstance(field.default, tuple) or field.default:
                continue
            probe = type("Probe", (FileModel,), {"__annotations__": {name: field.annotation}, name: field})
            try:
                probe.model_validate_json(f'{{"{name}": []}}')
            except ValidationError:
                continue
            taken.add(f"{model.__name__}.{name}")
    assert taken == _NONE_MEANS_NONE


@pytest.mark.parametrize("said", ["0h", "0s", "0d", "00m"])
def test_a_window_of_no_length_is_refused_and_not_the_usual_one(said: str) -> None:
    rest = f'"lateness": "{said}"}}'
    with pytest.raises(ValidationError, match="lets nothing out"):
        QueueEntry.model_validate_json('{"id": "one", "posts": ["a"], "when": {"local": "2027-05-18T09:30"}, ' + rest)
    with pytest.raises(ValidationError, match="lets nothing out"):
        Settings.model_validate_json('{"id": "us", "name": "Us", ' + rest)
