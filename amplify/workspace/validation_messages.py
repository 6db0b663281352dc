"""What is wrong with one value, in a sentence: one for each way in which pydantic refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic_core import ErrorDetails

from amplify.model.banner import Colour, ColourName, Hex
from amplify.model.base import Id, Lang, Url, Wall
from amplify.model.platform_name import PlatformName
from amplify.platforms import registry
from amplify.workspace.fields import pattern_of

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
    r"^[0-9a-f]{64}$": "a SHA-256: 64 hexadecimal digits",
    pattern_of(Wall): "a time of day from 00:00 to 23:59, such as `09:30`",
    pattern_of(PlatformName): f"the name of a platform, such as {join_or(f'`{name}`' for name in registry.names())}",
    r"^[^\s#@]+$": "a hashtag without its `#` and without spaces, such as `FreeAnna`",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "an e-mail address",
    r"^[a-z0-9.-]+\.[a-z]{2,}$": "a domain without https:// and without a path, such as `example.org`",
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
    """Code and sentence. `alternatives`: the refusals of everything else the same value might have been."""
    kind: str = error["type"]
    context: dict[str, Any] = error.get("ctx", {})
    value = error["input"]
    found = f"found {_shown(value)}"
    if kind == "value_error":
        return _own(str(context.get("error", error["msg"])), error)
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


def _own(said: str, error: ErrorDetails) -> tuple[str, str]:
    """A sentence of the model's own validators."""
    if error["loc"] and error["loc"][-1] == "zone":
        return "VALUE-ZONE", said
    if said.startswith("the year "):
        return "VALUE-DATE", said
    if isinstance(error["input"], dict):
        return "VALUE-SENSE", said
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
