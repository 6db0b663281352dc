"""What the model knows about a path in a file: which keys may stand there, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from amplify.workspace.yaml_reader import Loc


def fields_at(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The keys that may stand in the value at `loc`; empty where keys are free (texts by language)."""
    found = _model_at(model, loc)
    return tuple(found.model_fields) if found else ()


def field_doc(model: type[BaseModel], loc: Loc) -> str | None:
    """The documentation of the key that ends `loc`."""
    holder = _model_at(model, loc[:-1])
    field = holder.model_fields.get(str(loc[-1])) if holder and loc else None
    return field.description if field else None


def _model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    at: Any = model
    for step in loc:
        if isinstance(step, int):  # an item of a list is what the list is made of
            continue
        if isinstance(at, type) and issubclass(at, BaseModel):
            field = at.model_fields.get(step)
            if field is None:
                return None
            at = field.annotation
        at = next(_models_in(at), None)
        if at is None:
            return None
    return at if isinstance(at, type) and issubclass(at, BaseModel) else None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every word inside `X | None`, `tuple[X, ...]`, `dict[str, X]`, `Annotated[X, …]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _models_in(argument)


def pattern_of(annotated: Any) -> str:
    """The pattern that a text of this type must match."""
    return next(str(extra.pattern) for extra in get_args(annotated)[1:] if getattr(extra, "pattern", None))
