"""Plain values → words of the model, or problems at the exact place, in sentences of our own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from amplify.model.base import FileModel
from amplify.model.problem import Problem, SourceLocation
from amplify.workspace.fields import field_doc, fields_at
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.validation_messages import validation_sentence
from amplify.workspace.yaml_reader import Loc, YamlDocument

W = TypeVar("W", bound=FileModel)
_ALL: Any = object()


@dataclass(frozen=True, slots=True)
class SourceNode:
    """A value inside a document: every place inside it can be named."""

    document: YamlDocument
    base: Loc = ()

    @property
    def plain(self) -> Any:
        """The value."""
        value = self.document.plain
        for step in self.base:
            value = value[step]
        return value

    def place(self, *loc: str | int) -> SourceLocation:
        """Where the value at `loc` below this one stands, or the nearest around it."""
        return self.document.place((*self.base, *loc))

    def key_place(self, *loc: str | int) -> SourceLocation:
        """Where the key that ends `loc` stands."""
        return self.document.key_place((*self.base, *loc))

    def inside(self, *loc: str | int) -> SourceNode:
        """A value inside this one."""
        return SourceNode(self.document, (*self.base, *loc))


def read_word(model: type[W], spot: SourceNode, plain: Any = _ALL) -> tuple[W | None, tuple[Problem, ...]]:
    """The word that stands at `spot`, or everything that is wrong with it.

    `plain`: what to read instead of the whole value, when parts of it are read by themselves.
    """
    value = spot.plain if plain is _ALL else plain
    try:
        return model.model_validate_json(json.dumps(value)), ()
    except ValidationError as error:
        return None, tuple(_explain(model, spot, value, error.errors(include_url=False)))


def _explain(model: type[FileModel], spot: SourceNode, plain: Any, errors: Iterable[ErrorDetails]) -> Iterable[Problem]:
    told: dict[Loc, list[tuple[int, ErrorDetails]]] = {}
    for error in errors:
        loc, tags = _without_tags(plain, error["loc"], error["type"] == "missing")
        base = loc if not tags else _union_base(plain, error["loc"])
        told.setdefault(base, []).append((len(error["loc"]), error))
    for base, same in told.items():
        for error in _closest(same):
            loc, _ = _without_tags(plain, error["loc"], error["type"] == "missing")
            alternatives = [e for _, e in same] if len(loc) == len(base) else [error]
            yield _problem(model, spot, loc, error, alternatives)


def _without_tags(plain: Any, loc: tuple[int | str, ...], missing: bool) -> tuple[Loc, bool]:
    """The path without pydantic's names of union members; whether there were some."""
    kept: list[int | str] = []
    tagged = False
    for number, step in enumerate(loc):
        if _leads_on(plain, step):
            plain = plain[step]
        elif not (missing and number == len(loc) - 1):
            tagged = tagged or step != "[key]"
            continue
        kept.append(step)
    return tuple(kept), tagged


def _union_base(plain: Any, loc: tuple[int | str, ...]) -> Loc:
    """The path up to the value that may be one of several things."""
    kept: list[int | str] = []
    for step in loc:
        if not _leads_on(plain, step):
            break
        plain = plain[step]
        kept.append(step)
    return tuple(kept)


def _leads_on(plain: Any, step: int | str) -> bool:
    if isinstance(plain, list):
        return isinstance(step, int) and step < len(plain)
    return isinstance(plain, dict) and step in plain


def _closest(same: list[tuple[int, ErrorDetails]]) -> list[ErrorDetails]:
    """Of the errors about one value that may be several things: those of the alternative that came furthest."""
    if len(same) == 1:
        return [same[0][1]]
    # Once an item of a list has been refused, pydantic also counts the list without it.
    real = [(depth, e) for depth, e in same if not _counted_after_refusal(e)] or same
    deepest = max(depth for depth, _ in real)
    furthest = [error for depth, error in real if depth == deepest]
    if all(error["loc"] == furthest[0]["loc"] for error in furthest):
        return furthest[:1]
    ranged = [error for error in furthest if error["type"] in _VALUE_NOT_TYPE]
    items = {error["loc"]: error for error in furthest if isinstance(error["loc"][-1], int)}
    return list(items.values()) or ranged[:1] or furthest[:1]


_VALUE_NOT_TYPE = frozenset({"greater_than_equal", "less_than_equal", "string_too_short", "string_too_long"})


def _counted_after_refusal(error: ErrorDetails) -> bool:
    found = error["input"]
    return (
        error["type"] == "too_short"
        and isinstance(found, list)
        and error.get("ctx", {}).get("actual_length") != len(found)
    )


def _problem(
    model: type[FileModel], spot: SourceNode, loc: Loc, error: ErrorDetails, alternatives: list[ErrorDetails]
) -> Problem:
    kind = error["type"]
    name = _name(loc)
    if kind == "extra_forbidden":
        known = fields_at(model, loc[:-1])
        message = f"unknown key `{name}`" + did_you_mean(str(loc[-1]), known)
        return Problem(spot.key_place(*loc), "KEY-UNKNOWN", message)
    if kind == "missing":
        message = f"`{name}` is missing" + _meaning(model, loc)
        return Problem(spot.place(*loc[:-1]), "KEY-MISSING", message)
    key = error["loc"][-1:] == ("[key]",)
    place = spot.key_place(*loc) if key else spot.place(*loc)
    code, message = validation_sentence(error, key, alternatives)
    if error["input"] is None and "#" in spot.document.line(place.line):
        message += " (an unquoted `#` begins a comment: put the value in quotes)"
    subject = f"the key `{name}`: " if key else f"`{name}`: " if name else ""
    return Problem(place, code, subject + message)


def _name(loc: Loc) -> str:
    """What a path is called in a sentence: its last key, with the number of the item below it."""
    words = [step for step in loc if isinstance(step, str)]
    if not words:
        return ""
    if loc and isinstance(loc[-1], int):
        return f"{words[-1]}[{loc[-1] + 1}]"
    return words[-1]


def _meaning(model: type[FileModel], loc: Loc) -> str:
    said = field_doc(model, loc)
    return f": {said.rstrip('.')}" if said else ""
