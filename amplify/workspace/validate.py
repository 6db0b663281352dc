"""Validates plain values into models, or problems at their exact source location, in sentences of our own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from amplify.model.banner import Colour, ColourName, Hex
from amplify.model.base import FileModel, Id, Lang, Url, Wall, YearOutOfRange
from amplify.model.campaign import LINK_DOMAIN
from amplify.model.legal_stage import TermText
from amplify.model.notice import Host, MailAddress
from amplify.model.picture import BannerSubject
from amplify.model.platform_name import PlatformName
from amplify.model.problem import PROBLEMS_MOST, Problem, SourceLocation, more_problems
from amplify.platforms import registry
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.yaml_reader import Loc, YamlDocument


def fields_at(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The keys that may stand in the value at `loc`; empty where keys are free (texts by language)."""
    found = _model_at(model, loc)
    return tuple(found.model_fields) if found else ()


def field_doc(model: type[BaseModel], loc: Loc) -> str | None:
    """The documentation of the field that ends `loc`."""
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
    """Every model inside `X | None`, `tuple[X, ...]`, `dict[str, X]`, `Annotated[X, …]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _models_in(argument)


def pattern_of(annotated: Any) -> str:
    """The pattern that a text of this type must match."""
    return next(str(extra.pattern) for extra in get_args(annotated)[1:] if getattr(extra, "pattern", None))


W = TypeVar("W", bound=FileModel)
_ALL: Any = object()


@dataclass(frozen=True, slots=True)
class SourceNode:
    """A value inside a document, with the source locations of everything in it."""

    document: YamlDocument
    base: Loc = ()

    @property
    def plain(self) -> Any:
        """The value without locations."""
        value = self.document.plain
        for step in self.base:
            value = value[step]
        return value

    def place(self, *loc: str | int) -> SourceLocation:
        """Source location of the value at `loc` below this one, or of the nearest value around it."""
        return self.document.place((*self.base, *loc))

    def key_place(self, *loc: str | int) -> SourceLocation:
        """Source location of the key that ends `loc`."""
        return self.document.key_place((*self.base, *loc))

    def inside(self, *loc: str | int) -> SourceNode:
        """The node of a value inside this one."""
        return SourceNode(self.document, (*self.base, *loc))


def read_word(model: type[W], spot: SourceNode, plain: Any = _ALL) -> tuple[W | None, tuple[Problem, ...]]:
    """Validate the value at `spot` into a model, or report everything that is wrong with it.

    `plain`: what to read instead of the whole value, when parts of it are read by themselves.
    """
    value = spot.plain if plain is _ALL else plain
    try:
        return model.model_validate_json(json.dumps(value)), ()
    except ValidationError as error:
        errors = error.errors(include_url=False)
        told = tuple(_explain(model, spot, value, errors[:PROBLEMS_MOST]))
        return None, told if len(errors) <= PROBLEMS_MOST else (*told, more_problems(spot.place()))


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
    """The path up to the value whose type is a union."""
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
    """Of the errors about a value of a union type: those of the alternative that came furthest."""
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
    if key and loc[-2:] == ("media", "banner"):
        message += "; a banner stands in a list, with brackets: `[{banner: …}]`"
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


_FOUND_MAX = 60


def join_or(words: Iterable[str]) -> str:
    """`x`, `x or y`, `x, y or z`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


FORMS: Final[dict[str, str]] = {
    pattern_of(Id): "an id of lower-case letters a-z, digits, `-` and `_`, at most 64 of them",
    pattern_of(Lang): "a language tag such as `be`, `be-tarask`, `ru` or `en`",
    pattern_of(Url): "an address that begins with https:// or http://, without spaces",
    pattern_of(Colour): "a colour: `#1b2c46`, or the name of one of the theme's",
    pattern_of(ColourName): "a colour's name: small letters a-z, digits, `-` and `_`",
    pattern_of(Hex): "a colour as `#1b2c46`",
    pattern_of(
        BannerSubject
    ): "what a banner speaks of, such as `fact:prisoners`: `person:`, `fact:` or `action:` and an id",
    r"^[0-9a-f]{64}$": "a SHA-256: 64 hexadecimal digits",
    pattern_of(Wall): "a time of day from 00:00 to 23:59, such as `09:30`",
    pattern_of(PlatformName): f"the name of a platform, such as {join_or(f'`{name}`' for name in registry.names())}",
    r"^[^\s#@]+$": "a hashtag without its `#` and without spaces, such as `FreeAnna`",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "an e-mail address",
    pattern_of(MailAddress): "an e-mail address, without a name before it",
    pattern_of(Host): "the name of a host, such as `smtp.example.org`",
    r"^https?://[^\s<>\"?#]+$": "an address that begins with https:// or http://, without spaces, `?` and `#`",
    pattern_of(TermText): "how long: `7 years`, `3 years 6 months`, `18 months` or `life`",
    LINK_DOMAIN: "a domain without https:// and without a path, such as `example.org`",
    r"^[^\s/@:?#A-Z]+\.[^\s/@:?#A-Z]{2,}(/[^\s?#]*)?$": "a domain in small letters without https://, such as "
    "`mirror.example`, or with a path, such as `chat.example/channel`",
    r"^[A-Z]+(-[A-Z]+)*$": "a rule's code in capital letters, such as `X-COST`",
    r"^[A-Z]{2}$": "a country's two capital letters (ISO 3166), such as `FR`",
    r"^[^@\s/]+(@[^@\s/]+)?$": "a handle without the leading `@`, such as `press_union` or `press@social.example`",
    r"^\d{4}-\d{2}-\d{2}$": "a day, such as `2027-05-21`",
}
"""Every pattern of the model, and what it asks for. A test keeps the two together."""

_TYPES: Final[dict[str, str]] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "`true` or `false`",
    "date_type": "a day, such as `2027-05-21`",
    "datetime_type": "a day and a time, such as `2027-05-21T10:00`",
    "tuple_type": "a list, such as `[one, two]`",
    "dict_type": "keys with values below it, such as `en: …`",
    "model_type": "keys with values below it",
}


def validation_sentence(error: ErrorDetails, is_key: bool, alternatives: list[ErrorDetails]) -> tuple[str, str]:
    """Code and sentence for a validation error. `alternatives`: the errors of the union's other members."""
    kind: str = error["type"]
    context: dict[str, Any] = error.get("ctx", {})
    value = error["input"]
    found = f"found {_shown(value)}"
    if kind == "value_error":
        return _own(context.get("error", error["msg"]), error)
    if kind in _TYPES:
        expected = list(dict.fromkeys(_expected(other) for other in alternatives))
        return "VALUE-TYPE", f"expected {' or '.join(expected)}, {found}{_quote_hint(kind, value)}"
    if kind in ("literal_error", "enum"):
        if len(alternatives) > 1:
            expected = list(dict.fromkeys(_expected(other) for other in alternatives))
            return "VALUE-TYPE", f"expected {' or '.join(expected)}, {found}"
        return "VALUE-CHOICE", f"expected {_expected(error)}, {found}"
    if kind == "string_pattern_mismatch":
        form = FORMS.get(context["pattern"], f"something that matches {context['pattern']}")
        return "VALUE-FORM", f"expected {form}, {found}"
    if kind in ("date_parsing", "date_from_datetime_parsing", "datetime_parsing", "datetime_from_date_parsing"):
        return "VALUE-DATE", _date(kind, str(context.get("error", "")), value)
    if kind == "timezone_aware":
        return (
            "VALUE-DATE",
            f"{_shown(value)} does not say which clock it means: add the offset, such as `{value}+02:00`",
        )
    if kind == "timezone_naive":
        return "VALUE-DATE", f"{_shown(value)} names an offset, but here each account's own clock counts: remove it"
    return _size(kind, context, value, found)


def _own(raised: object, error: ErrorDetails) -> tuple[str, str]:
    """The sentence of one of the model's own validators."""
    said = str(raised)
    if error["loc"] and error["loc"][-1] == "zone":
        return "VALUE-ZONE", said
    if isinstance(raised, YearOutOfRange):
        return "VALUE-DATE", said
    if isinstance(error["input"], dict):
        return "VALUE-SENSE", said
    if error["loc"] and error["loc"][-1] == "ledger":  # what stands there may be a password
        return "VALUE-FORM", said
    return "VALUE-FORM", f"{said}, found {_shown(error['input'])}"


def _expected(error: ErrorDetails) -> str:
    context: dict[str, Any] = error.get("ctx", {})
    if error["type"] in ("literal_error", "enum"):
        return str(context["expected"]).replace("'", "`")
    return _TYPES.get(error["type"], "something else")


def _date(kind: str, why: str, value: object) -> str:
    example = "2027-05-21T10:00" if kind.startswith("datetime") else "2027-05-21"
    if "out" in why and "range" in why:
        return f"{_shown(value)} does not exist in the calendar: mend the {'time or day' if 'T' in example else 'day'}"
    if "datetime" in kind and isinstance(value, str) and len(value) == 10:
        return f"{_shown(value)} lacks the time of day: write it as `{value}T10:00`"
    return f"expected a {'day and a time' if 'T' in example else 'day'}, such as `{example}`, found {_shown(value)}"


def _size(kind: str, context: dict[str, Any], value: object, found: str) -> tuple[str, str]:
    if kind == "greater_than_equal":
        return "VALUE-RANGE", f"expected {context['ge']} or more, {found}"
    if kind == "less_than_equal":
        return "VALUE-RANGE", f"expected {context['le']} or less, {found}"
    if kind == "string_too_short":
        return "VALUE-RANGE", "this text is empty: write it, or remove the key"
    if kind == "string_too_long":
        return "VALUE-RANGE", f"this text is longer than {context['max_length']} characters: shorten it"
    count = len(value) if isinstance(value, list) else 0
    if kind == "too_short":
        return "VALUE-RANGE", f"expected {_items(context['min_length'])} or more, found {count}"
    if kind == "too_long":
        return "VALUE-RANGE", f"expected {_items(context['max_length'])} at most, found {count}"
    return "VALUE-TYPE", f"this cannot stand here, {found}"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number `{value}`"
    if isinstance(value, str):
        short = value if len(value) <= _FOUND_MAX else value[: _FOUND_MAX - 1] + "…"
        return f"`{short}`" if short.strip() else "an empty text"
    return "a list" if isinstance(value, list) else "keys with values"


def _quote_hint(kind: str, value: object) -> str:
    if kind == "string_type" and isinstance(value, bool | int | float):
        return ": put it in quotes"
    return ""
